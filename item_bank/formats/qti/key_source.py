"""What an answer key is read from, and what every kind of key asks of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from item_bank.answer_keys import AnswerKey
from item_bank.errors import InvalidImport, InvalidItem
from item_bank.formats.qti.body_reader import BodyReader
from item_bank.formats.qti.declarations import Declaration, exact
from item_bank.formats.qti.interaction_reader import ReadInteraction
from item_bank.formats.qti.names import VERSION_3, same_document, serialised
from item_bank.formats.qti.rule_writer import declare, process
from item_bank.identifiers import Language

MATCH_CORRECT: Final = "match_correct.xml"
MAP_RESPONSE: Final = "map_response.xml"
MOST_POINTS: Final = 1000


@dataclass
class KeySource:
    """All that a key is read from."""

    item: Element
    read: ReadInteraction
    declarations: Mapping[str, Declaration]
    reader: BodyReader
    language: Language

    @property
    def processing(self) -> Element | None:
        """The response processing."""
        return self.item.find("qti-response-processing")

    @property
    def template(self) -> str:
        """The file name of the template, which is known and never fetched; empty for a written rule."""
        processing = self.processing
        address = "" if processing is None else processing.get("template", "")
        return address.rpartition("/")[2].removesuffix(".xml") + ".xml" if address else ""

    @property
    def declaration(self) -> Declaration:
        """The declaration of the first response; raises ``InvalidImport`` if there is none."""
        if self.read.responses[0] not in self.declarations:
            raise InvalidImport("import_qti", reason="the response is not declared")
        return self.declarations[self.read.responses[0]]


def assume_all_or_nothing(source: KeySource) -> None:
    reading = "full credit for the correct response, none for any other"
    source.reader.lose("assumed", "response processing", reading=reading, content=written_rule(source))


def written_rule(source: KeySource) -> str:
    return "none" if source.processing is None else serialised(source.processing)


def writes(key: AnswerKey, source: KeySource) -> bool:
    """Say whether the key is written exactly as the item's response processing is."""
    if source.processing is None:
        return False
    try:
        key.check(source.read.interaction, (source.language,))
    except InvalidItem:
        return False
    made, mapped = Element("item"), Element("item")
    process(made, source.read.interaction, key, VERSION_3)
    written = made[0]
    if written.get("template"):
        return source.template == MATCH_CORRECT
    if not same_document(written, source.processing):
        return False
    declare(mapped, source.read.interaction, key, source.language)
    return all(
        any(same_document(declared, found) for found in source.item.findall("qti-response-declaration"))
        for declared in mapped
    )


def maximum(source: KeySource) -> int | None:
    """Return the points that the item declares for a full score, if they are whole."""
    for declaration in source.item.findall("qti-outcome-declaration"):
        written = declaration.get("normal-maximum") if declaration.get("identifier") == "SCORE" else None
        if declaration.get("identifier") == "MAXSCORE":
            written = declaration.findtext("qti-default-value/qti-value")
        if written:
            value = exact(written)
            if value.denominator == 1 and 1 <= value <= MOST_POINTS:
                return int(value)
    return None


def points_for_all(source: KeySource) -> int | None:
    """Return the points of a rule that only asks whether the response is the correct one, or ``None``."""
    if source.template == MATCH_CORRECT:
        return 1
    processing = source.processing
    if processing is None or source.template:
        return None
    conditions = [rule for rule in processing if _sets_score(rule)]
    if len(conditions) != 1 or conditions[0].find("qti-response-else-if") is not None:
        return None
    then = conditions[0].find("qti-response-if")
    if then is None or not len(then) or not _asks_for_correct(then[0], source):
        return None
    value = then.find("qti-set-outcome-value[@identifier='SCORE']/qti-base-value")
    points = exact((value.text or "0") if value is not None else "0")
    _lose_other_rules(source, conditions[0])
    return int(points) if points.denominator == 1 and 1 <= points <= MOST_POINTS else None


def _sets_score(rule: Element) -> bool:
    return any(outcome.get("identifier") == "SCORE" for outcome in rule.iter("qti-set-outcome-value"))


def _asks_for_correct(test: Element, source: KeySource) -> bool:
    tests = list(test) if test.tag == "qti-and" else [test]
    asked = set()
    for part in tests:
        variable, correct = part.find("qti-variable"), part.find("qti-correct")
        if part.tag not in ("qti-match", "qti-string-match") or variable is None or correct is None:
            return False
        if variable.get("identifier") != correct.get("identifier"):
            return False
        asked.add(variable.get("identifier"))
    return asked == set(source.read.responses)


def _lose_other_rules(source: KeySource, kept: Element) -> None:
    for rule in source.processing if source.processing is not None else ():
        outcomes = {outcome.get("identifier") for outcome in rule.iter("qti-set-outcome-value")}
        if rule is not kept and not outcomes <= {"MAXSCORE", "FEEDBACK"}:
            source.reader.lose("no_place", "rule of response processing", content=serialised(rule))
