"""Sections that lock, a break and accommodations: set by staff, lived through by a candidate."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, Site, accessible
from tests.browser.test_exam_walkthrough import check_in, saved, seat_name, seconds_left

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def set_policy(page: Page, site: Site) -> None:
    """Give both sections 20 minutes and allow a break that stops the clock, whenever wanted."""
    page.goto(f"{site.url}/administrations/")
    links = page.locator("main a[href$='/delivery']").evaluate_all("all => all.map(a => a.href)")
    for link in links:
        page.goto(link)
        if page.locator("[name^=minutes-]").count() == 2:
            break
    accessible(page, "delivery-policy-ru-1440")
    page.fill("[name=item_seconds]", "60")
    page.click("main form button[type=submit]")
    expect(page.locator(".notice--error")).to_be_visible()  # only forward navigation times its items
    assert page.input_value("[name=item_seconds]") == "60"
    page.fill("[name=item_seconds]", "")
    for field in page.locator("[name^=minutes-]").all():
        field.fill("20")
    for name in ("forbidden_first_minutes", "forbidden_last_minutes"):
        page.fill(f"[name={name}]", "0")
    page.click("label[for=field-stops_clock]")
    page.locator("label", has_text="Калькулятор").click()
    page.locator("label", has_text="Черновик").click()
    page.click("main form button[type=submit]")
    expect(page.locator(".notice--success")).to_be_visible()


def test_sections_lock_breaks_stop_the_clock_and_time_is_granted(site: Site, enter: Enter) -> None:
    set_policy(enter("administrator", "ru", 1440), site)
    page = enter("teacher2", "ky", 360)
    proctor = enter("proctor", "ru", 1440)
    check_in(proctor, site, seat_name(page), "4274")
    page.reload()
    page.click("main article a.button")
    page.click("main form button[type=submit]")
    page.locator("[data-options] label").first.click()
    saved(page)
    expect(page.locator("[data-scope-clock]")).to_have_text(re.compile(r"0:(20:00|19:\d\d)"))
    accessible(page, "sections-item-ky-360")

    page.click("[data-tools-menu] > summary")
    page.click("[data-open-tool=calculator]")
    page.fill("[data-entry]", "2+3×√16−50%")
    page.keyboard.press("Enter")
    expect(page.locator("[data-result]")).to_have_text("= 13,5")
    accessible(page, "calculator-ky-360")
    page.keyboard.press("Escape")
    expect(page.locator("[data-tool=calculator]")).to_be_hidden()

    page.click("[data-break]")
    page.click("[data-confirmation-yes]")
    expect(page.locator("[data-break-clock]")).to_be_visible()
    accessible(page, "break-ky-360")
    before = seconds_left(page)
    page.wait_for_timeout(1500)
    assert seconds_left(page) == before
    page.click("main form button[type=submit]")
    expect(page.locator("[data-options] input:checked")).to_have_count(1)
    assert page.locator("[data-break]").count() == 0

    page.click("[data-leave-section]")
    page.click("[data-confirmation-yes]")
    expect(page.locator("form[action$='/sections/begin']")).to_be_visible()
    accessible(page, "between-sections-ky-360")
    page.click("main form button[type=submit]")
    expect(page.locator("[data-place]")).to_have_text(re.compile(r"^31 / 50"))
    expect(page.locator("[data-previous]")).to_be_disabled()
    page.locator("button[data-dialog=navigator]").first.click()
    assert page.locator("[data-navigator] [data-position='1']").get_attribute("aria-disabled") == "true"
    page.keyboard.press("Escape")

    left = seconds_left(page)
    seat = proctor.locator("article.seat").filter(has_text=seat_name_of(page))
    seat.locator("a.seat__action").last.click()
    proctor.click("a[href$='/accommodations']")
    proctor.fill("[name=extra_minutes]", "30")
    proctor.click("label[for=field-large_text]")
    proctor.locator(".chip").first.click()
    accessible(proctor, "accommodations-ru-1440")
    proctor.click("main form button[type=submit]")
    expect(proctor.locator(".notice--success")).to_be_visible()
    page.reload()
    assert seconds_left(page) > left + 29 * 60
    expect(page.locator("html")).to_have_attribute("data-text-size", "4")


def seat_name_of(page: Page) -> str:
    """The family name as the test's bar shows it."""
    return page.locator(".exam-bar__name").inner_text().split()[0]
