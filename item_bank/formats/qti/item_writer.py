"""An item in one language as a QTI assessment item.

Version 3.0 also carries the author's writing in the attribute ``data-source`` of a block that only authors
see. It is read back only if it gives exactly the item it came in, so that a change made elsewhere counts.
"""

import json
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import AnswerKey, RubricKey, TextKey
from item_bank.formats.qti.body_writer import body, phrase
from item_bank.formats.qti.interaction_writer import BodyRequest, write_body
from item_bank.formats.qti.names import QtiVersion, node
from item_bank.formats.qti.rule_writer import declare, process
from item_bank.identifiers import Language, StimulusKey
from item_bank.items import ItemContent

SOURCE: Final = "data-source"
NOTES: Final = "option-notes"
RUBRIC: Final = "marking-rubric"
FEEDBACK: Final = "FEEDBACK"
EXPLANATION: Final = "explanation"
TOOL: Final = "Synak"


def item_element(key: str, content: ItemContent, language: Language, version: QtiVersion) -> Element:
    """Return the item as a plain element; raises ``InvalidMarkup`` or ``InvalidItem``."""
    item = Element("qti-assessment-item", {"identifier": key, "title": key, "xml:lang": language})
    item.set("adaptive", "false")
    item.set("time-dependent", "false")
    item.set("tool-name", TOOL)
    declare(item, content.interaction, content.answer_key, language)
    _declare_outcomes(item, content.answer_key)
    if content.stimulus_key is not None:
        href = f"../{stimulus_path(content.stimulus_key, language)}"
        node(item, "qti-assessment-stimulus-ref", identifier=content.stimulus_key, href=href)
    request = BodyRequest(content, language, version)
    written = write_body(item, request)
    _write_rubric(written, request)
    _write_notes(written, request)
    if version.is_3:
        write_source(written, {"key": key, "content": one_language(content, language)}, version)
    process(item, content.interaction, content.answer_key, version)
    _write_explanation(item, request)
    return item


def stimulus_path(key: StimulusKey, language: Language) -> str:
    """Return the path of a stimulus in the package."""
    return f"stimuli/{key}.{language}.xml"


def one_language(content: ItemContent, language: Language) -> dict[str, object]:
    """Return the data of ``content`` with the texts, accepted answers and criteria of one language."""
    data = content.to_data()
    data["texts"] = {language: content.texts[language].to_data()}
    data["answer_key"] = key_in(content.answer_key, language).to_data()
    return data


def key_in(key: AnswerKey, language: Language) -> AnswerKey:
    """Return the key with the words of one language only."""
    data = key.to_data()
    if isinstance(key, TextKey):
        data["accepted"] = {language: [variant.to_data() for variant in key.accepted[language]]}
        return TextKey.from_data(data)
    if isinstance(key, RubricKey):
        data["criteria"] = [criterion.in_language(language).to_data() for criterion in key.criteria]
        return RubricKey.from_data(data)
    return key


def _declare_outcomes(item: Element, key: AnswerKey) -> None:
    score = _outcome(item, "SCORE", "float", "0")
    score.set("normal-maximum", str(key.max_score))
    score.set("normal-minimum", "0")
    if isinstance(key, RubricKey):
        score.set("external-scored", "human")
    _outcome(item, "MAXSCORE", "float", str(key.max_score))
    _outcome(item, "RAW", "float", "0")
    _outcome(item, FEEDBACK, "identifier", EXPLANATION)


def _outcome(item: Element, name: str, base_type: str, default: str) -> Element:
    declaration = node(
        item, "qti-outcome-declaration", identifier=name, cardinality="single", base_type=base_type
    )
    node(node(declaration, "qti-default-value"), "qti-value", default)
    return declaration


def _block(parent: Element, version: QtiVersion, view: str, use: str) -> Element:
    block = node(parent, "qti-rubric-block", view=view, use=use)
    return node(block, "qti-content-body") if version.is_3 else block


def _write_rubric(parent: Element, request: BodyRequest) -> None:
    key = request.content.answer_key
    if not isinstance(key, RubricKey):
        return
    block = _block(parent, request.version, "scorer", "scoring")
    table = node(node(block, "div", **{"class": RUBRIC}), "table")
    for criterion in key.criteria:
        row = node(table, "tr")
        for cell in (
            criterion.criterion_id,
            str(criterion.max_points),
            criterion.descriptions[request.language],
        ):
            node(row, "td", cell)


def _write_notes(parent: Element, request: BodyRequest) -> None:
    content = request.content
    if not content.option_notes:
        return
    block = _block(parent, request.version, "author", "instructions")
    notes = node(node(block, "div", **{"class": NOTES}), "dl")
    for option, note in content.option_notes.items():
        node(notes, "dt", option)
        node(notes, "dd", note)


def write_source(parent: Element, source: dict[str, object], version: QtiVersion) -> None:
    """Append the author's writing as JSON, for the item bank that reads it back."""
    written = json.dumps(source, ensure_ascii=False, separators=(",", ":"))
    node(_block(parent, version, "author", "instructions"), "div").set(SOURCE, written)


def _write_explanation(item: Element, request: BodyRequest) -> None:
    feedback = node(
        item,
        "qti-modal-feedback",
        outcome_identifier=FEEDBACK,
        identifier=EXPLANATION,
        show_hide="show",
    )
    written = body(request.text.explanation, request.content.media)
    if request.version.is_3:
        written.tag = "qti-content-body"
        feedback.append(written)
    else:
        phrase(feedback, request.text.explanation, request.content.media)
