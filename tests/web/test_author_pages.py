"""The pages of the bank: forms keep what was typed, illegal steps are said, keys stay with staff."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from testing_center.app import create_app
from testing_center.config import Settings
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.passwords import Argon2Passwords
from testing_center.web.access import SignedIn
from tests.services.bank_desk import NOON, Desk, open_desk

KEY = "math.algebra.h001"
ITEM = f"/bank/items/{KEY}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


@pytest.fixture
def app(desk: Desk, tmp_path: Path) -> Flask:
    url = f"sqlite:///{tmp_path / 'synak.sqlite3'}"
    settings = {"environment": "test", "data_directory": tmp_path, "secret_key": "x" * 40}
    app = create_app(Settings(DATABASE_URL=url, REDIS_URL=None, **settings))  # type: ignore[arg-type]
    app.config.update(WTF_CSRF_ENABLED=False, TESTING=True)
    return app


class Seat:
    """A browser at which one person is signed in."""

    def __init__(self, app: Flask, person: Person) -> None:
        self.client: FlaskClient = app.test_client()
        with self.client.session_transaction() as session:
            session["_user_id"] = SignedIn(person).get_id()
            session["language"] = "en"

    def get(self, path: str) -> tuple[int, str]:
        answer = self.client.get(path)
        return answer.status_code, unescape(answer.get_data(as_text=True))

    def post(self, path: str, **values: object) -> tuple[int, str]:
        answer = self.client.post(path, data=values)
        return answer.status_code, unescape(answer.get_data(as_text=True))


def typed(page: str, **changes: str) -> dict[str, object]:
    """What a browser would send of the editor's form on *page*, with some fields changed."""
    form = page.split("data-item-form", 1)[1].split("</form>", 1)[0]
    values: dict[str, object] = dict(
        re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    )
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    for tag in re.findall(r"<input [^>]*>", form):
        read = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = read.get("type") not in ("radio", "checkbox", "file") or " checked" in tag
        if ticked and "name" in read:
            values[read["name"]] = read.get("value", "")
    return values | changes


