"""The hall behind real pages: the application served from a thread, on the clock of the test."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from exam_hall import START, ExamHall
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import update
from werkzeug.serving import make_server

from testing_center.app import create_app
from testing_center.config import Settings
from testing_center.passwords import Argon2Passwords
from testing_center.services.registry import Services
from testing_center.storage.database import Base
from testing_center.web.current import EXTENSION

PASSWORD = "synak-demo"
CHROMIUM = Path("/usr/bin/chromium")


class ExamSite:
    """A running hall: ``hall`` for what the server knows, ``visit`` for a browser in front of it."""

    def __init__(self, folder: Path, browser: Browser, policy: Mapping[str, Any] | None = None) -> None:
        self.hall = ExamHall(folder, policy)
        self.skew = START - datetime.now(UTC)
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        settings = Settings(
            environment="test",
            data_directory=folder,
            DATABASE_URL=str(self.hall.engine.url),
            REDIS_URL=None,
            secret_key="x" * 40,
        )
        self.app = create_app(settings)
        self.app.extensions[EXTENSION] = self._on_our_clock(self.app.extensions[EXTENSION])
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        with self.hall.engine.begin() as connection:
            people = Base.metadata.tables["people"]
            connection.execute(update(people).values(password_hash=Argon2Passwords().hash(PASSWORD)))

    def now(self) -> datetime:
        """The server's time: it began at START, runs, and jumps by what the test adds to ``skew``."""
        return datetime.now(UTC) + self.skew

    def visit(self, name: str, language: str = "ru", width: int = 1280) -> Page:
        """Sign in as somebody in a browser of its own and return the page."""
        size = {"width": width, "height": 640 if width < 600 else 900}
        context = self._browser.new_context(viewport=size, reduced_motion="reduce")
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{self.url}/language/{language}?next=/sign-in")
        page.fill("[name=sign_in_name]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def begin(self, page: Page) -> None:
        """Check the first candidate in and press Start on the page."""
        self.hall.seat()
        page.goto(self.address)
        page.click("main form button[type=submit]")
        page.locator("[data-options] input").first.wait_for(state="attached")

    @property
    def address(self) -> str:
        """Where the attempt of the first candidate is."""
        return f"{self.url}/attempts/{self.hall.attempt_id}/"

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._server.shutdown()
        self._thread.join(10)
        self.hall.close()

    def _on_our_clock(self, services: Services) -> Services:
        hall = self.hall
        hall.clock = self.now
        return replace(
            services,
            delivery=hall.delivery,
            invigilation=hall.rooms,
            answer_queue=hall.queue,
            late_answers=hall.review,
            outages=replace(services.outages, delivery=hall.delivery, clock=self.now),
            room_closing=replace(services.room_closing, delivery=hall.delivery, clock=self.now),
            exam_browser=replace(services.exam_browser, delivery=hall.delivery),
        )
