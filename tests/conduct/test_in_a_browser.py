"""Conversations between a proctor's board and a candidate's page, in real Chromium."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from exam_site import ExamSite
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SHOTS = os.environ.get("SYNAK_SCREENSHOTS")
POLICY = {"launch": "two_key", "safe_exam_browser": {"policy": "warn"}}


@pytest.fixture
def site(tmp_path: Path, chromium: Browser) -> Iterator[ExamSite]:
    site = ExamSite(tmp_path, chromium, POLICY)
    yield site
    site.close()


def accessible(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png")
    found = Axe().run(page).response["violations"]
    assert not [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found], name
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name}: {wide} px too wide"


@pytest.mark.parametrize(("language", "width"), [("ky", 360), ("ru", 1440)])
def test_two_keys_a_message_and_an_outage(site: ExamSite, language: str, width: int) -> None:
    hall = site.hall
    hall.seat()
    proctor, page = site.visit("proctor", language, 1024), site.visit("teacher1", language, width)
    board = f"{site.url}/proctor/sittings/{hall.sitting.uid}"

    page.goto(site.address)
    proctor.goto(board)
    code = proctor.locator(".room-code__digits").inner_text()
    accessible(page, f"keys-{language}-{width}")
    page.fill("[name=ticket_code]", hall.bookings[0].ticket_code)
    page.fill("[name=room_code]", "000000")
    page.click("main form button[type=submit]:has(.icon)")
    expect(page.locator(".notice--error")).to_be_visible()
    page.fill("[name=room_code]", code)
    page.click("main form button[type=submit]:has(.icon)")
    page.locator("[data-options] input").first.wait_for(state="attached")

    proctor.reload()
    expect(proctor.locator("article.seat--proof")).to_have_count(1)
    accessible(proctor, f"board-{language}")
    proctor.locator("[data-tick]").first.check()
    proctor.locator("details.confirm:has(input[name=act][value=message]) > summary").click()
    form = proctor.locator("form:has(input[name=act][value=message]):visible")
    expect(form.locator("[data-scope]")).to_contain_text("1")
    form.locator("textarea").fill("Осталось 10 минут")
    accessible(proctor, f"board-message-{language}")
    form.locator("button[type=submit]").click()
    expect(proctor.locator(".notice--success")).to_be_visible()
    message = page.locator("[data-messages] [data-message-text]:visible")
    expect(message).to_have_text("Осталось 10 минут", timeout=20_000)
    accessible(page, f"message-{language}-{width}")
    with page.expect_response("**/messages"):
        page.locator("[data-messages] button:visible").click()
    expect(message).to_have_count(0)
    assert hall.state().unread == ()

    with hall.unit_of_work(write=True) as work:
        began = hall.log("started")[0].occurred_at
        work.administrations.set_sitting_status(hall.sitting.id, "open", began)
        work.commit()
    hall.live.drop(hall.attempt_id)
    proctor.goto(f"{board}/outage")
    accessible(proctor, f"outage-{language}")
    proctor.fill("[name=starts]", "23:58")
    proctor.fill("[name=ends]", "23:50")
    proctor.click("main form button")
    expect(proctor.locator(".notice--error")).to_be_visible()
