"""An item bank with its people at their desks, for the tests of items, reviews and releases."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine

from item_bank.answer_keys import OptionKey
from item_bank.drafts import ItemDraft, draft_of
from item_bank.identifiers import LANGUAGES, Language, OptionId
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemContent, ItemText, content_hash
from item_bank.review import StepKind
from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary
from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.services.item_browser import ItemBrowser
from testing_center.services.items import Items
from testing_center.services.releases import Releases
from testing_center.services.reviews import Reviews
from testing_center.storage.database import prepare_engine
from testing_center.storage.migrate import upgrade
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RU = Language("ru")
OPTIONS = tuple(OptionId(letter) for letter in "abcd")


def own_words(seed: str) -> str:
    """Four words that no other item has, so that items are no near-duplicates of one another."""
    letters = str.maketrans("0123456789", "ghijklmnop")
    written = hashlib.sha256(seed.encode()).hexdigest()[:24].translate(letters)
    return " ".join(written[start : start + 6] for start in range(0, 24, 6))


def content_of(key: str, area: str = "algebra") -> ItemContent:
    options = {option: f"{key} {option} {own_words(key + option)}" for option in OPTIONS}
    text = ItemText(f"Вопрос {key}?", options, f"SECRET {key}")
    return ItemContent(
        "math", area, "apply", ChoiceInteraction(OPTIONS), OptionKey(OptionId("b")),
        dict.fromkeys(LANGUAGES, text),
    )  # fmt: skip


class Desk:
    """Two exam items and two trainer items in release 1, two authors, two reviewers, an administrator."""

    KEYS = (("math.algebra.h001", "exam"), ("math.algebra.h002", "exam"),
            ("math.algebra.n001", "trainer"), ("math.algebra.n002", "trainer"))  # fmt: skip

    def __init__(self, url: str) -> None:
        upgrade(url)
        self.engine = create_engine(url)
        prepare_engine(self.engine)
        self.unit_of_work = SqlUnitOfWorkFactory(self.engine)
        self._ticks = count()
        with self.unit_of_work(write=True) as work:
            people = {
                name: work.people.add(NewPerson(name, "-", name.title(), "Given", "", "ru", (role,), NOON))
                for name, role in (
                    ("author", Role.AUTHOR), ("colleague", Role.AUTHOR), ("reviewer", Role.REVIEWER),
                    ("verifier", Role.REVIEWER), ("administrator", Role.ADMINISTRATOR),
                )
            }  # fmt: skip
            entries = []
            for key, pool in self.KEYS:
                content = content_of(key)
                work.bank.add_item(key, pool, "math", NOON)
                stored = work.bank.add_version(key, content.to_data(), content_hash(content), None, NOON)
                work.bank.add_review_step(stored.id, "release", "operational", None, "", NOON)
                entries.append(
                    NewReleaseEntry(stored.id, pool, 1.2, 0.5, 0.0, 1.0, 0.1, 0.1, None, "pilot", True)
                )
            work.bank.publish(ReleaseSummary(1, NOON, "", "first", "0" * 64, 4, 4), None, entries, ())
            work.commit()
        self.author, self.colleague = people["author"], people["colleague"]
        self.reviewer, self.verifier = people["reviewer"], people["verifier"]
        self.administrator = people["administrator"]
        self.items = Items(self.unit_of_work, self.clock)
        self.browser = ItemBrowser(self.unit_of_work, self.clock)
        self.reviews = Reviews(self.unit_of_work, self.clock)
        self.releases = Releases(self.unit_of_work, self.clock)

    def clock(self) -> datetime:
        return NOON + timedelta(minutes=next(self._ticks))

    def draft(self, key: str, stem: str | None = None, explanation: str | None = None) -> ItemDraft:
        """A draft on the latest version with another Russian stem or explanation."""
        draft = draft_of(self.items.open(key, self.author, "test").latest.content)
        text = draft.texts[RU]
        text = replace(text, stem=stem or text.stem, explanation=explanation or text.explanation)
        return replace(draft, texts={**draft.texts, RU: text})

    def save(self, key: str, person: Person | None = None, **texts: str) -> int:
        """Save such a draft; return the number of the new version."""
        number = self.items.open(key, self.author, "test").latest.stored.number
        draft = self.draft(key, **texts)
        return self.items.save(key, draft, number, "because", person or self.author).number

    def take(self, key: str, number: int, kind: StepKind, person: Person, comment: str = "") -> str:
        """Take a review step; return the status after it."""
        return self.reviews.take(key, number, kind, person, comment).status.value

    def approve(self, key: str, **texts: str) -> int:
        """Save a version and bring it through review; return its number."""
        number = self.save(key, **texts)
        self.take(key, number, StepKind.SUBMIT, self.author)
        self.take(key, number, StepKind.APPROVE_CONTENT, self.reviewer)
        self.take(key, number, StepKind.VERIFY_KEY, self.verifier)
        return number

    def audited(self, subject: str) -> list[AuditEntry]:
        """Audit entries about a subject, oldest first."""
        with self.unit_of_work() as work:
            return list(work.audit.about(subject))[::-1]


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Yield a desk on a database of its own in *folder*."""
    desk = Desk(f"sqlite:///{folder / 'synak.sqlite3'}")
    try:
        yield desk
    finally:
        desk.engine.dispose()
