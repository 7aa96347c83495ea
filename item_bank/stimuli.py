"""Stimuli: the shared text, table or situation that several items refer to."""

from collections.abc import Mapping
from dataclasses import dataclass

from item_bank.content_hashes import hash_of
from item_bank.errors import InvalidItem, StaleDraft
from item_bank.field_readers import read_mapping, read_text
from item_bank.identifiers import ContentHash, Language, StimulusKey
from item_bank.markup import render
from item_bank.media import MediaReference, media_names, read_media, with_media_addresses


@dataclass(frozen=True)
class StimulusText:
    """The title (plain text) and the text (CommonMark with formulas) in one language."""

    title: str
    text: str

    def to_data(self) -> dict[str, object]:
        return {"title": self.title, "text": self.text}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "StimulusText":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(read_text(data, "title"), read_text(data, "text"))


@dataclass(frozen=True)
class StimulusContent:
    """Everything an author decides about a stimulus; raises ``InvalidItem`` if a text is empty."""

    subject: str
    area: str
    texts: Mapping[Language, StimulusText]
    media: tuple[MediaReference, ...] = ()

    def __post_init__(self) -> None:
        for language, text in self.texts.items():
            for part, written in (("title", text.title), ("text", text.text)):
                if not written.strip():
                    raise InvalidItem("item_field", field=f"{language}.{part}", reason="write the text")
            for name in media_names(text.text):
                if name not in {reference.name for reference in self.media}:
                    raise InvalidItem("item_media_missing", name=name)

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data; ``from_data`` reads it back to an equal object."""
        texts = {language: text.to_data() for language, text in self.texts.items()}
        data: dict[str, object] = {"subject": self.subject, "area": self.area, "texts": texts}
        if self.media:
            data["media"] = [reference.to_data() for reference in self.media]
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "StimulusContent":
        """Read back ``to_data``; raises ``InvalidItem``."""
        texts = read_mapping(data, "texts")
        return cls(
            read_text(data, "subject"),
            read_text(data, "area"),
            {Language(language): StimulusText.from_data(read_mapping(texts, language)) for language in texts},
            read_media(data),
        )


@dataclass(frozen=True)
class StimulusVersion:
    """One immutable state of a stimulus; ``number`` counts from 1."""

    stimulus_key: StimulusKey
    number: int
    content: StimulusContent
    content_hash: ContentHash
    author: str


def stimulus_hash(content: StimulusContent) -> ContentHash:
    """Return the SHA-256 of the canonical JSON of ``content``."""
    return hash_of(content.to_data())


def first_stimulus_version(key: StimulusKey, content: StimulusContent, author: str) -> StimulusVersion:
    """Return version 1 of a new stimulus."""
    return StimulusVersion(key, 1, content, stimulus_hash(content), author)


def next_stimulus_version(
    latest: StimulusVersion, content: StimulusContent, *, based_on: int, author: str
) -> StimulusVersion:
    """Return the version after ``latest``; raises ``StaleDraft`` or ``InvalidItem`` like ``next_version``."""
    if based_on != latest.number:
        raise StaleDraft("draft_stale", item=latest.stimulus_key, based_on=based_on, latest=latest.number)
    new_hash = stimulus_hash(content)
    if new_hash == latest.content_hash:
        raise InvalidItem("version_unchanged", item=latest.stimulus_key, number=latest.number)
    return StimulusVersion(latest.stimulus_key, latest.number + 1, content, new_hash, author)


@dataclass(frozen=True)
class CandidateStimulus:
    """What a candidate sees of a stimulus: a plain-text title and safe HTML."""

    language: Language
    title: str
    text: str


def candidate_stimulus(content: StimulusContent, language: Language) -> CandidateStimulus:
    """Return the candidate's view; raises ``InvalidItem`` if ``language`` is missing."""
    if language not in content.texts:
        raise InvalidItem("item_language_missing", language=language)
    text = content.texts[language]
    return CandidateStimulus(language, text.title, with_media_addresses(render(text.text), content.media))
