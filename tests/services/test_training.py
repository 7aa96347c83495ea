"""The trainer shows only trainer items, keeps what was answered and is honest about progress."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from item_bank.answer_keys import OptionKey
from item_bank.identifiers import LANGUAGES, OptionId
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemContent, ItemText, content_hash
from testing_center.domain.attempts.records import AttemptAnchor
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary
from testing_center.domain.errors import NotFound, ResponseRequired
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.services.delivery import Delivery
from testing_center.services.exam_plans import training_plan
from testing_center.services.release_library import ReleaseLibrary
from testing_center.services.training import Training
from testing_center.storage.database import prepare_engine
from testing_center.storage.migrate import upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
OPTIONS = tuple(OptionId(letter) for letter in "abcd")
SEQUENCE = count()


class NoLiveState:
    """A live store that is always away: everything is replayed from the log."""

    def load(self, attempt_id: str, heard_at: datetime | None = None) -> AttemptState | None:
        return None

    def save(self, state: AttemptState) -> None: ...

    def drop(self, attempt_id: str) -> None: ...

    def touch(self, attempt_id: str, now: datetime) -> None: ...

    def contacts(self, attempt_ids: Iterable[str]) -> Mapping[str, datetime]:
        return {}

    def note_round_trip(self, attempt_id: str, milliseconds: int) -> None: ...

    def round_trips(self, attempt_ids: object) -> dict[str, int]:
        return {}

    def ping(self) -> bool:
        return False


class Centre:
    """A bank with two areas in both pools (20 trainer, 10 exam items each) and two teachers."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'synak.db'}"
        upgrade(url)
        self.engine = create_engine(url)
        prepare_engine(self.engine)
        self.unit_of_work = SqlUnitOfWorkFactory(self.engine)
        with self.unit_of_work(write=True) as work:
            self.teacher = work.people.add(_teacher("gulnara"))
            self.other = work.people.add(_teacher("bakyt"))
            entries = [
                self._item(work.bank, f"math.{area}.{pool}{number:02}", pool, area, number)
                for area in ("numbers", "algebra")
                for pool, items in (("trainer", 20), ("exam", 10))
                for number in range(items)
            ]
            work.bank.publish(
                ReleaseSummary(1, NOW, "", "first", "0" * 64, len(entries), len(entries)), None, entries, ()
            )
            work.commit()
        self.library = ReleaseLibrary(self.unit_of_work)
        self.delivery = Delivery(self.unit_of_work, NoLiveState(), self.library, _clock)
        self.training = Training(self.unit_of_work, self.delivery, self.library, _clock)

    @staticmethod
    def _item(bank: object, key: str, pool: str, area: str, number: int) -> NewReleaseEntry:
        text = ItemText(
            f"Stem of {key}", {option: f"Option {option}" for option in OPTIONS}, f"Because {key}"
        )
        content = ItemContent(
            "math", area, "apply", ChoiceInteraction(OPTIONS), OptionKey(OptionId("b")),
            dict.fromkeys(LANGUAGES, text),
        )  # fmt: skip
        bank.add_item(key, pool, "math", NOW)  # type: ignore[attr-defined]
        version = bank.add_version(  # type: ignore[attr-defined]
            key, content.to_data(), content_hash(content), None, NOW
        )
        return NewReleaseEntry(version.id, pool, 1.2, (number % 10 - 4.5) / 3, 0.2, 1.0)

    def play(self, person: Person, *, area: str | None = None, right: bool = True) -> tuple[str, list[str]]:
        """Take a whole session; return it with the stems shown."""
        attempt_id = self.training.start(person, "math", area, "en")
        stems = []
        while not (page := self.training.current(attempt_id, person, "en")).finished:
            assert page.item is not None
            stems.append(page.item["stem"])
            option = "b" if right else "a"
            self.training.answer(attempt_id, person, page.presentation_id, (option,), f"c{next(SEQUENCE)}")
            self.training.next(attempt_id, person)
        return attempt_id, stems


def _clock() -> datetime:
    return NOW + timedelta(seconds=next(SEQUENCE))


def _teacher(name: str) -> NewPerson:
    return NewPerson(name, "-", "Family", "Given", "", "ky", (Role.CANDIDATE,), NOW)


@pytest.fixture
def centre(tmp_path: Path) -> Iterable[Centre]:
    built = Centre(tmp_path)
    yield built
    built.engine.dispose()


def test_no_exam_item_is_ever_shown(centre: Centre) -> None:
    """Six sessions show more items than the pool holds, and still only trainer items."""
    stems = [stem for _ in range(6) for stem in centre.play(centre.teacher)[1]]
    assert len(stems) == 60
    assert all(".trainer" in stem for stem in stems)


