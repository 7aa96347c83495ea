"""The table of the bank over HTTP: the address holds the search, views are shared, changes are previewed."""

from pathlib import Path

import pytest
from flask import Flask

from tests.services.bank_desk import Desk
from tests.web.test_author_pages import Seat, app, desk  # noqa: F401 - fixtures

ITEMS = ["math.algebra.h001", "math.algebra.h002"]


def test_facets_and_columns_live_in_the_address(app: Flask, desk: Desk) -> None:  # noqa: F811
    author = Seat(app, desk.author)
    page = author.get("/bank/?pool=exam&column=fit&column=tags&search=h001&sort=fit")[1]
    assert "math.algebra.h001" in page
    assert "math.algebra.h002" not in page
    assert "Outfit" in page
    assert author.get("/bank/?pool=lava&column=secret&owner=x&tag=&page=99999999999")[0] == 200


def test_a_view_is_kept_shared_and_removed_by_its_owner_alone(app: Flask, desk: Desk) -> None:  # noqa: F811
    author, other = Seat(app, desk.author), Seat(app, desk.colleague)
    author.post("/bank/views", name="Mine", address="pool=exam&evil=1")
    author.post("/bank/views", name="Ours", address="search=h001&order=descending", shared="1")
    seen = other.get("/bank/")[1]
    assert "Ours" in seen
    assert "Mine" not in seen
    assert "evil" not in author.get("/bank/")[1]
    with desk.unit_of_work() as work:
        uid = next(view.uid for view in work.views.seen_by(desk.author.id) if view.name == "Ours")
    assert other.post(f"/bank/views/{uid}/removal")[0] == 404
    assert author.post(f"/bank/views/{uid}/removal")[0] == 303
    assert "Ours" not in other.get("/bank/")[1]


def test_a_change_of_many_is_shown_first_and_then_made(app: Flask, desk: Desk) -> None:  # noqa: F811
    author = Seat(app, desk.author)
    chosen = {"item": [*ITEMS, "nothing"], "kind": "tag", "value.tag": "spring"}
    status, page = author.post("/bank/bulk?pool=exam", **chosen)
    assert status == 200
    assert "Change 2 items" in page
    assert "does not exist" in page
    sent = {"item": ITEMS, "kind": "tag", "value": "spring", "action": "apply"}
    assert author.post("/bank/bulk", **sent)[0] == 303
    assert "spring" in author.get("/bank/?column=tags")[1]
    whole = author.post("/bank/bulk?pool=trainer", whole="1", kind="level", **{"value.level": "know"})[1]
    assert "math.algebra.n002" in whole
    assert "math.algebra.h001" not in whole


@pytest.mark.parametrize("kind", ["retire", "explode", ""])
def test_authors_retire_nothing(app: Flask, desk: Desk, tmp_path: Path, kind: str) -> None:  # noqa: F811
    author = Seat(app, desk.author)
    assert author.post("/bank/bulk", kind=kind, item=ITEMS[0])[0] == 422
    assert author.post("/bank/bulk-retirement", kind="retire", item=ITEMS[0])[0] == 403
