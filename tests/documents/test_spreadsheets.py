"""Tables for spreadsheets read back as they were, and run nothing."""

import csv
import io

from openpyxl import load_workbook

from testing_center.documents.spreadsheets import csv_table, xlsx_table

HEADER = ("Тапшырма", "p")
ROWS = [("=1+1", 0.5), ("ө,ү", None), ("@x", float("nan")), ("plain", -2)]


def test_csv_keeps_letters_and_numbers_and_defuses_formulas() -> None:
    content = csv_table(HEADER, ROWS)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [["Тапшырма", "p"], ["'=1+1", "0.5"], ["ө,ү", ""], ["'@x", ""], ["plain", "-2"]]


def test_xlsx_keeps_numbers_as_numbers_and_formulas_as_text() -> None:
    sheet = load_workbook(io.BytesIO(xlsx_table("Items", HEADER, ROWS))).active
    assert sheet is not None
    assert [tuple(row) for row in sheet.iter_rows(values_only=True)] == [
        HEADER, ("=1+1", 0.5), ("ө,ү", None), ("@x", None), ("plain", -2),
    ]  # fmt: skip
    assert sheet["A2"].data_type == "s"


def test_a_table_without_rows_is_a_header() -> None:
    assert csv_table(HEADER, []).count(b"\r\n") == 1
    assert load_workbook(io.BytesIO(xlsx_table("Items", HEADER, []))).active is not None
