"""A psychometrician calibrates a subject in the background, accepts items, publishes a release."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, Site, accessible

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_a_calibration_becomes_a_release(site: Site, enter: Enter) -> None:
    page = enter("psychometrician", "ru", 1440)
    page.goto(f"{site.url}/statistics/")
    accessible(page, "statistics-ru-1440")
    page.locator("main .card button[type=submit]").first.click()
    expect(page.locator("#items")).to_be_visible(timeout=90_000)
    accessible(page, "calibration-ru-1440")
    rows = page.locator("#items tbody tr")
    assert rows.count() > 100
    run = page.url
    for kind in ("CSV", "XLSX"):
        with page.expect_download() as download:
            page.locator(".toolbar__end a", has_text=re.compile(f"^{kind}")).click()
        assert Path(download.value.path()).stat().st_size > 5_000

    page.locator("#items tbody a").first.click()
    accessible(page, "calibration-item-ru-1440")
    page.locator("button[value=rejected]").click()
    expect(page.locator(".notice--error")).to_be_visible()
    page.locator("button[value=accepted]").click()
    expect(page.locator(".notice--success")).to_be_visible()

    page.goto(run)
    for number in (1, 2):
        page.locator("#items tbody input[type=checkbox]").nth(number).check(force=True)
    page.locator("button[value=accepted]").click()
    expect(page.locator(".notice--success")).to_be_visible()
    page.locator("details.confirm > summary").click()
    page.locator("form[action$='/release'] button[type=submit]:visible").click()
    expect(page.locator(".notice--success")).to_contain_text("2")
    phone = enter("psychometrician", "ky", 360)
    phone.goto(run)
    accessible(phone, "calibration-ky-360")
    phone.goto(f"{site.url}/statistics/")
    accessible(phone, "statistics-ky-360")
    expect(phone.locator("main .card").first).to_contain_text("2")
