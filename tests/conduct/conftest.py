"""The hall of the delivery tests, with what surrounds a test: proctors, rooms, papers, appeals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from exam_hall import ExamHall
from exam_site import CHROMIUM
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[ExamHall]:
    hall = ExamHall(tmp_path)
    yield hall
    hall.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Ends with its module: a second Playwright cannot start while one is running.
    with sync_playwright() as playwright:
        path = CHROMIUM if CHROMIUM.exists() else Path(playwright.chromium.executable_path)
        if not path.exists():
            pytest.skip("no Chromium on this computer")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
