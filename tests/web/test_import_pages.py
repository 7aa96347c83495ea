"""The pages of imports and exports: upload, dry run, confirmation, reports, an archive with its losses."""

import json
from io import BytesIO
from zipfile import ZipFile

from flask import Flask

from testing_center.web.current import EXTENSION
from tests.services.bank_desk import Desk
from tests.services.test_imports import AIKEN
from tests.web.test_author_pages import Seat, app, desk

__all__ = ["app", "desk"]
WISH = {"pool": "exam", "language": "ru", "area": "math.geometry", "level": "apply"}


def test_a_file_is_looked_at_confirmed_and_reported(app: Flask, desk: Desk) -> None:
    author, jobs = Seat(app, desk.author), app.extensions[EXTENSION].jobs
    assert "Import items" in author.get("/bank/")[1]
    assert author.client.get("/bank/imports/template").data[:2] == b"PK"
    status, page = author.post("/bank/imports", **WISH)
    assert (status, "Choose a file." in page) == (422, True)
    assert 'value="math.geometry" selected' in page
    sent = {"file": (BytesIO(AIKEN.encode()), "squares.txt"), **WISH}
    address = author.client.post("/bank/imports", data=sent).headers["Location"]
    assert 'data-reload="2"' in author.get(address)[1]
    assert jobs.work_once()
    page = author.get(address)[1]
    assert "would make 1 new items" in page
    assert "The answer “D” is not one of the options" in page
    assert author.get(f"{address}?status=refused")[1].count("<tr>") == 2
    with author.client.session_transaction() as session:
        session["language"] = "ru"
    assert "Ответа «D» нет среди вариантов A, B" in author.get(address)[1]
    with author.client.session_transaction() as session:
        session["language"] = "en"
    assert author.post(f"{address}/confirmation")[0] == 303
    assert jobs.work_once()
    page = author.get(address)[1]
    assert "All are drafts" in page
    assert "/bank/items/math.geometry.w001" in page
    report = json.loads(author.client.get(f"{address}/report.json").data)
    assert report["outcomes"]["new"] == 1
    assert author.client.get(f"{address}/report.xlsx").data[:2] == b"PK"
    sent["file"] = (BytesIO(AIKEN.encode()), "squares.txt")
    again = author.client.post("/bank/imports", data=sent, follow_redirects=True)
    assert "taken over before" in again.get_data(as_text=True)


def test_the_items_of_a_search_are_exported_with_their_losses(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    assert "2 items" in author.get("/bank/export?pool=trainer")[1]
    sent = {"format": "gift", "language": "ru"}
    answer = author.client.post("/bank/export?pool=trainer", data=sent)
    with ZipFile(BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["items.gift", "losses.xlsx", "report.json"]
        written = json.loads(archive.read("report.json"))["written"]
    assert written == ["math.algebra.n001", "math.algebra.n002"]
    assert author.post("/bank/export?search=nothing", **sent)[0] == 422
    assert Seat(app, desk.reviewer).get("/bank/export")[0] == 403
