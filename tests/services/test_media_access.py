"""A file is open to staff who read items, and to a candidate only once an item of theirs shows it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from item_bank.answer_keys import OptionKey
from item_bank.identifiers import LANGUAGES, OptionId
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemContent, ItemText, content_hash
from item_bank.media import MediaReference
from testing_center.domain.authoring import MediaFileRecord
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary
from testing_center.domain.errors import NotFound
from testing_center.domain.people import Person
from testing_center.domain.permissions import Role
from testing_center.services.delivery import Delivery
from testing_center.services.media_access import MediaAccess
from testing_center.services.media_library import MediaLibrary
from testing_center.services.release_library import ReleaseLibrary
from testing_center.services.training import Training
from testing_center.storage.database import prepare_engine
from testing_center.storage.media_folder import MediaFolder
from testing_center.storage.migrate import upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.services.test_training import NoLiveState, _teacher

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><circle r="5"/></svg>'
OPTIONS = (OptionId("a"), OptionId("b"))


def refused(open_file: Callable[[str, Person], object], sha256: str, person: Person) -> None:
    with pytest.raises(NotFound):
        open_file(sha256, person)


def _publish(unit_of_work: SqlUnitOfWorkFactory, file: MediaFileRecord) -> None:
    """One trainer item whose stem shows the file."""
    reference = MediaReference(file.name, file.media_type, file.sha256, file.size)
    text = ItemText(
        f"![A circle](media:{file.name})",
        dict(zip(OPTIONS, ("Round", "Square"), strict=True)),
        "It is round.",
    )
    content = ItemContent(
        "math",
        "geometry",
        "know",
        ChoiceInteraction(OPTIONS),
        OptionKey(OPTIONS[0]),
        dict.fromkeys(LANGUAGES, text),
        media=(reference,),
    )
    key = "math.geometry.t01"
    with unit_of_work(write=True) as work:
        work.bank.add_item(key, "trainer", "math", NOW)
        version = work.bank.add_version(key, content.to_data(), content_hash(content), None, NOW)
        entry = NewReleaseEntry(version.id, "trainer", 1.0, 0.0, 0.0, 1.0)
        work.bank.publish(ReleaseSummary(1, NOW, "", "", "0" * 64, 1, 1), None, [entry], ())
        work.commit()


def test_only_staff_and_those_who_were_shown_the_item_see_its_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'synak.db'}"
    upgrade(url)
    engine = create_engine(url)
    prepare_engine(engine)
    unit_of_work = SqlUnitOfWorkFactory(engine)
    with unit_of_work(write=True) as work:
        author = work.people.add(replace(_teacher("author"), roles=(Role.AUTHOR,)))
        shown, other = (work.people.add(_teacher(name)) for name in ("gulnara", "bakyt"))
        work.commit()
    files = MediaLibrary(unit_of_work, MediaFolder(tmp_path / "media"), lambda: NOW)
    with_file = files.add("figure.svg", PICTURE, author)
    unused = files.add("other.svg", PICTURE.replace(b"40", b"50"), author)
    _publish(unit_of_work, with_file)
    library = ReleaseLibrary(unit_of_work)
    delivery = Delivery(unit_of_work, NoLiveState(), library, lambda: NOW)
    access = MediaAccess(unit_of_work, delivery, library, files)
    refused(access.open, with_file.sha256, shown)
    Training(unit_of_work, delivery, library, lambda: NOW).start(shown, "math", None, "ky")
    assert access.open(with_file.sha256, shown)[1].read_bytes().startswith(b"<svg")
    assert access.open(with_file.sha256, author)[0] == with_file
    refused(access.open, with_file.sha256, other)
    refused(access.open, unused.sha256, shown)
    engine.dispose()
