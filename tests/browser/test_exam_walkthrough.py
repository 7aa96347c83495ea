"""From check-in to the verified protocol, in real browsers: candidate and proctor side by side."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Enter, Site, accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FORBIDDEN = re.compile(
    r'"(?:key|correct|answer_key|explanation|theta|discrimination|difficulty|guessing|seed|item_key)"'
)


def check_in(proctor: Page, site: Site, name: str, ending: str) -> None:
    """Open the sitting of *name*, check the candidate in and start the room."""
    proctor.goto(f"{site.url}/proctor/")
    links = proctor.locator("main tbody a").evaluate_all("all => all.map(a => a.href)")
    for link in links:
        proctor.goto(link)
        seat = proctor.locator("article.seat").filter(has_text=name)
        if seat.count():
            seat.locator("a.seat__action").click()
            break
    proctor.fill("[name=document]", "ID")
    proctor.fill("[name=document_ending]", ending)
    proctor.click("main form button[type=submit]")
    expect(proctor.locator("[data-board]")).to_be_visible()
    start = proctor.locator("details.confirm:has(form[action$='/start']) > summary")
    if start.count():  # an earlier test may have started the room
        start.click()
        proctor.locator("form[action$='/start'] button[type=submit]:visible").click()
    expect(proctor.locator(".notice").first).to_be_visible()


def seat_name(page: Page) -> str:
    return page.locator(".account__name").inner_text().strip().split()[0]


def seconds_left(page: Page) -> int:
    parts = page.locator("[data-clock-time]").inner_text().split(":")
    return sum(int(part) * 60**power for power, part in enumerate(reversed(parts)))


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


@pytest.mark.parametrize(
    ("name", "ending", "language", "width"),
    [("teacher1", "4137", "ky", 360), ("teacher4", "4548", "ru", 1440)],
)
def test_a_fixed_test_from_check_in_to_the_verified_protocol(
    site: Site, enter: Enter, tmp_path: Path, name: str, ending: str, language: str, width: int
) -> None:
    page = enter(name, language, width)
    sent: list[str] = []
    page.on("response", lambda answer: sent.append(answer.url))
    accessible(page, f"home-{language}-{width}")
    proctor = enter("proctor", language, width)
    check_in(proctor, site, seat_name(page), ending)
    accessible(proctor, f"board-{language}-{width}")

    page.reload()
    page.click("main article a.button")
    accessible(page, f"instructions-{language}-{width}")
    page.click("main form button[type=submit]")
    expect(page.locator("[data-options] input").first).to_be_attached()
    assert not FORBIDDEN.search(page.content())
    accessible(page, f"item-{language}-{width}")

    page.locator("[data-options] label").nth(1).click()
    saved(page)
    page.click("[data-flag]")
    page.click("[data-next]")
    expect(page.locator("[data-place]")).to_have_text(re.compile("^2"))
    page.locator("[data-options] label").nth(2).click()
    saved(page)
    page.wait_for_timeout(500)
    stem, left = page.locator("[data-stem]").inner_text(), seconds_left(page)

    page.reload()
    assert page.locator("[data-stem]").inner_text() == stem
    assert 0 <= left - seconds_left(page) <= 10
    assert page.locator("[data-options] input:checked").count() == 1

    kept = tmp_path / "cookies.json"
    page.context.storage_state(path=kept)
    address = page.url
    page.context.close()
    page = enter(name, language, width, str(kept))
    page.goto(address)
    assert page.locator("[data-stem]").inner_text() == stem
    assert 0 <= left - seconds_left(page) <= 30
    assert page.locator("[data-options] input:checked").count() == 1

    page.locator("[data-dialog=navigator]:visible").last.click()
    expect(page.locator("#navigator .navigator__cell--answered[data-position]")).to_have_count(2)
    expect(page.locator("#navigator .navigator__cell--flagged[data-position]")).to_have_count(1)
    accessible(page, f"review-{language}-{width}")
    page.locator("#navigator [data-finish]").click()
    confirmation = page.locator("#confirmation [data-confirmation-yes]")
    confirmation.click()
    page.wait_for_url("**/result")
    accessible(page, f"result-{language}-{width}")

    with page.expect_download() as download:
        page.click("main a.button--big")
    pdf = PdfReader(BytesIO(Path(download.value.path()).read_bytes()))
    assert len(pdf.pages) == 1
    code = page.locator(".receipt").inner_text()
    page.goto(f"{site.url}/verify/{code}")
    expect(page.locator(".notice--success")).to_be_visible()
    accessible(page, f"verify-{language}-{width}")
    proctor.wait_for_timeout(3500)
    finished = proctor.locator("article.seat--finished")
    expect(finished.first).to_be_visible()


def test_an_adaptive_test_moves_forward_only_and_ends_with_an_expected_percent(
    site: Site, enter: Enter
) -> None:
    page = enter("teacher6", "ru", 1440)
    bodies: list[str] = []

    def note(answer: object) -> None:
        url = answer.url  # type: ignore[attr-defined]
        if "/attempts/" in url:
            bodies.append(answer.text())  # type: ignore[attr-defined]

    proctor = enter("proctor", "ru", 1440)
    check_in(proctor, site, seat_name(page), str(4000 + 137 * 6))
    page.reload()
    page.click("main article a.button")
    page.click("main form button[type=submit]")
    page.on("requestfinished", lambda request: note(request.response()))
    for position in range(1, 61):
        if page.locator("[data-complete]:visible").count():
            break
        expect(page.locator("[data-place]")).to_have_text(re.compile(rf"\b{position}$"))
        assert page.locator("[data-previous]").count() == 0
        page.locator("[data-options] label").nth(position % 3).click()
        saved(page)
        with page.expect_response("**/confirm"):
            page.click("[data-confirm-item]")
        page.wait_for_timeout(120)
    expect(page.locator("[data-complete]")).to_be_visible()
    accessible(page, "adaptive-complete-ru-1440")
    assert bodies
    assert not any(FORBIDDEN.search(body) for body in bodies)
    page.click("footer [data-finish]")
    page.locator("#confirmation [data-confirmation-yes]").click()
    page.wait_for_url("**/result")
    accessible(page, "adaptive-result-ru-1440")


@pytest.mark.parametrize(("name", "language", "width"), [("teacher2", "ky", 360), ("teacher3", "ru", 1440)])
def test_the_trainer_explains_every_answer_and_goes_on_later(
    site: Site, enter: Enter, name: str, language: str, width: int
) -> None:
    page = enter(name, language, width)
    page.goto(f"{site.url}/trainer/")
    accessible(page, f"trainer-{language}-{width}")
    page.locator("main section.card form button[type=submit]").first.click()
    accessible(page, f"trainer-item-{language}-{width}")
    page.locator(".options label").first.click()
    page.locator("main form button.button[type=submit]").first.click()
    expect(page.locator("main .notice")).to_be_visible()
    accessible(page, f"trainer-feedback-{language}-{width}")
    address = page.url
    page.goto(f"{site.url}/trainer/")
    page.locator("main .notice a.button").click()
    assert page.url == address


def test_the_proctor_pauses_and_adds_minutes_and_the_candidate_sees_it(site: Site, enter: Enter) -> None:
    page = enter("teacher5", "ru", 1440)
    proctor = enter("proctor", "ru", 1440)
    name = seat_name(page)
    check_in(proctor, site, name, str(4000 + 137 * 5))
    page.reload()
    page.click("main article a.button")
    page.click("main form button[type=submit]")
    before = seconds_left(page)

    def act(kind: str) -> None:
        proctor.locator("article.seat").filter(has_text=name).locator("a.seat__action").click()
        accessible(proctor, f"seat-{kind}")
        form = proctor.locator(f"details.confirm:has(input[value={kind}])")
        form.locator("> summary").click()
        inside = proctor.locator(f"form:has(input[name=act][value={kind}]):visible")
        inside.locator(".chips label, .chip").first.click()
        inside.locator("button[type=submit]").click()
        expect(proctor.locator("[data-board]")).to_be_visible()

    seat = proctor.locator("article.seat").filter(has_text=name)
    seat.locator("[data-act=pause]").click()
    dialog = proctor.locator("[data-act-dialog=pause]")
    expect(dialog).to_contain_text(name)
    accessible(proctor, "board-dialog-ru-1440")
    dialog.locator(".chip").first.click()
    dialog.locator("button[type=submit]").click()
    expect(seat.locator("[data-act=resume]")).to_be_visible()
    expect(page.locator("[data-curtain]")).to_be_visible(timeout=20_000)
    act("resume")
    expect(page.locator("[data-curtain]")).to_be_hidden(timeout=20_000)
    act("minutes")
    with page.expect_response("**/attention") as told:
        page.evaluate("window.dispatchEvent(new Event('blur'))")
    assert told.value.status == 200
    page.reload()
    assert seconds_left(page) > before + 200
