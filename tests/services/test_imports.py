"""Files of items: looked at without a trace, taken over whole and once, refused row by row."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from item_bank.formats import ExportItem, ExportRequest, ImportSettings, SourceFile, exchange_format
from item_bank.identifiers import ItemKey, Language
from item_bank.items import ItemContent
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.imports import ImportReport, ImportWish
from testing_center.domain.item_catalogue import ItemQuery
from testing_center.domain.people import NewPerson
from testing_center.domain.permissions import Role
from testing_center.services import imports
from testing_center.services.background_jobs import BackgroundJobs
from testing_center.services.imports import Imports
from testing_center.services.item_exports import ItemExports
from testing_center.storage.media_folder import MediaFolder
from tests.services.bank_desk import NOON, Desk, content_of, open_desk

WISH = ImportWish("exam", "ru", "math", "geometry", "apply")
AIKEN = """Сколько сторон у квадрата на плоскости?
A. три стороны
B. четыре стороны
ANSWER: B

Чему равна сумма углов треугольника?
A. 180 градусам
B. 360 градусам
ANSWER: D
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as built:
        yield built


class Office:
    """Imports with a worker beside them."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        files = MediaFolder(folder / "media")
        self.desk, self.imports = desk, Imports(desk.unit_of_work, files, desk.clock)
        self.exports = ItemExports(desk.unit_of_work, files, desk.clock)
        self.jobs = BackgroundJobs(desk.unit_of_work, desk.clock, {imports.KIND: self.imports.carry_out})

    def check(
        self, content: bytes, name: str = "квадраты.txt", wish: ImportWish = WISH
    ) -> tuple[str, ImportReport]:
        stored, before = self.imports.start(name, content, wish, self.desk.author)
        assert not before
        return stored.uid, self.report(stored.uid)

    def apply(self, uid: str) -> ImportReport:
        self.imports.confirm(uid, self.desk.author)
        return self.report(uid)

    def report(self, uid: str) -> ImportReport:
        assert self.jobs.work_once()
        page = self.imports.page(uid, self.desk.author)
        assert page.job.status == "done"
        assert page.report is not None
        return page.report

    def keys(self) -> list[str]:
        return list(self.desk.browser.matching(ItemQuery(), 1000, self.desk.author))


@pytest.fixture
def office(desk: Desk, tmp_path: Path) -> Office:
    return Office(desk, tmp_path)


def workbook(**contents: ItemContent) -> bytes:
    items = tuple(ExportItem(ItemKey(key.replace("_", ".")), one) for key, one in contents.items())
    write = exchange_format("xlsx").write
    assert write is not None
    return write(ExportRequest(items)).content


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(office: Office) -> None:
    before = office.keys()
    uid, report = office.check(AIKEN.encode())
    good, bad = report.lines
    assert (good.outcome, good.status, good.item_key) == ("new", "warned", "math.geometry.w001")
    assert "unwritten" in [message.code for message in good.messages]
    assert (bad.outcome, bad.messages[0].code, bad.place["line"]) == ("refused", "import_answer_unknown", 6)
    assert office.keys() == before
    assert office.imports.page(uid, office.desk.author).phase == "check"


def test_confirmed_items_become_drafts_of_the_importer_with_their_origin(office: Office) -> None:
    uid, _ = office.check(AIKEN.encode())
    report = office.apply(uid)
    assert dict(report.outcomes) == {"new": 1, "refused": 1}
    history = office.desk.items.open("math.geometry.w001", office.desk.author, "test")
    assert (history.item.pool, history.latest.stored.state) == ("exam", "draft")
    assert history.latest.stored.author_id == office.desk.author.id
    with office.desk.unit_of_work() as work:
        origin = work.imports.origins([history.latest.stored.id])[history.latest.stored.id]
        kept = work.imports.source(origin.source_hash)
    assert (origin.import_uid, kept and kept.content) == (uid, AIKEN.encode())
    (entry,) = [one for one in office.desk.audited(f"import:{uid}") if one.action == "items-imported"]
    assert entry.data["items"] == ["math.geometry.w001"]


def test_the_same_file_and_the_same_items_change_nothing_again(office: Office) -> None:
    uid, _ = office.check(AIKEN.encode())
    office.apply(uid)
    office.imports.confirm(uid, office.desk.author)
    assert not office.jobs.work_once()
    keys = office.keys()
    again, before = office.imports.start("other.txt", AIKEN.encode(), WISH, office.desk.author)
    assert (again.uid, before) == (uid, True)
    other, report = office.check(AIKEN.encode() + b"\n", "other.txt")
    assert (report.lines[0].outcome, report.lines[0].item_key) == ("unchanged", "math.geometry.w001")
    with pytest.raises(InvalidInput):
        office.imports.confirm(other, office.desk.author)
    assert office.keys() == keys


def test_a_job_that_runs_twice_stores_once(office: Office) -> None:
    uid, _ = office.check(AIKEN.encode())
    report = office.apply(uid)
    job = office.imports.page(uid, office.desk.author).job
    office.imports.carry_out(job, lambda _: None)
    assert office.imports.page(uid, office.desk.author).report == report
    assert len(office.desk.items.open("math.geometry.w001", office.desk.author, "test").versions) == 1


def test_a_known_key_gets_a_version_and_near_duplicates_are_told(office: Office) -> None:
    same, changed = content_of("math.algebra.h001"), content_of("math.algebra.h002")
    data = changed.to_data()
    data["level"] = "reason"
    changed = ItemContent.from_data(data)
    twin = content_of("math.algebra.h001").to_data()
    twin["level"] = "know"
    content = workbook(
        math_algebra_h001=same, math_algebra_h002=changed, math_algebra_k001=ItemContent.from_data(twin)
    )
    uid, report = office.check(content, "bank.xlsx")
    assert [(line.outcome, line.item_key, line.version) for line in report.lines] == [
        ("unchanged", "math.algebra.h001", 1),
        ("changed", "math.algebra.h002", 2),
        ("new", "math.algebra.k001", 1),
    ]
    (alike,) = [one for one in report.lines[2].messages if one.code == "similar_item"]
    assert alike.params["item"] == "math.algebra.h001"
    office.apply(uid)
    latest = office.desk.items.open("math.algebra.h002", office.desk.author, "test").latest
    assert (latest.stored.number, latest.content.level) == (2, "reason")
    strict = ImportWish("exam", "ru", refuse_similar=True)
    twin["level"] = "reason"
    _, report = office.check(
        workbook(math_algebra_k002=ItemContent.from_data(twin)), "strict.xlsx", strict
    )
    assert report.lines[0].outcome == "refused"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("bomb.xml", b'<!DOCTYPE q [<!ENTITY a "b">]><quiz>&a;</quiz>', "import_xml_doctype"),
        ("book.xlsx", b"PK\x03\x04 no archive", "import_unrecognised"),
        ("tool.exe", b"MZ\x00\x01", "import_unrecognised"),
    ],
)
def test_a_hostile_file_is_refused_whole(office: Office, name: str, content: bytes, code: str) -> None:
    uid, report = office.check(content, name)
    assert report.refused is not None
    assert report.refused.code in (code, "import_zip", "import_no_workbook")
    with pytest.raises(InvalidInput):
        office.imports.confirm(uid, office.desk.author)


def test_trainer_authors_neither_reach_nor_learn_of_the_exam_pool(office: Office) -> None:
    with office.desk.unit_of_work(write=True) as work:
        role = (Role.TRAINER_AUTHOR,)
        outsider = work.people.add(NewPerson("t", "-", "T", "G", "", "ru", role, NOON))
        work.commit()
    uid, _ = office.check(AIKEN.encode())
    with pytest.raises(NotFound):
        office.imports.page(uid, outsider)
    with pytest.raises(InvalidInput):
        office.imports.start("a.txt", AIKEN.encode(), WISH, outsider)
    content = workbook(math_algebra_h001=content_of("math.algebra.h001"))
    stored, _ = office.imports.start("a.xlsx", content, ImportWish("trainer", "ru"), outsider)
    assert office.jobs.work_once()
    report = office.imports.page(stored.uid, outsider).report
    assert report is not None
    (line,) = report.lines
    assert (line.outcome, line.item_key) == ("new", "math.algebra.w001")
    assert [one.code for one in line.messages] == ["similar_hidden"]


def test_an_export_reads_back_the_same_and_is_audited(office: Office) -> None:
    result = office.exports.write(ItemQuery(), "xlsx", "ru", office.desk.author)
    read = exchange_format("xlsx").read(SourceFile("x.xlsx", result.content), ImportSettings())
    assert {item.name: item.content() for item in read.items} == {
        key: content_of(key) for key, _ in Desk.KEYS
    }
    gift = office.exports.write(ItemQuery(words=("h001",)), "gift", "ru", office.desk.author)
    assert gift.written == ("math.algebra.h001",)
    assert "ky" in {loss.element for loss in gift.losses if loss.code == "format_lacks_language"}
    noted = office.desk.audited("bank:items")
    hashes = [one.data["sha256"] for one in noted if one.action == "items-exported"]
    assert hashes == [hashlib.sha256(one.content).hexdigest() for one in (result, gift)]
    with pytest.raises(InvalidInput):
        office.exports.write(ItemQuery(words=("nothing",)), "xlsx", Language("ru"), office.desk.author)
