"""A whole demonstration in processes of its own, and Chromium in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
START_SECONDS = 120
PASSWORD = "synak-demo"
SHOTS = os.environ.get("SYNAK_SCREENSHOTS")

Enter = Callable[..., Page]

expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong


class Site:
    """A running demonstration."""

    def __init__(self, url: str, data: Path, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.data = data
        self.process = process


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration that was started once and stopped: what every module begins with."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    with _running(data):
        pass
    return data


@pytest.fixture(scope="module")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("demonstration") / "data"
    shutil.copytree(prepared, data)
    with _running(data) as started:
        yield started


@contextmanager
def _running(data: Path) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("synak"))
    command = [program, "demo", "--port", str(port), "--data", str(data)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNAK_")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    url = f"http://127.0.0.1:{port}"
    try:
        _await_ready(url, process)
        yield Site(url, data, process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def _await_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail("the demonstration did not start")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = CHROMIUM if CHROMIUM.exists() else Path(playwright.chromium.executable_path)
        if not path.exists():
            pytest.skip("no Chromium on this computer")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def enter(site: Site, chromium: Browser) -> Iterator[Enter]:
    """Sign in as somebody and return the page, in a language and a width."""
    contexts: list[BrowserContext] = []

    def open_page(name: str, language: str = "ky", width: int = 1440, state: str | None = None) -> Page:
        height = 640 if width < 600 else 900
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            accept_downloads=True,
            storage_state=state,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        if state is None:
            page.goto(f"{site.url}/language/{language}?next=/sign-in")
            page.fill("[name=sign_in_name]", name)
            page.fill("[name=password]", PASSWORD)
            page.click("main form button[type=submit]")
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def accessible(page: Page, name: str) -> None:
    """Assert that axe finds nothing and nothing is cut off sideways; keep a picture when asked to."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")
    found = Axe().run(page).response["violations"]
    shown = [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found]
    assert not shown, f"{name}: {shown}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} px too wide"