def test_an_exam_attempt_cannot_be_opened_in_the_trainer(centre: Centre) -> None:
    anchor = AttemptAnchor("e" * 32, centre.teacher.id, None, None, "exam", "math", NOW)
    plan = training_plan(centre.library, "math", None, "en", 1)
    centre.delivery.prepare(anchor, plan, actor="test")
    with pytest.raises(NotFound):
        centre.training.current(anchor.attempt_id, centre.teacher, "en")


def test_only_the_owner_opens_a_session(centre: Centre) -> None:
    attempt_id = centre.training.start(centre.teacher, "math", None, "en")
    with pytest.raises(NotFound):
        centre.training.current(attempt_id, centre.other, "en")
    with pytest.raises(NotFound):
        centre.training.stop(attempt_id, centre.other)


def test_the_explanation_waits_for_the_answer(centre: Centre) -> None:
    attempt_id = centre.training.start(centre.teacher, "math", "algebra", "en")
    before = centre.training.current(attempt_id, centre.teacher, "en")
    assert before.feedback is None
    assert "Because" not in repr(before)
    centre.training.answer(attempt_id, centre.teacher, before.presentation_id, ("a",), "one")
    after = centre.training.current(attempt_id, centre.teacher, "ru")
    assert after.feedback is not None
    assert (after.feedback.correct, after.feedback.right) == (("b",), False)
    assert after.item is not None
    assert after.item["response"] == ["a"]
    assert "Because math.algebra.trainer" in after.feedback.explanation


def test_an_answer_sent_twice_counts_once_and_cannot_be_changed(centre: Centre) -> None:
    attempt_id = centre.training.start(centre.teacher, "math", None, "en")
    shown = centre.training.current(attempt_id, centre.teacher, "en").presentation_id
    centre.training.answer(attempt_id, centre.teacher, shown, ("a",), "one")
    centre.training.answer(attempt_id, centre.teacher, shown, ("b",), "two")
    page = centre.training.current(attempt_id, centre.teacher, "en")
    assert (page.answered, page.correct) == (1, 0)
    assert page.item is not None
    assert page.item["response"] == ["a"]


def test_an_empty_answer_is_refused_and_next_waits_for_an_answer(centre: Centre) -> None:
    attempt_id = centre.training.start(centre.teacher, "math", None, "en")
    shown = centre.training.current(attempt_id, centre.teacher, "en").presentation_id
    with pytest.raises(ResponseRequired):
        centre.training.answer(attempt_id, centre.teacher, shown, (), "one")
    centre.training.next(attempt_id, centre.teacher)
    assert centre.training.current(attempt_id, centre.teacher, "en").presentation_id == shown


def test_a_new_session_leaves_out_what_was_just_seen(centre: Centre) -> None:
    first, second = (set(centre.play(centre.teacher)[1]) for _ in range(2))
    assert len(first) == len(second) == 10
    assert not first & second


def test_a_session_is_resumed_or_closed_by_the_next(centre: Centre) -> None:
    attempt_id = centre.training.start(centre.teacher, "math", None, "en")
    assert centre.training.unfinished(centre.teacher) == attempt_id
    later = centre.training.start(centre.teacher, "math", None, "en")
    assert centre.training.unfinished(centre.teacher) == later
    assert centre.training.current(attempt_id, centre.teacher, "en").finished


def test_progress_is_honest(centre: Centre) -> None:
    """No estimate under three answers; after that right answers stand above wrong ones."""
    attempt_id = centre.training.start(centre.teacher, "math", "algebra", "en")
    for number in range(2):
        shown = centre.training.current(attempt_id, centre.teacher, "en").presentation_id
        centre.training.answer(attempt_id, centre.teacher, shown, ("b",), f"p{number}")
        centre.training.next(attempt_id, centre.teacher)
    algebra = {part.area: part for part in centre.training.progress(centre.teacher, "math")}["algebra"]
    assert (algebra.answered, algebra.correct, algebra.expected) == (2, 2, None)
    centre.play(centre.teacher, area="algebra")
    centre.play(centre.other, area="algebra", right=False)
    good, poor = (
        {part.area: part for part in centre.training.progress(person, "math")}["algebra"].expected
        for person in (centre.teacher, centre.other)
    )
    assert good is not None
    assert poor is not None
    assert 0 <= poor.low < poor.percent < poor.high <= 100
    assert poor.percent < good.percent
    assert good.low < good.percent < good.high <= 100


def test_subjects_list_only_trainer_items(centre: Centre) -> None:
    (math,) = centre.training.subjects()
    assert math.code == "math"
    assert math.areas == {"numbers": 20, "algebra": 20}
    with pytest.raises(NotFound):
        centre.training.start(centre.teacher, "math", "geometry", "en")
