"""What happens on a winter morning, in real Chromium: another computer, no network, sleep, time up."""

import re
import time

import pytest
from exam_site import ExamSite
from playwright.sync_api import Page, expect

from tests.browser.conftest import accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def saved(page: Page) -> None:
    expect(page.locator("#save-state")).to_have_attribute("data-state", "saved")


def choose(page: Page, option: int) -> None:
    page.locator("[data-options] label").nth(option).click()


def stem(page: Page) -> str:
    return page.locator("[data-stem]").inner_text()


def options(page: Page) -> list[str]:
    return page.locator("[data-options] input").evaluate_all("all => all.map(one => one.value)")


def seconds_left(page: Page) -> int:
    parts = page.locator("[data-clock-time]").inner_text().split(":")
    return sum(int(part) * 60**power for power, part in enumerate(reversed(parts)))


def test_a_second_computer_takes_over_when_the_proctor_lets_it(site: ExamSite) -> None:
    first = site.visit("teacher1")
    site.begin(first)
    choose(first, 1)
    saved(first)
    first.click("[data-next]")
    expect(first.locator("[data-place]")).to_have_text(re.compile("^2"))
    choose(first, 2)
    saved(first)

    second = site.visit("teacher1", width=360)
    second.goto(site.address)
    expect(second.locator("[data-waiting]")).to_have_attribute("data-status", "waiting")
    assert second.locator("[data-options]").count() == 0
    accessible(second, "device-waiting-ru-360")
    choose(first, 0)  # the first one works until the decision
    saved(first)

    proctor = site.visit("proctor")
    proctor.goto(f"{site.url}/proctor/sittings/{site.hall.sitting.uid}")
    tile = proctor.locator("article.seat").first
    expect(tile).to_have_class(re.compile("seat--device"))
    accessible(proctor, "board-device-ru-1280")
    tile.locator("[data-act=refuse_device]").click()
    dialog = proctor.locator("[data-act-dialog=refuse_device]")
    dialog.locator(".chip").nth(3).click()
    dialog.locator("button[type=submit]").click()
    expect(second.locator("[data-waiting]")).to_have_attribute("data-status", "refused")
    accessible(second, "device-refused-ru-360")
    second.click("main form button[type=submit]")
    expect(second.locator("[data-waiting]")).to_have_attribute("data-status", "waiting")

    tile.locator("[data-act=approve_device]").click()
    dialog = proctor.locator("[data-act-dialog=approve_device]")
    accessible(proctor, "board-device-dialog-ru-1280")
    dialog.locator(".chip").nth(3).click()
    dialog.locator("[name=seat]").fill("12")
    left = seconds_left(first)
    dialog.locator("button[type=submit]").click()
    approved = time.monotonic()
    expect(second.locator("[data-options] input").first).to_be_attached()
    assert time.monotonic() - approved < 10
    assert (stem(second), options(second)) == (stem(first), options(first))
    assert second.locator("[data-options] input:checked").count() == 1
    assert 0 <= left - seconds_left(second) <= 12
    accessible(proctor, "board-device-moved-ru-1280")

    choose(first, 3)
    expect(first.locator("#item")).to_have_attribute("inert", "")
    expect(first.locator("#exam-message")).not_to_be_empty()
    accessible(first, "device-frozen-ru-1280")
    choose(second, 1)
    saved(second)
    assert site.hall.state().seat == 12
