"""A QTI assessment item in one language as an item of the bank."""

import json
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidImport, ItemBankError
from item_bank.formats.imported_items import ImportedItem, ImportSettings
from item_bank.formats.places import Place
from item_bank.formats.qti.body_reader import BodyReader
from item_bank.formats.qti.body_writer import media_path
from item_bank.formats.qti.declarations import read_declarations
from item_bank.formats.qti.interaction_reader import BLANK, read_interaction
from item_bank.formats.qti.item_writer import EXPLANATION, NOTES, RUBRIC, SOURCE, item_element
from item_bank.formats.qti.key_reader import read_key
from item_bank.formats.qti.key_source import KeySource
from item_bank.formats.qti.names import VERSION_3, document, plain, same_document, serialised
from item_bank.formats.qti.package_files import PackageFiles
from item_bank.formats.reports import Report
from item_bank.identifiers import LANGUAGES, Language, OptionId, StimulusKey
from item_bank.items import ItemContent, ItemText
from item_bank.media import MediaReference
from item_bank.safe_xml import parse_xml

_READ: Final = frozenset(
    [
        *("qti-response-declaration", "qti-outcome-declaration", "qti-item-body", "qti-response-processing"),
        *("qti-modal-feedback", "qti-assessment-stimulus-ref"),
    ]
)
_ATTRIBUTES: Final = frozenset(["identifier", "lang", "tool-name", "tool-version"])
_OUTCOMES: Final = frozenset(["SCORE", "MAXSCORE", "RAW", "FEEDBACK"])

_THREE_LETTERS: Final = {"kir": "ky", "rus": "ru", "kaz": "kk", "eng": "en"}


@dataclass(frozen=True)
class ItemSource:
    """A file with an item, the files around it, and what the package says about it."""

    root: Element
    place: Place
    files: PackageFiles
    settings: ImportSettings
    places: dict[str, str]
    stimuli: dict[str, StimulusKey]


def read_item(source: ItemSource, report: Report) -> ImportedItem:
    """Return the item; raises an ``ItemBankError`` that says why it cannot be taken over."""
    own = _own_item(source, report)
    return own if own is not None else _foreign_item(source, report)


def language_of(root: Element, settings: ImportSettings, item: str, place: Place, report: Report) -> Language:
    """Return the language of a file: its own, or the one of the import."""
    written = root.get("lang", "").strip()
    tag = written.partition("-")[0].casefold()
    short = Language(_THREE_LETTERS.get(tag, tag))
    if short in LANGUAGES:
        return short
    if written:
        report.lose(item, place, "assumed", f"language {written}", reading=settings.language)
    return settings.language


def source_of(root: Element) -> dict[str, object] | None:
    """Return the author's writing that a file of the item bank carries, unchecked."""
    for block in root.iter("div"):
        if SOURCE in block.attrib:
            try:
                found = json.loads(block.attrib[SOURCE])
            except (ValueError, RecursionError):
                return None
            return found if isinstance(found, dict) else None
    return None


def rewritten(element: Element) -> Element:
    """Return a written element as it is read."""
    return plain(parse_xml(document(element, VERSION_3), "item"))


def _own_item(source: ItemSource, report: Report) -> ImportedItem | None:
    """Return the item from the author's writing, if the file shows exactly that."""
    found = source_of(source.root)
    if found is None:
        return None
    name = source.root.get("identifier", "")
    try:
        content = ItemContent.from_data(found["content"])  # type: ignore[arg-type]
        (language,) = content.texts
        made = rewritten(item_element(str(found["key"]), content, language, VERSION_3))
    except (ItemBankError, KeyError, ValueError, TypeError, AttributeError):
        made = None
    if made is None or not same_document(made, source.root):
        report.lose(name, source.place, "assumed", SOURCE, reading="outdated: the file was changed elsewhere")
        return None
    media = _with_files(content.media, source, name, report)
    return ImportedItem(
        name=name,
        place=source.place,
        interaction=content.interaction,
        answer_key=content.answer_key,
        texts=content.texts,
        subject=content.subject,
        area=content.area,
        level=content.level,
        family=content.family,
        stimulus_key=content.stimulus_key,
        option_notes=content.option_notes,
        media=media,
        facts=content.facts,
    )


def _with_files(
    media: tuple[MediaReference, ...], source: ItemSource, name: str, report: Report
) -> tuple[MediaReference, ...]:
    for reference in media:
        if not source.files.add(f"../{media_path(reference)}", source.place.file, reference):
            report.lose(name, source.place, "media_missing", reference.name)
    return media


