"""Items and their immutable versions.

``ItemContent`` is all that an author decides about an item; an ``ItemVersion`` is that content under a
number, hashed, and never changed again. What a candidate may see is a type of its own, ``CandidateItem``,
so that the key and the explanation cannot reach an exam page by forgetting to remove them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from item_bank.answer_keys import AnswerKey, answer_key_from_data
from item_bank.content_hashes import hash_of
from item_bank.errors import InvalidItem, StaleDraft, VersionImmutable
from item_bank.field_readers import optional_text, read_mapping, read_text, read_texts
from item_bank.gap_markers import gaps_in, sealed, with_gap_elements
from item_bank.identifiers import ContentHash, ItemKey, Language, OptionId, StimulusKey
from item_bank.interactions import HotspotInteraction, Interaction, interaction_from_data
from item_bank.item_facts import ItemFacts
from item_bank.markup import render, render_phrase
from item_bank.media import MediaReference, media_names, read_media, with_media_addresses


@dataclass(frozen=True)
class ItemText:
    """The texts of an item in one language, as written (CommonMark with formulas)."""

    stem: str
    options: Mapping[OptionId, str]
    explanation: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Stem, options and explanation."""
        return (self.stem, *self.options.values(), self.explanation)

    def to_data(self) -> dict[str, object]:
        return {"stem": self.stem, "options": dict(self.options), "explanation": self.explanation}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ItemText":
        """Read back ``to_data``; raises ``InvalidItem``."""
        options = {OptionId(key): text for key, text in read_texts(data, "options").items()}
        return cls(read_text(data, "stem"), options, read_text(data, "explanation"))


