"""What every exchange format takes and gives: a file in, items and a report out; items in, a file and a
report out.

Nothing is dropped in silence. What a format cannot carry is a :class:`Loss`, with the place where it stood;
what keeps an item from being taken over at all is a :class:`Problem`. The file stays with the result as it
was, so that every item can be traced to its bytes.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from item_bank.formats.exam_plans import ExamPlan
from item_bank.formats.imported_items import ImportedItem, ImportedStimulus, ImportSettings
from item_bank.formats.losses import Loss, Problem
from item_bank.formats.usage_statistics import UsageStatistic
from item_bank.identifiers import LANGUAGES, ItemKey, Language, StimulusKey
from item_bank.items import ItemContent
from item_bank.media import MediaFile
from item_bank.stimuli import StimulusContent


@dataclass(frozen=True)
class SourceFile:
    """A file as it came; ``name`` is told in reports and never used as a path."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    def to_data(self) -> dict[str, object]:
        return {"name": self.name, "sha256": self.sha256, "size": len(self.content)}


@dataclass(frozen=True)
class ImportResult:
    """All that was read of ``source`` and all that was not. Items with a problem are not among ``items``.

    ``format_name`` is the format it was read as; ``media`` are checked files that items and stimuli refer to.
    """

    format_name: str
    source: SourceFile
    items: tuple[ImportedItem, ...] = ()
    losses: tuple[Loss, ...] = ()
    problems: tuple[Problem, ...] = ()
    stimuli: tuple[ImportedStimulus, ...] = ()
    media: tuple[MediaFile, ...] = ()
    plans: tuple[ExamPlan, ...] = ()
    statistics: tuple[UsageStatistic, ...] = ()

    def to_data(self) -> dict[str, object]:
        """Return the report as JSON-able data, without the bytes."""
        return {
            "format": self.format_name,
            "source": self.source.to_data(),
            "items": [item.to_data() for item in self.items],
            "stimuli": [
                {"key": stimulus.key, "place": stimulus.place.to_data(), **stimulus.content.to_data()}
                for stimulus in self.stimuli
            ],
            "media": [file.reference.to_data() for file in self.media],
            "plans": [plan.to_data() for plan in self.plans],
            "statistics": [statistic.to_data() for statistic in self.statistics],
            "losses": [loss.to_data() for loss in self.losses],
            "problems": [problem.to_data() for problem in self.problems],
        }


@dataclass(frozen=True)
class ExportItem:
    """An item to write, under its key."""

    key: ItemKey
    content: ItemContent


@dataclass(frozen=True)
class ExportRequest:
    """What to write. ``language`` is the one that formats with one language take; items without it are
    reported. ``media`` are the files by the SHA-256 that items refer to them by."""

    items: tuple[ExportItem, ...]
    stimuli: Mapping[StimulusKey, StimulusContent] = field(default_factory=dict)
    media: Mapping[str, MediaFile] = field(default_factory=dict)
    language: Language = LANGUAGES[1]
    plans: tuple[ExamPlan, ...] = ()
    statistics: tuple[UsageStatistic, ...] = ()


@dataclass(frozen=True)
class ExportResult:
    """The bytes of the file and what it does not hold; ``written`` are the keys of the items in it."""

    format_name: str
    content: bytes
    written: tuple[ItemKey, ...]
    losses: tuple[Loss, ...] = ()
    problems: tuple[Problem, ...] = ()

    def to_data(self) -> dict[str, object]:
        """Return the report as JSON-able data, without the bytes."""
        return {
            "format": self.format_name,
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "size": len(self.content),
            "written": list(self.written),
            "losses": [loss.to_data() for loss in self.losses],
            "problems": [problem.to_data() for problem in self.problems],
        }


@dataclass(frozen=True)
class ExchangeFormat:
    """A format by its ``name``; the first of ``suffixes`` is given to files that are written.

    ``read`` raises ``InvalidImport`` if nothing of the file can be read; ``recognises`` looks at the bytes
    of a file whose suffix fits. A format without ``write`` is read only.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[SourceFile], bool]
    read: Callable[[SourceFile, ImportSettings], ImportResult]
    write: Callable[[ExportRequest], ExportResult] | None = None
