"""Every byte sent to a candidate during an exam is searched for keys, parameters, explanations and names."""

import html
import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import create_engine

from testing_center.domain.bank import ReleasedItem
from testing_center.storage.database import prepare_engine
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.browser.conftest import Enter, Site
from tests.browser.test_exam_walkthrough import check_in, seat_name

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NAMES = re.compile(
    r'"(?:key|correct|answer_key|max_score|explanation|theta|standard_error|information|discrimination|difficulty'
    r"|guessing|upper_asymptote|evidence|seed|item_key|family|level|content_hash)\"\s*:"
)
MARKUP = re.compile(r"[^\w ,.:;—-]+")
SHORTEST = 24
"""Plain runs of an explanation at least so long are looked for: shorter ones are ordinary words."""


class Wire:
    """All that a page received, as text with entities and escapes undone. Each body is read as soon as it
    has come: a browser keeps none of the pages that were left."""

    def __init__(self, page: Page) -> None:
        self._answers: list[tuple[str, str]] = []
        page.on("requestfinished", lambda request: self._read(request))

    def _read(self, request: Request) -> None:
        answer = request.response()
        if answer is None or answer.status in (204, 301, 302, 303, 304):
            return
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        self._answers.append((request.url, headers + "\n" + answer.body().decode("utf-8", "replace")))

    def texts(self) -> Iterator[tuple[str, str]]:
        for url, text in self._answers:
            yield url, re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), html.unescape(text))

    def __len__(self) -> int:
        return len(self._answers)


def released(site: Site) -> Sequence[ReleasedItem]:
    database = next(path for path in site.data.iterdir() if path.suffix in (".db", ".sqlite", ".sqlite3"))
    engine = create_engine(f"sqlite:///{database}")
    prepare_engine(engine)
    with SqlUnitOfWorkFactory(engine)() as work:
        return work.bank.released_items(1)


def secrets_of(items: Sequence[ReleasedItem]) -> dict[str, str]:
    """What must not be seen -> whose it is."""
    found: dict[str, str] = {}
    for item in items:
        found[item.item_key] = f"{item.item_key}: its name"
        for value in (item.discrimination, item.difficulty, item.se_discrimination, item.se_difficulty):
            if value is not None:
                shown = f"{value:.8f}"[:-1]  # more digits than a time of day has
                found[shown] = found[shown.replace(".", ",")] = f"{item.item_key}: parameters"
        for language, text in item.content["texts"].items():
            runs = MARKUP.split(text.get("explanation") or "")
            longest = max((run.strip() for run in runs), key=len)
            if len(longest) >= SHORTEST:
                found[longest] = f"{item.item_key}: explanation in {language}"
    return found


def nothing_leaks(page: Page, wire: Wire, secrets: dict[str, str]) -> None:
    page.goto("about:blank")  # lets the last answers come in
    finder = re.compile("|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True)))
    for url, text in wire.texts():
        leaked = finder.search(text)
        assert leaked is None, f"{url}: {secrets[leaked[0]]}"
        named = None if url.endswith((".js", ".css", ".svg")) else NAMES.search(text)
        assert named is None, f"{url}: {named[0]}"


def begin(site: Site, enter: Enter, name: str, ending: str) -> tuple[Page, Wire]:
    page = enter(name, "ky", 360)
    check_in(enter("proctor", "ky", 1440), site, seat_name(page), ending)
    wire = Wire(page)
    page.reload()
    page.click("main article a.button")
    page.click("main form button[type=submit]")
    expect(page.locator("[data-options] input").first).to_be_attached()
    return page, wire


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def test_a_fixed_test_tells_nothing(site: Site, enter: Enter) -> None:
    page, wire = begin(site, enter, "teacher1", "4137")
    for position in range(1, 51):
        page.locator("[data-options] label").nth(position % 4).click()
        saved(page)
        if position < 50:
            page.click("[data-next]")
            expect(page.locator("[data-place]")).to_have_text(re.compile(rf"^{position + 1}\b"))
    page.reload()
    assert len(wire) > 100
    nothing_leaks(page, wire, secrets_of(released(site)))


def test_an_adaptive_test_tells_nothing(site: Site, enter: Enter) -> None:
    page, wire = begin(site, enter, "teacher6", "4822")
    while not page.locator("[data-complete]:visible").count():
        page.locator("[data-options] label").first.click()
        saved(page)
        with page.expect_response("**/confirm"):
            page.click("[data-confirm-item]")
        page.wait_for_timeout(120)
    assert len(wire) > 30
    nothing_leaks(page, wire, secrets_of(released(site)))


def test_the_search_finds_what_the_trainer_may_tell(site: Site, enter: Enter) -> None:
    """The same search over the trainer, where explanations are shown, must strike: it can fail."""
    page = enter("teacher2", "ky", 360)
    wire = Wire(page)
    page.goto(f"{site.url}/trainer/")
    page.locator("main section.card form button[type=submit]").first.click()
    for _ in range(4):
        page.locator(".options label").first.click()
        page.locator("main form button.button[type=submit]").first.click()
        page.locator("main form button.button[type=submit]").first.click()
    with pytest.raises(AssertionError, match="explanation in ky"):
        nothing_leaks(page, wire, secrets_of(released(site)))