def test_a_refused_form_keeps_everything_and_says_what_to_do_at_each_field(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    form = typed(author.get(f"{ITEM}/edit")[1])
    broken = {"ru.stem": "Find $\\frac{1{2}$ & more", "kk.option.c": ""}
    sent = form | broken | {"note": "My note", "action": "save"}
    status, page = author.post(f"{ITEM}/edit", **sent)
    assert status == 422
    assert "Correct the formula" in page
    assert 'href="#field-kk.option.c"' in page
    again = typed(page)
    assert {name: again[name] for name in sent if name != "action"} == {
        name: value for name, value in sent.items() if name != "action"
    }


def test_checking_saves_nothing_and_tells_what_the_change_means(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    form = typed(author.get(f"{ITEM}/edit")[1])
    changed = form | {"ru.stem": "Which is always right?", "action": "check"}
    status, page = author.post(f"{ITEM}/edit", **changed)
    assert status == 200
    assert "loses its parameters" in page
    status, page = author.post(f"{ITEM}/edit", **form | {"ru.explanation": "Other", "action": "check"})
    assert "stay valid" in page
    assert len(desk.items.open(KEY, desk.author, "test").versions) == 1


def test_a_newer_version_meanwhile_is_told_with_its_changes(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    form = typed(author.get(f"{ITEM}/edit")[1])
    desk.save(KEY, desk.colleague, explanation="Rewritten")
    sent = form | {"ru.stem": "My own words?", "note": "why", "action": "save"}
    status, page = author.post(f"{ITEM}/edit", **sent)
    assert status == 409
    assert "Rewritten" in page
    assert typed(page)["ru.stem"] == "My own words?"
    assert author.post(f"{ITEM}/edit", **typed(page, action="save"))[0] == 303
    assert desk.items.open(KEY, desk.author, "test").latest.stored.number == 3


def test_a_draft_under_review_is_not_edited(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    number = desk.save(KEY, stem="New?")
    assert author.post(f"{ITEM}/versions/{number}/submission", step="submit")[0] == 303
    assert author.client.get(f"{ITEM}/edit").status_code == 302
    assert "under review" in author.get(ITEM)[1]


def test_illegal_steps_are_refused_with_a_sentence(app: Flask, desk: Desk) -> None:
    author, reviewer = Seat(app, desk.author), Seat(app, desk.reviewer)
    status, page = author.post(f"{ITEM}/versions/1/submission", step="submit")
    assert status == 409
    assert "“Send to review” is not possible while the item is “Operational”" in page
    number = desk.save(KEY, stem="New?")
    author.post(f"{ITEM}/versions/{number}/submission", step="submit")
    status, page = reviewer.post(f"{ITEM}/versions/{number}/review", step="reject", comment=" ")
    assert status == 409
    assert "Say in a comment" in page
    assert reviewer.post(f"{ITEM}/versions/{number}/review", step="release")[0] == 422
    assert author.post(f"{ITEM}/versions/{number}/review", step="verify_key")[0] == 403


def test_someone_who_is_author_and_reviewer_never_approves_own_work(app: Flask, desk: Desk) -> None:
    with desk.unit_of_work(write=True) as work:
        both = work.people.add(
            NewPerson("both", "-", "Both", "Given", "", "en", (Role.AUTHOR, Role.REVIEWER), NOON)
        )
        work.commit()
    seat, number = Seat(app, both), desk.save(KEY, both, stem="New?")
    seat.post(f"{ITEM}/versions/{number}/submission", step="submit")
    assert "approve_content" not in seat.get(ITEM)[1]
    status, page = seat.post(f"{ITEM}/versions/{number}/review", step="approve_content")
    assert status == 409
    assert "do not review their own items" in page


def test_the_candidates_view_holds_no_key_and_may_be_framed_by_us_alone(app: Flask, desk: Desk) -> None:
    reviewer = Seat(app, desk.reviewer)
    answer = reviewer.client.get(f"{ITEM}/versions/1/candidate?language=ru")
    page = answer.get_data(as_text=True)
    assert "Вопрос math.algebra.h001?" in page
    assert "SECRET" not in page
    assert 'lang="ru"' in page
    assert "correct" not in page
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert reviewer.client.get(ITEM).headers["X-Frame-Options"] == "DENY"


COPY = f"/bank/copies/item:{KEY}"


def test_what_is_being_typed_is_kept_previewed_restored_and_discarded(app: Flask, desk: Desk) -> None:
    author, colleague = Seat(app, desk.author), Seat(app, desk.colleague)
    form = typed(author.get(f"{ITEM}/edit")[1])
    status, kept = author.post(COPY, **form | {"kk.stem": "Unsaved words?", "note": "Half a note"})
    assert (status, '"problems":0' in kept) == (200, True)
    shown = author.get(f"{COPY}/candidate?language=kk")[1]
    assert "Unsaved words?" in shown
    assert "SECRET" not in shown
    restored = typed(author.get(f"{ITEM}/edit")[1])
    assert restored["kk.stem"] == "Unsaved words?"
    page = colleague.get(f"{ITEM}/edit")[1]
    assert "Unsaved words?" not in page
    assert "is writing this item too" in page
    assert len(desk.items.open(KEY, desk.author, "test").versions) == 1
    assert author.post(f"{COPY}/discard")[0] == 303
    assert typed(author.get(f"{ITEM}/edit")[1])["kk.stem"] == form["kk.stem"]


def test_a_working_copy_ends_when_it_is_saved_and_tells_of_newer_versions(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    form = typed(author.get(f"{ITEM}/edit")[1]) | {"ru.stem": "Mine?", "note": "why"}
    author.post(COPY, **form)
    desk.save(KEY, desk.colleague, explanation="Theirs")
    assert '"latest":2' in author.post(COPY, **form)[1]
    page = author.get(f"{ITEM}/edit")[1]
    assert "version 2 was saved" in page
    assert "Theirs" in page
    assert author.post(f"{ITEM}/edit", **typed(page, note="why", action="save"))[0] == 303
    assert "This is your text of" not in author.get(f"{ITEM}/edit")[1]


def test_a_new_item_is_written_from_an_empty_form(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    assert 'value="numeric"' in author.get("/bank/new")[1]
    answer = author.client.get("/bank/new?subject=math&kind=true_false")
    address = str(answer.location).partition("?")[0]
    form = typed(author.get(str(answer.location))[1])
    assert author.post(address, **form | {"action": "save"})[0] == 422
    status, page = author.post(address, **form | {"ru.stem": "Begun?", "action": "add:rows"})
    form = typed(page)
    assert (status, form["list.rows"], form["ru.stem"]) == (200, "r1 r2 r3 r4", "Begun?")
    assert address in author.get("/bank/new")[1]
    text = {"ru.option.r1": "2 > 1", "ru.explanation": "Why", "correct.r1": "true"}
    place = {"area": "algebra", "level": "know", "pool": "trainer", "action": "save"}
    assert author.post(address, **form | text | place)[0] == 303
    content = desk.items.open("math.algebra.w001", desk.author, "test").latest.content
    assert content.interaction.kind == "match"
    assert content.answer_key.summary == "r1 true"
    assert address not in author.get("/bank/new")[1]


def test_files_are_checked_stored_and_shown_by_their_hash(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>x</script></svg>'
    form = typed(author.get(f"{ITEM}/edit")[1])
    status, page = author.post(f"{ITEM}/edit", **form, action="upload", upload=(BytesIO(b"MZ"), "virus.png"))
    assert status == 422
    assert "no picture, sound or film" in page
    status, page = author.post(
        f"{ITEM}/edit", **form, action="upload", upload=(BytesIO(picture), "../карта 1.svg")
    )
    form = typed(page)
    assert (status, form["file.f1.name"]) == (200, "карта-1.svg")
    answer = author.client.get(f"/media/{form['file.f1.sha256']}")
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert b"script" not in answer.data
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "immutable" in answer.headers["Cache-Control"]
    part = author.client.get(answer.request.path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"<svg")
    shown = {"ru.stem": "![](media:карта-1.svg)", "note": "map", "action": "save"}
    assert "Describe the image" in author.post(f"{ITEM}/edit", **form | shown)[1]
    shown |= {"ru.stem": "![Карта](media:карта-1.svg)"}
    forged = {"file.f1.sha256": "0" * 64}
    assert "it is not stored" in author.post(f"{ITEM}/edit", **form | shown | forged)[1]
    assert author.post(f"{ITEM}/edit", **form | shown)[0] == 303
    (reference,) = desk.items.open(KEY, desk.author, "test").latest.content.media
    assert reference.sha256 == form["file.f1.sha256"]
    assert Seat(app, desk.author).get("/media/" + "0" * 64)[0] == 404


def test_the_release_page_publishes_what_is_chosen_and_keeps_the_note(app: Flask, desk: Desk) -> None:
    administrator = Seat(app, desk.administrator)
    assert "Nothing to publish" in administrator.get("/releases/")[1]
    desk.approve(KEY, stem="New?")
    page = administrator.get("/releases/")[1]
    version = re.search(r'name="version" value="(\d+)" checked', page)
    assert version is not None
    status, page = administrator.post("/releases/", base="0", version=version[1], note="My note")
    assert status == 422
    assert "My note" in page
    assert administrator.post("/releases/", base="1", note="My note")[0] == 422
    assert administrator.post("/releases/", base="1", version=version[1], note="My note")[0] == 303
    assert "My note" in administrator.get("/releases/2")[1]


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.PROCTOR])
def test_no_other_role_reads_the_bank(app: Flask, desk: Desk, role: Role) -> None:
    hashed = Argon2Passwords().hash("secret") if role is Role.PROCTOR else "-"
    with desk.unit_of_work(write=True) as work:
        person = work.people.add(NewPerson(role.value, hashed, "F", "G", "", "en", (role,), NOON))
        work.commit()
    seat = Seat(app, person)
    for path in ("/bank/", ITEM, f"{ITEM}/versions/1/candidate", "/reviews/", "/releases/", "/bank/new"):
        assert seat.get(path)[0] == 403, path


def test_addresses_that_mean_nothing_show_the_whole_table(app: Flask, desk: Desk) -> None:
    author = Seat(app, desk.author)
    for query in ("?page=x", "?sort=password&order=up", "?subject=alchemy&area=gold", "?search=%25%5F"):
        assert author.get(f"/bank/{query}")[0] == 200
    assert author.get(f"{ITEM}?version=abc")[0] == 422
    assert author.get(f"{ITEM}?version=99")[0] == 404
