"""What an author has typed: texts by language, lists of identifiers, and one entry for everything else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from item_bank.drafts.presets import is_preset
from item_bank.errors import ItemBankError
from item_bank.field_readers import optional_text, read_mapping, read_text, read_texts
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.items import ItemText

OPTION_IDS: Final = tuple(OptionId(letter) for letter in "abcdef")
"""The identifiers that a new list of options begins with."""
LONGEST_TEXT: Final = 12_000


@dataclass(frozen=True)
class ItemDraft:
    """An item as typed.

    ``texts`` may lack words anywhere. ``lists`` holds identifiers in the author's order: ``options``,
    ``rows``, ``gaps`` and whatever else a kind of item has; an option without a word in any language is
    unused. ``entries`` holds everything else as it was typed, under the name of its field: ``correct.a``,
    ``rule``, ``band.b1.value``. What belongs to a kind that is not chosen now stays there unread.
    """

    subject: str
    area: str = ""
    level: str = ""
    kind: str = "choice"
    texts: Mapping[Language, ItemText] = field(default_factory=dict)
    lists: Mapping[str, tuple[OptionId, ...]] = field(default_factory=dict)
    entries: Mapping[str, str] = field(default_factory=dict)
    option_notes: Mapping[OptionId, str] = field(default_factory=dict)
    family: str | None = None
    stimulus_key: StimulusKey | None = None

    @property
    def used_languages(self) -> tuple[Language, ...]:
        """Languages with a word of the author's anywhere."""
        return tuple(language for language in LANGUAGES if self._is_begun(language))

    def listed(self, name: str) -> tuple[OptionId, ...]:
        """Return a list of identifiers, empty if there is none."""
        return self.lists.get(name, ())

    def used(self, name: str) -> tuple[OptionId, ...]:
        """Return the identifiers of a list that have a word in some language."""
        return tuple(option for option in self.listed(name) if any(self.words(option)))

    def words(self, option: OptionId) -> Iterator[str]:
        """Yield what is written of an option in each language, without blanks at the ends."""
        for text in self.texts.values():
            yield text.options.get(option, "").strip()

    def entry(self, name: str) -> str:
        """Return what was typed in a field, without blanks at the ends."""
        return self.entries.get(name, "").strip()

    def with_entries(self, **changes: str) -> Self:
        """Return the draft with other entries; a name is written with ``__`` for its dots."""
        return replace(
            self, entries={**self.entries, **{k.replace("__", "."): v for k, v in changes.items()}}
        )

    def _is_begun(self, language: Language) -> bool:
        text = self.texts.get(language)
        if text is None:
            return False
        written = (words for option, words in text.options.items() if not is_preset(option, language, words))
        return any(part.strip() for part in (text.stem, text.explanation, *written))

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data, for a working copy; ``from_data`` reads it back to an equal draft."""
        return {
            "subject": self.subject,
            "area": self.area,
            "level": self.level,
            "kind": self.kind,
            "texts": {language: text.to_data() for language, text in self.texts.items()},
            "lists": {name: " ".join(listed) for name, listed in self.lists.items()},
            "entries": dict(self.entries),
            "option_notes": dict(self.option_notes),
            "family": self.family,
            "stimulus_key": self.stimulus_key,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ItemDraft":
        """Read back ``to_data``; raises ``InvalidItem``."""
        texts = read_mapping(data, "texts")
        stimulus = optional_text(data, "stimulus_key")
        return cls(
            subject=read_text(data, "subject"),
            area=read_text(data, "area"),
            level=read_text(data, "level"),
            kind=read_text(data, "kind"),
            texts={Language(one): ItemText.from_data(read_mapping(texts, one)) for one in texts},
            lists={name: identifiers(written) for name, written in read_texts(data, "lists").items()},
            entries=read_texts(data, "entries"),
            option_notes={OptionId(key): note for key, note in read_texts(data, "option_notes").items()},
            family=optional_text(data, "family"),
            stimulus_key=None if stimulus is None else StimulusKey(stimulus),
        )


@dataclass(frozen=True)
class DraftProblem:
    """What must be mended in one field: ``area``, ``correct``, ``ru.stem``, ``ru.option.a`` and so on."""

    field: str
    error: ItemBankError


def identifiers(written: str) -> tuple[OptionId, ...]:
    """Return the identifiers of a list as a form sends it, each once."""
    return tuple(dict.fromkeys(OptionId(part) for part in written.split()))


def tidy(written: str) -> str:
    """Return a text with its line ends as every system writes them; blanks at the ends say nothing."""
    return written.replace("\r\n", "\n").strip()
