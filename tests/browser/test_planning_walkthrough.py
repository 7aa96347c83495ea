"""From a plan and a list to seats: administrator, technician and candidate."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from testing_center.domain.errors import InvalidInput
from testing_center.services.candidate_lists import read_candidates
from tests.browser.conftest import Enter, Site, accessible

pytestmark = pytest.mark.timeout(180)
HEADER = "Фамилия;Имя;Имя пользователя;Последние знаки номера;Язык;Категория;Место\n"


@pytest.mark.browser
def test_from_a_plan_and_a_list_to_seats(site: Site, enter: Enter, tmp_path: Path) -> None:
    page = enter("administrator", "ru", 1440)
    page.goto(f"{site.url}/administrations/")
    accessible(page, "administrations-ru-1440")
    page.locator("a[href$='/plan']").last.click()
    page.locator("[name=room]").first.check(force=True)
    page.locator("[name=shift]").first.check(force=True)
    page.fill("[name=first_day]", "2031-05-19")
    page.fill("[name=last_day]", "2031-05-20")
    page.click("[name=count]")
    expect(page.locator("#slots tbody tr")).to_have_count(2)
    accessible(page, "plan-ru-1440")
    page.click("[name=open]")
    expect(page.locator(".notice--success")).to_be_visible()
    _import(page, tmp_path)
    page.locator("details.confirm summary").click()
    page.locator("dialog[open] button[type=submit], details.confirm[open] button[type=submit]").first.click()
    expect(page.locator("#roster tr", has_text="Новикова").locator("td").last).not_to_have_text("–")
    page.locator("a[href$='/seating']").first.click()
    accessible(page, "seating-ru-1440")
    page.fill("[name=one]", "1")
    page.fill("[name=other]", "9")
    page.locator("form[action$='/swap'] [name=reason]").fill("свет из окна")
    page.locator("form[action$='/swap'] button[type=submit]").click()
    expect(page.locator(".notice--success")).to_be_visible()


def _import(page: Page, folder: Path) -> None:
    """Check a list with a faulty row, then import it in the background, twice."""
    address = page.url
    category = "kg.first"
    lines = [f"Новикова;Анна;novikova;1234;ru;{category};", f"Орлов;Пётр;orlov;;ru;{category};"]
    listed = folder / "list.csv"
    listed.write_text(HEADER + "\n".join(lines), encoding="cp1251")
    page.set_input_files("[name=file]", listed)
    page.click("[name=check]")
    expect(page.locator("#report tbody tr")).to_have_count(2)
    for added in (1, 0):
        page.goto(address)
        page.set_input_files("[name=file]", listed)
        page.click("[name=import]")
        expect(page.locator("#report tbody tr")).to_have_count(2)
        assert page.locator("form[action$='/passwords']").count() == added
    accessible(page, "import-ru-1440")
    page.goto(address)


@pytest.mark.browser
def test_pages_of_the_site_are_accessible_on_a_phone(site: Site, enter: Enter) -> None:
    page = enter("administrator", "ky", 360)
    for name in ("administrations", "sites", "appointments"):
        page.goto(f"{site.url}/{name}/")
        accessible(page, f"{name}-ky-360")
    page.goto(f"{site.url}/sites/knu")
    accessible(page, "site-ky-360")
    page.locator("#rooms a").first.click()
    page.locator(".seat-editor__cell").first.press("a")
    assert page.input_value("[name=rows]").startswith("AS")
    accessible(page, "room-ky-360")
    page.locator("#stations a").first.click()
    expect(page.locator(".readiness li")).to_have_count(8)
    page.click("[data-heard=yes]")
    expect(page.locator("[data-check=sound][data-level=ready]")).to_be_visible()
    accessible(page, "readiness-ky-360")


@pytest.mark.browser
def test_a_technician_sees_sites_and_no_board_and_a_candidate_books(site: Site, enter: Enter) -> None:
    page = enter("technician", "ru", 1440)
    assert page.goto(f"{site.url}/sites/knu").status == 200  # type: ignore[union-attr]
    assert page.goto(f"{site.url}/proctor/").status == 403  # type: ignore[union-attr]
    candidate = enter("teacher4", "ky", 360)
    candidate.goto(f"{site.url}/booking/")
    accessible(candidate, "booking-ky-360")


def test_a_workbook_is_read_like_a_text_file() -> None:
    book = Workbook()
    for row in (HEADER.strip().split(";"), ["Асанова", "Айгүл", "asanova", 1234.0, "ky", "kg.first", 3]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    (found,) = read_candidates("list.xlsx", file.getvalue())
    assert (found.row, found.values["document_ending"], found.values["seat"]) == (2, "1234", "3")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"PK\x03\x04nonsense"), ("a.csv", b"\x00\x01"), ("a.csv", b""), ("a.csv", b"a;b\n1;2")],
)
def test_what_is_no_list_is_refused_with_a_sentence(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_candidates(name, content)
