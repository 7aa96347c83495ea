"""Items as a file gave them: complete, or still lacking what the format has no place for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from item_bank.answer_keys import AnswerKey
from item_bank.drafts import LONGEST_TEXT, ItemDraft, with_fields
from item_bank.errors import InvalidItem
from item_bank.formats.places import Place
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, Language, OptionId, StimulusKey
from item_bank.interactions import Interaction
from item_bank.item_facts import ItemFacts
from item_bank.items import ItemContent, ItemText
from item_bank.markup import render
from item_bank.media import MediaReference
from item_bank.stimuli import StimulusContent


@dataclass(frozen=True)
class ImportSettings:
    """What the person who imports says about items whose file does not say it."""

    language: Language = LANGUAGES[1]
    subject: str = ""
    area: str = ""
    level: str = ""


@dataclass(frozen=True)
class ImportedItem:
    """An item with its interaction and key; ``name`` is its key or title in the file, unique there.

    ``subject``, ``area``, ``level`` and the explanations are empty where the format has no place for them;
    :attr:`missing` lists them, and an author writes them in the editor.
    """

    name: str
    place: Place
    interaction: Interaction
    answer_key: AnswerKey
    texts: Mapping[Language, ItemText]
    subject: str = ""
    area: str = ""
    level: str = ""
    family: str | None = None
    stimulus_key: StimulusKey | None = None
    option_notes: Mapping[OptionId, str] = field(default_factory=dict)
    media: tuple[MediaReference, ...] = ()
    facts: ItemFacts = field(default_factory=ItemFacts)

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields to fill before the item can be a version: ``area``, ``ru.explanation`` and so on."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        if self.area not in AREAS.get(self.subject, ()):
            yield "subject" if self.subject not in AREAS else "area"
        if self.level not in LEVELS:
            yield "level"
        for language, text in self.texts.items():
            parts = {"stem": text.stem, "explanation": text.explanation}
            parts |= {f"option.{option}": words for option, words in text.options.items()}
            yield from (f"{language}.{part}" for part, words in parts.items() if not words.strip())

    def content(self) -> ItemContent:
        """Return the item content; raises ``InvalidItem`` or ``InvalidMarkup`` if something is missing or
        wrong."""
        for missing in self.missing:
            raise InvalidItem("item_field", field=missing, reason="the file does not say it")
        content = ItemContent(**self._fields())  # type: ignore[arg-type]
        for text in content.texts.values():
            for part in text.parts:
                render(part)
        return content

    def checked(self) -> "ImportedItem":
        """Return the item if only gaps in its texts and places keep it from being a version.

        Raises ``InvalidItem`` or ``InvalidMarkup`` if options, key and texts do not fit together or a text
        is too long or cannot be shown.
        """
        for part in (part for text in self.texts.values() for part in text.parts):
            if len(part) > LONGEST_TEXT:
                raise InvalidItem("draft_text_long", most=LONGEST_TEXT)
        filled = {language: _filled(text) for language, text in self.texts.items()}
        replace(
            self,
            texts=filled,
            subject=self.subject if self.subject in AREAS else "math",
            area=self.area if self.area in AREAS.get(self.subject, ()) else AREAS[_known(self.subject)][0],
            level=self.level if self.level in LEVELS else LEVELS[0],
        ).content()
        return self

    def draft(self) -> ItemDraft:
        """Return a draft for the editor, in which an author writes what is missing."""
        draft = ItemDraft(
            subject=self.subject,
            area=self.area,
            level=self.level,
            kind=self.interaction.kind,
            texts=self.texts,
            option_notes=self.option_notes,
            family=self.family,
            stimulus_key=self.stimulus_key,
        )
        return with_fields(draft, (self.interaction, self.answer_key), self.media, self.facts)

    def to_data(self) -> dict[str, object]:
        """Return what ``ItemContent.to_data`` would, whether complete or not, with name, place and gaps."""
        return {
            "name": self.name,
            "place": self.place.to_data(),
            "missing": list(self.missing),
            "subject": self.subject,
            "area": self.area,
            "level": self.level,
            "family": self.family,
            "stimulus_key": self.stimulus_key,
            "interaction": self.interaction.to_data(),
            "answer_key": self.answer_key.to_data(),
            "texts": {language: text.to_data() for language, text in self.texts.items()},
            "option_notes": dict(self.option_notes),
            "media": [reference.to_data() for reference in self.media],
            "facts": self.facts.to_data(),
        }

    def _fields(self) -> dict[str, object]:
        names = ("subject", "area", "level", "interaction", "answer_key", "texts", "family")
        more = ("stimulus_key", "option_notes", "media", "facts")
        return {name: getattr(self, name) for name in (*names, *more)}


@dataclass(frozen=True)
class ImportedStimulus:
    """A stimulus and its key as the file gave them."""

    key: StimulusKey
    place: Place
    content: StimulusContent


def _known(subject: str) -> str:
    return subject if subject in AREAS else "math"


def _filled(text: ItemText) -> ItemText:
    options = {option: words if words.strip() else "…" for option, words in text.options.items()}
    stem = text.stem if text.stem.strip() else "…"
    return ItemText(stem, options, text.explanation if text.explanation.strip() else "…")
