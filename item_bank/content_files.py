"""The item bank's own content: TOML files in, checked items and stimuli out.

The format is documented in ``docs/item-content-format.md``.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from item_bank.content_problems import Problem, ProblemList
from item_bank.content_tables import Entry, Table, item_of, model_of, stimulus_of, tables
from item_bank.errors import InvalidContent
from item_bank.identifiers import POOLS, SUBJECTS, ItemKey, StimulusKey
from item_bank.item_models import generate
from item_bank.items import ItemContent
from item_bank.stimuli import StimulusContent

ITEMS_PER_STIMULUS: Final = 5
_FILE_FIELDS: Final = {"subject", "pool", "item", "stimulus", "model"}


@dataclass(frozen=True)
class ItemEntry:
    """An item of the bank; ``file`` is where it is written, relative to the content folder."""

    key: ItemKey
    pool: str
    content: ItemContent
    file: str

    @property
    def kind(self) -> str:
        """``context`` (belongs to a stimulus), ``generated`` (from an item model) or ``single``."""
        if self.content.stimulus_key is not None:
            return "context"
        return "generated" if self.content.family is not None else "single"


@dataclass(frozen=True)
class StimulusEntry:
    """A stimulus of the bank."""

    key: StimulusKey
    pool: str
    content: StimulusContent
    file: str


@dataclass(frozen=True)
class BankContent:
    """All items and stimuli of a content folder, in the order of files and of entries within them."""

    items: tuple[ItemEntry, ...]
    stimuli: tuple[StimulusEntry, ...]


def default_folder() -> Traversable:
    """Return the content that comes with the package."""
    return resources.files("item_bank") / "content"


def load_content(folder: Traversable | None = None) -> BankContent:
    """Return the content of ``folder`` (the package's own by default); raises ``InvalidContent``."""
    content, problems = read_content(folder)
    if problems:
        raise InvalidContent("content_invalid", count=len(problems), first=problems[0])
    return content


def read_content(folder: Traversable | None = None) -> tuple[BankContent, tuple[Problem, ...]]:
    """Return what could be read of ``folder``, and every problem found on the way."""
    reader = _Reader()
    for name, file in sorted(_toml_files(default_folder() if folder is None else folder, "")):
        with reader.problems.collecting(name):
            reader.read_file(name, file)
    reader.check_stimuli()
    return BankContent(tuple(reader.items), tuple(reader.stimuli)), tuple(reader.problems)


def _toml_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for child in folder.iterdir():
        name = f"{prefix}{child.name}"
        if child.is_dir():
            yield from _toml_files(child, f"{name}/")
        elif name.endswith(".toml"):
            yield name, child


def _parsed(file: Traversable) -> Table:
    try:
        data: Table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidContent("content_file", reason=error) from None
    for field, known in (("subject", SUBJECTS), ("pool", POOLS)):
        if data.get(field) not in known:
            raise InvalidContent("content_file", reason=f"begin with {field} = one of {', '.join(known)}")
    unknown = sorted(set(data) - _FILE_FIELDS)
    if unknown:
        raise InvalidContent("content_unknown_fields", fields=", ".join(unknown))
    return data


class _Reader:
    """Reads one file after the other and remembers which keys are taken."""

    def __init__(self) -> None:
        self.items: list[ItemEntry] = []
        self.stimuli: list[StimulusEntry] = []
        self.problems = ProblemList()
        self._taken: dict[str, str] = {}

    def read_file(self, name: str, file: Traversable) -> None:
        """Read one file; raises ``ItemBankError`` for the file, collects the problems of its entries."""
        data = _parsed(file)
        readers = {"stimulus": self._read_stimulus, "item": self._read_item, "model": self._read_model}
        for kind, read in readers.items():
            for table in tables(data, kind):
                entry = Entry(table, str(data["subject"]), str(data["pool"]), name, self.problems)
                with self.problems.collecting(name, entry.key):
                    self._take(entry)
                    read(entry)

    def check_stimuli(self) -> None:
        """Collect items whose stimulus is missing and stimuli whose items are not numbered 1 to 5."""
        members: dict[tuple[StimulusKey, str], list[str]] = {
            (stimulus.key, stimulus.pool): [] for stimulus in self.stimuli
        }
        for item in self.items:
            if (stimulus := item.content.stimulus_key) is None:
                continue
            if (stimulus, item.pool) in members:
                members[stimulus, item.pool].append(item.key)
            else:
                error = InvalidContent("content_stimulus_missing", stimulus=stimulus)
                self.problems.add(error, item.file, item.key)
        for entry in self.stimuli:
            found = sorted(members[entry.key, entry.pool])
            if found != [f"{entry.key}.{n}" for n in range(1, ITEMS_PER_STIMULUS + 1)]:
                listed = ", ".join(found) or "none"
                error = InvalidContent("content_stimulus_items", needed=ITEMS_PER_STIMULUS, found=listed)
                self.problems.add(error, entry.file, entry.key)

    def _take(self, entry: Entry) -> None:
        if entry.key in self._taken:
            raise InvalidContent("content_key_twice", file=self._taken[entry.key])
        self._taken[entry.key] = entry.file

    def _read_stimulus(self, entry: Entry) -> None:
        content = stimulus_of(entry)
        self.stimuli.append(StimulusEntry(StimulusKey(entry.key), entry.pool, content, entry.file))

    def _read_item(self, entry: Entry) -> None:
        self.items.append(ItemEntry(ItemKey(entry.key), entry.pool, item_of(entry), entry.file))

    def _read_model(self, entry: Entry) -> None:
        for key, content in generate(model_of(entry)):
            self.items.append(ItemEntry(key, entry.pool, content, entry.file))
