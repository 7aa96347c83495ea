"""An administrator plans a sitting and imports candidates, some of whose rows are wrong."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from testing_center.domain.errors import InvalidInput
from testing_center.services.candidate_lists import read_candidates
from tests.browser.conftest import Enter, Site, accessible

pytestmark = pytest.mark.timeout(180)
HEADER = "Фамилия;Имя;Имя пользователя;Последние знаки номера;Язык;Категория;Место\n"


@pytest.mark.browser
def test_a_sitting_is_planned_and_filled_from_a_list(site: Site, enter: Enter, tmp_path: Path) -> None:
    page = enter("administrator", "ru", 1440)
    page.goto(f"{site.url}/administrations/")
    accessible(page, "administrations-ru-1440")
    page.fill("[name=starts_at]", "2020-01-01T09:00")
    page.locator("form[action$='/sittings'] button[type=submit]").click()
    expect(page.locator(".notice--error")).to_be_visible()
    assert page.input_value("[name=starts_at]") == "2020-01-01T09:00"
    page.fill("[name=starts_at]", "2031-05-20T09:00")
    page.locator("form[action$='/sittings'] button[type=submit]").click()
    expect(page.locator(".notice--success")).to_be_visible()
    category = "kz.nobody"
    listed = tmp_path / "list.csv"
    listed.write_text(HEADER + f"Новикова;Анна;novikova;1234;ru;{category};1\n", encoding="cp1251")
    page.set_input_files("[name=file]", listed)
    page.locator("main form button[type=submit]").last.click()
    refusal = page.locator("#report tbody td").nth(1).inner_text()
    category = refusal.rsplit(":", 1)[1].split(",")[0].strip(" .")
    lines = [f"Новикова;Анна;novikova;1234;ru;{category};1", f"Орлов;Пётр;orlov;;ru;{category};2"]
    listed.write_text(HEADER + "\n".join(lines), encoding="cp1251")
    for outcome in ("added", "present"):
        page.set_input_files("[name=file]", listed)
        page.locator("main form button[type=submit]").last.click()
        expect(page.locator("#report tbody tr")).to_have_count(2)
        shown = page.locator("#report tbody tr").first.locator("td").last.inner_text()
        assert (len(shown) >= 12) is (outcome == "added")
    accessible(page, "import-ru-1440")
    expect(page.locator("#seats tbody tr")).to_have_count(1)
    phone = enter("administrator", "ky", 360)
    phone.goto(f"{site.url}/administrations/")
    accessible(phone, "administrations-ky-360")


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