@dataclass(frozen=True)
class ItemContent:
    """Everything an author decides about an item.

    ``family`` names the item model the item was generated from: members of a family never meet in a form.
    ``option_notes`` says, per distractor, which error it catches; authors and analysts see it, candidates
    never do; so it is with ``facts``. Raises ``InvalidItem`` if options and key do not fit together.
    """

    subject: str
    area: str
    level: str
    interaction: Interaction
    answer_key: AnswerKey
    texts: Mapping[Language, ItemText]
    family: str | None = None
    stimulus_key: StimulusKey | None = None
    option_notes: Mapping[OptionId, str] = field(default_factory=dict)
    media: tuple[MediaReference, ...] = ()
    facts: ItemFacts = field(default_factory=ItemFacts)

    def __post_init__(self) -> None:
        self.answer_key.check(self.interaction, tuple(self.texts))
        for language, text in self.texts.items():
            _check_text(language, text, self.interaction)
        self._check_media()

    def _check_media(self) -> None:
        known = {reference.name for reference in self.media}
        texts = [part for text in self.texts.values() for part in text.parts]
        wanted = [name for part in texts for name in media_names(part)]
        if isinstance(self.interaction, HotspotInteraction):
            wanted.append(self.interaction.picture)
        for name in wanted:
            if name not in known:
                raise InvalidItem("item_media_missing", name=name)

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data; ``from_data`` reads it back to an equal object."""
        data: dict[str, object] = {
            "subject": self.subject,
            "area": self.area,
            "level": self.level,
            "family": self.family,
            "stimulus_key": self.stimulus_key,
            "interaction": self.interaction.to_data(),
            "answer_key": self.answer_key.to_data(),
            "texts": {language: text.to_data() for language, text in self.texts.items()},
            "option_notes": dict(self.option_notes),
        }
        if self.media:
            data["media"] = [reference.to_data() for reference in self.media]
        if facts := self.facts.to_data():
            data["facts"] = facts
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ItemContent":
        """Read back ``to_data``; raises ``InvalidItem``."""
        texts = read_mapping(data, "texts")
        stimulus_key = optional_text(data, "stimulus_key")
        interaction = interaction_from_data(read_mapping(data, "interaction"))
        return cls(
            subject=read_text(data, "subject"),
            area=read_text(data, "area"),
            level=read_text(data, "level"),
            interaction=interaction,
            answer_key=answer_key_from_data(read_mapping(data, "answer_key"), interaction),
            texts={
                Language(language): ItemText.from_data(read_mapping(texts, language)) for language in texts
            },
            family=optional_text(data, "family"),
            stimulus_key=None if stimulus_key is None else StimulusKey(stimulus_key),
            option_notes={OptionId(key): note for key, note in read_texts(data, "option_notes").items()},
            media=read_media(data),
            facts=ItemFacts.from_data(read_mapping(data, "facts") if "facts" in data else {}),
        )


def _check_text(language: Language, text: ItemText, interaction: Interaction) -> None:
    option_ids = interaction.option_ids
    if set(text.options) != set(option_ids):
        expected, found = ", ".join(option_ids), ", ".join(sorted(text.options))
        raise InvalidItem("item_options", expected=expected, language=language, found=found)
    parts = [("stem", text.stem), ("explanation", text.explanation), *text.options.items()]
    for part, written in parts:
        if not written.strip():
            raise InvalidItem("item_field", field=f"{language}.{part}", reason="write the text")
    if interaction.gap_ids and sorted(gaps_in(text.stem)) != sorted(interaction.gap_ids):
        expected, found = ", ".join(interaction.gap_ids), ", ".join(gaps_in(text.stem)) or "none"
        raise InvalidItem("item_gaps", expected=expected, language=language, found=found)


def content_hash(content: ItemContent) -> ContentHash:
    """Return the SHA-256 of the canonical JSON of ``content``."""
    return hash_of(content.to_data())


@dataclass(frozen=True)
class ItemVersion:
    """One immutable state of an item; ``number`` counts from 1."""

    item_key: ItemKey
    number: int
    content: ItemContent
    content_hash: ContentHash
    author: str


def first_version(item_key: ItemKey, content: ItemContent, author: str) -> ItemVersion:
    """Return version 1 of a new item."""
    return ItemVersion(item_key, 1, content, content_hash(content), author)


def next_version(latest: ItemVersion, content: ItemContent, *, based_on: int, author: str) -> ItemVersion:
    """Return the version after ``latest``, from a draft that was begun on version ``based_on``.

    Raises ``StaleDraft`` if somebody published in between, ``InvalidItem`` if nothing was changed.
    """
    if based_on != latest.number:
        raise StaleDraft("draft_stale", item=latest.item_key, based_on=based_on, latest=latest.number)
    new_hash = content_hash(content)
    if new_hash == latest.content_hash:
        raise InvalidItem("version_unchanged", item=latest.item_key, number=latest.number)
    return ItemVersion(latest.item_key, latest.number + 1, content, new_hash, author)


def check_unchanged(version: ItemVersion) -> None:
    """Raise ``VersionImmutable`` unless the content still matches the hash it was published with."""
    if content_hash(version.content) != version.content_hash:
        raise VersionImmutable("version_immutable", item=version.item_key, number=version.number)


@dataclass(frozen=True)
class CandidateItem:
    """What a candidate may see of an item, as safe HTML; options by identifier in the author's order.

    A gap of the stem is an empty ``<span class="gap" data-gap="…">``. The author's order can be the key of
    an order interaction: pages show options in the presentation's option order only.
    """

    language: Language
    interaction_kind: str
    stem: str
    options: Mapping[OptionId, str]
    stimulus_key: StimulusKey | None


def candidate_view(content: ItemContent, language: Language) -> CandidateItem:
    """Return the candidate's view; never the key, explanation, level, family or notes.

    Raises ``InvalidItem`` if the item has no text in ``language``.
    """
    if language not in content.texts:
        raise InvalidItem("item_language_missing", language=language)
    text = content.texts[language]
    stem = with_gap_elements(render(sealed(text.stem))) if content.interaction.gap_ids else render(text.stem)
    return CandidateItem(
        language=language,
        interaction_kind=content.interaction.kind,
        stem=with_media_addresses(stem, content.media),
        options={
            key: with_media_addresses(render_phrase(text.options[key]), content.media)
            for key in content.interaction.option_ids
        },
        stimulus_key=content.stimulus_key,
    )
