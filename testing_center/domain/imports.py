"""An import of a file into the item bank: what was asked, what would happen or happened, item by item."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from testing_center.domain.messages import N_

CHECK: Final = "check"
"""The phase that only looks: it changes nothing in the bank."""
APPLY: Final = "apply"
PHASES: Final = (CHECK, APPLY)

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
OUTCOMES: Final = (NEW, CHANGED, UNCHANGED, REFUSED)
REFUSAL, WARNING, LOSS = "refusal", "warning", "loss"

WARNINGS: Final[Mapping[str, str]] = {
    "similar_item": N_("It is nearly the same as item “%(item)s” (%(percent)s %% in common): compare them."),
    "similar_hidden": N_("It is nearly the same as an item in a part of the bank that you may not see."),
    "similar_row": N_("It is nearly the same as “%(name)s” of this file (%(percent)s %% in common)."),
    "unwritten": N_(
        "The file has no explanation in the language “%(language)s”: a mark stands in its place. "
        "Write it before the item is published."
    ),
    "overtaken": N_(
        "The bank has had this text as version %(number)s and has a newer one: it is left as it is."
    ),
    "known_name": N_("It is taken for item “%(item)s”, which you imported from a file of the same name."),
    "stimulus_kept": N_(
        "The stimulus “%(stimulus)s” of the bank has another text: it is left as it is, "
        "and the items show it."
    ),
    "plan_kept": N_(
        "The plan of a test “%(plan)s” is kept with the import. No content blueprint is made of it."
    ),
    "statistics_kept": N_(
        "%(count)s statistics of other systems were kept with the import. No test uses them."
    ),
}
"""Sentences of an import that keep nothing from being taken over, by their codes."""


@dataclass(frozen=True)
class ReportMessage:
    """One thing to say of an item or of the whole file.

    ``kind`` is ``refusal`` (a code of the item bank's errors), ``loss`` (of its losses) or ``warning`` (of
    :data:`WARNINGS`); ``params`` are those of the sentence, a phrase among them as a mapping with ``say`` and
    ``with``; ``sentence`` is the English one.
    """

    kind: str
    code: str
    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)
    place: Mapping[str, Any] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return {
            "kind": self.kind,
            "code": self.code,
            "sentence": self.sentence,
            "params": dict(self.params),
            "place": dict(self.place),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ReportMessage":
        """Read back ``to_data``."""
        return cls(**data)


@dataclass(frozen=True)
class ImportLine:
    """What becomes of one item of the file. ``number`` counts from 1 in the order of the file; ``item_key``
    and ``version`` are set where the bank has, or would get, the item."""

    number: int
    name: str
    place: Mapping[str, Any]
    outcome: str
    item_key: str = ""
    version: int = 0
    start: str = ""
    messages: tuple[ReportMessage, ...] = ()

    @property
    def status(self) -> str:
        """``refused``, ``unchanged``, ``warned`` or ``accepted``: what the reader looks for first."""
        if self.outcome in (REFUSED, UNCHANGED):
            return self.outcome
        return "warned" if self.messages else "accepted"

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return {
            "number": self.number,
            "name": self.name,
            "place": dict(self.place),
            "outcome": self.outcome,
            "status": self.status,
            "item_key": self.item_key,
            "version": self.version,
            "start": self.start,
            "messages": [message.to_data() for message in self.messages],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ImportLine":
        """Read back ``to_data``."""
        messages = tuple(ReportMessage.from_data(one) for one in data["messages"])
        kept = {name: value for name, value in data.items() if name != "status"}
        return cls(**{**kept, "messages": messages})


STATUSES: Final = ("refused", "warned", "accepted", "unchanged")


@dataclass(frozen=True)
class ImportReport:
    """All that an import would do or did. ``refused`` says why nothing of the file could be read at all."""

    format_name: str = ""
    lines: tuple[ImportLine, ...] = ()
    messages: tuple[ReportMessage, ...] = ()
    refused: ReportMessage | None = None
    plans: tuple[Mapping[str, Any], ...] = ()

    @property
    def outcomes(self) -> Counter[str]:
        """How many items have each outcome."""
        return Counter(line.outcome for line in self.lines)

    @property
    def statuses(self) -> Counter[str]:
        """How many items have each status."""
        return Counter(line.status for line in self.lines)

    @property
    def changes_anything(self) -> bool:
        """Whether the bank would be another one afterwards."""
        return self.refused is None and any(line.outcome in (NEW, CHANGED) for line in self.lines)

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return {
            "format": self.format_name,
            "refused": self.refused.to_data() if self.refused else None,
            "outcomes": {outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "messages": [message.to_data() for message in self.messages],
            "plans": [dict(plan) for plan in self.plans],
            "lines": [line.to_data() for line in self.lines],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ImportReport":
        """Read back ``to_data``."""
        return cls(
            data["format"],
            tuple(ImportLine.from_data(line) for line in data["lines"]),
            tuple(ReportMessage.from_data(one) for one in data["messages"]),
            ReportMessage.from_data(data["refused"]) if data["refused"] else None,
            tuple(data["plans"]),
        )


@dataclass(frozen=True)
class ImportWish:
    """What the person who imports asks for; empty places are those the file must say itself."""

    pool: str
    language: str
    subject: str = ""
    area: str = ""
    level: str = ""
    format_name: str = ""
    refuse_similar: bool = False

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return vars(self).copy()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ImportWish":
        """Read back ``to_data``."""
        return cls(**data)


@dataclass(frozen=True)
class ImportSource:
    """The original bytes, which are kept for good."""

    sha256: str
    name: str
    content: bytes


@dataclass(frozen=True)
class StoredImport:
    """An import with its phases: the job of each that was begun."""

    id: int
    uid: str
    source_hash: str
    file_name: str
    wish: ImportWish
    requested_by: int
    created_at: datetime
    jobs: Mapping[str, str] = field(default_factory=dict)

    def with_jobs(self, jobs: Mapping[str, str]) -> "StoredImport":
        """Return the import with its jobs by phase."""
        return replace(self, jobs=jobs)


@dataclass(frozen=True)
class ItemOrigin:
    """Where an item version came from: ``name`` and ``place`` are those in the file."""

    item_version_id: int
    import_id: int
    name: str
    place: Mapping[str, Any]


@dataclass(frozen=True)
class OriginOfVersion:
    """The import behind a version, for the page of its item."""

    version_id: int
    import_uid: str
    file_name: str
    source_hash: str
    name: str
    place: Mapping[str, Any]


@dataclass(frozen=True)
class ItemHead:
    """What an import must know of an item of the bank: its newest version and all its hashes by number."""

    item_key: str
    pool: str
    status: str
    number: int
    version_id: int
    hashes: Mapping[str, int]

    @property
    def content_hash(self) -> str:
        """The hash of the newest version."""
        return next(content_hash for content_hash, number in self.hashes.items() if number == self.number)


@dataclass(frozen=True)
class NewVersion:
    """A version to append; ``substantive`` and ``note`` as in ``VersionRemark``."""

    item_key: str
    content: Mapping[str, Any]
    content_hash: str
    author_id: int | None
    substantive: bool = True
    note: str = ""


@dataclass(frozen=True)
class ImportedStatistic:
    """A number that another system reported about an item: kept, shown, never used."""

    item_key: str
    data: Mapping[str, Any]


Lines = Sequence[ImportLine]
