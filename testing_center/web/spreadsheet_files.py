"""Answers that are a file for a spreadsheet."""

from collections.abc import Sequence

from flask import make_response
from werkzeug.wrappers import Response

from testing_center.documents.spreadsheets import Cell, csv_table, xlsx_table

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def spreadsheet(name: str, kind: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Response:
    """Send a table under *name*; *kind* is a key of ``MEDIA_TYPES``."""
    body = csv_table(header, rows) if kind == "csv" else xlsx_table(name, header, rows)
    response = make_response(body)
    response.headers["Content-Type"] = MEDIA_TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response