def _foreign_item(source: ItemSource, report: Report) -> ImportedItem:
    root, name = source.root, source.root.get("identifier", "")
    reader = BodyReader(name, source.place, report, source.files)
    body = root.find("qti-item-body")
    if body is None:
        raise InvalidImport("import_qti", reason="it has no item body")
    _refuse_variables(root)
    language = language_of(root, source.settings, name, source.place, report)
    notes = _notes(root, reader)
    declarations = read_declarations(root)
    read = read_interaction(body, declarations, reader)
    key = read_key(KeySource(root, read, declarations, reader, language))
    stem = reader.text(body)
    explanation = _explanation(root, reader)
    _lose_rest(root, reader)
    names = (*reader.media, *read.media_names)
    return ImportedItem(
        name=name,
        place=source.place,
        interaction=read.interaction,
        answer_key=key,
        texts={language: ItemText(_without_blank(stem), read.options, explanation)},
        **_places(source),  # type: ignore[arg-type]
        stimulus_key=_stimulus(root, source, report),
        option_notes=notes,
        media=tuple(source.files.media[media].reference for media in dict.fromkeys(names)),
    )


def _refuse_variables(root: Element) -> None:
    for name in ("qti-template-processing", "qti-template-declaration"):
        if root.find(name) is not None:
            reason = "its text and key are computed from template variables: make an item model of it"
            raise InvalidImport("import_qti", reason=reason)


def _places(source: ItemSource) -> dict[str, str | None]:
    settings, said = source.settings, source.places
    return {
        "subject": said.get("subject", settings.subject),
        "area": said.get("area", settings.area),
        "level": said.get("level", settings.level),
        "family": said.get("family"),
    }


def _without_blank(stem: str) -> str:
    """Drop a last paragraph that is nothing but the place of an entry."""
    text = stem.strip()
    return text.removesuffix(f"\n\n{BLANK}").strip() if text != BLANK else ""


def _stimulus(root: Element, source: ItemSource, report: Report) -> StimulusKey | None:
    references = root.findall("qti-assessment-stimulus-ref")
    found = None
    for reference in references:
        path = source.files.path(reference.get("href", ""), source.place.file)
        key = source.stimuli.get(path or "")
        if key is None or found is not None:
            name = root.get("identifier", "")
            report.lose(
                name, source.place, "no_place", "qti-assessment-stimulus-ref", content=serialised(reference)
            )
        else:
            found = key
    return found


def _notes(root: Element, reader: BodyReader) -> dict[OptionId, str]:
    """Return the notes on options; mark the blocks read here and in the key as read."""
    notes: dict[OptionId, str] = {}
    for block in root.iter("qti-rubric-block"):
        kinds = {division.get("class") for division in block.iter("div")}
        if NOTES in kinds:
            terms = ["".join(term.itertext()) for term in block.iter("dt")]
            words = ["".join(word.itertext()) for word in block.iter("dd")]
            notes |= {OptionId(term): word for term, word in zip(terms, words, strict=False)}
        own = NOTES in kinds or RUBRIC in kinds or any(SOURCE in d.attrib for d in block.iter("div"))
        scorer = "scorer" in block.get("view", "").split() and bool(
            list(root.iter("qti-extended-text-interaction"))
        )
        if own or scorer:
            reader.skipped.add(id(block))
    return notes


def _explanation(root: Element, reader: BodyReader) -> str:
    feedback = root.findall("qti-modal-feedback")
    kept = [block for block in feedback if block.get("identifier") == EXPLANATION]
    if not kept and len(feedback) == 1:
        kept = feedback
        shown = feedback[0].get("identifier", "")
        reader.lose("assumed", f"qti-modal-feedback {shown}", reading="the explanation of the item")
    for block in feedback:
        if block not in kept:
            reader.lose("no_place", "qti-modal-feedback", content=serialised(block))
    return "\n\n".join(reader.text(block) for block in kept)


def _lose_rest(root: Element, reader: BodyReader) -> None:
    for name, value in root.attrib.items():
        plain_value = value == "false" if name in ("adaptive", "time-dependent") else not value
        if name == "title":
            plain_value = value == root.get("identifier")
        if name not in _ATTRIBUTES and not plain_value:
            reader.lose("no_place", f"{name} of the item", content=value)
    for child in root:
        if child.tag == "qti-outcome-declaration":
            if child.get("identifier") not in _OUTCOMES:
                reader.lose("no_place", f"outcome {child.get('identifier')}", content=serialised(child))
        elif child.tag not in _READ:
            reader.lose("no_place", str(child.tag), content=serialised(child))
