import io
import zipfile
from fractions import Fraction
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from item_strategies import IDENTIFIED, PNG, SENTENCES, WORDS, Pair, item_contents
from response_processor import ResponseProcessor
from sample_items import item_content

from item_bank.answer_keys import AnswerKey, NumericBand, NumericKey, SelectionKey, TextKey
from item_bank.formats import (
    ExportItem,
    ExportRequest,
    ImportSettings,
    SourceFile,
    exchange_format,
    format_of,
)
from item_bank.formats.exam_plans import ExamPlan, PlannedItem, PlannedPart, PlannedSection, TimeLimit
from item_bank.formats.places import Place
from item_bank.formats.protocol import ExportResult, ImportResult
from item_bank.formats.qti.body_reader import BodyReader
from item_bank.formats.qti.body_writer import body
from item_bank.formats.qti.item_writer import SOURCE, item_element
from item_bank.formats.qti.names import VERSION_3, document, plain
from item_bank.formats.qti.package_files import PackageFiles
from item_bank.formats.qti.rule_writer import gap_response, qti_part
from item_bank.formats.reports import Report
from item_bank.formats.usage_statistics import UsageStatistic
from item_bank.identifiers import ItemKey, Language, StimulusKey
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    InlineChoiceInteraction,
    Interaction,
    MatchInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.items import ItemContent, ItemText
from item_bank.markup import render
from item_bank.media import media_file
from item_bank.safe_xml import parse_xml
from item_bank.scoring import score_response
from item_bank.stimuli import StimulusContent, StimulusText

RU, KY = Language("ru"), Language("ky")
KEY = ItemKey("math.numbers.h001")
MAP = media_file("map.png", PNG)
FILES = {MAP.reference.sha256: MAP}
SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def written(name: str, *contents: ItemContent, **more: object) -> ExportResult:
    items = tuple(
        ExportItem(ItemKey(f"math.numbers.h{n:03}"), content) for n, content in enumerate(contents, 1)
    )
    write = exchange_format(name).write
    assert write is not None
    return write(ExportRequest(items, media=FILES, **more))  # type: ignore[arg-type]


def read_back(result: ExportResult, change: tuple[str, str] = ("", "")) -> ImportResult:
    content = result.content
    if change[0]:
        content = changed(content, *change)
    source = SourceFile("package.zip", content)
    assert format_of(source).name == result.format_name
    return exchange_format(result.format_name).read(source, ImportSettings())


def changed(content: bytes, old: str, new: str) -> bytes:
    """Return the archive with a text replaced in all of its XML files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, data.replace(old.encode(), new.encode()) if name.endswith(".xml") else data)
    return buffer.getvalue()


@SLOW
@given(item_contents())
def test_items_of_every_kind_come_back_from_qti_3_without_loss(content: ItemContent) -> None:
    result = read_back(written("qti3", content))
    assert not result.problems
    assert not result.losses
    assert [item.content() for item in result.items] == [content]
    assert {file.reference for file in result.media} >= set(content.media)


@SLOW
@given(item_contents(SENTENCES))
def test_qti_alone_carries_interaction_and_scoring(content: ItemContent) -> None:
    """Without the author's writing, as other systems see the file."""
    result = read_back(written("qti3", content), (SOURCE, "data-unknown"))
    assert not result.problems
    (item,) = result.items
    assert item.interaction == content.interaction
    assert set(item.texts) == set(content.texts)
    if isinstance(content.answer_key, SelectionKey):
        assert item.answer_key == content.answer_key
    assert item.answer_key.max_score == content.answer_key.max_score
    if not isinstance(content.interaction, ShortTextInteraction | NumericInteraction):
        for language, text in content.texts.items():
            assert plain_text(item.texts[language].stem) == plain_text(text.stem)
            for option, words in text.options.items():
                assert plain_text(item.texts[language].options[option]) == plain_text(words)


@SLOW
@given(item_contents(SENTENCES))
def test_qti_2_carries_every_kind(content: ItemContent) -> None:
    result = read_back(written("qti2", content))
    assert not result.problems
    (item,) = result.items
    assert item.interaction.kind == content.interaction.kind
    assert item.answer_key.max_score == content.answer_key.max_score
    assert (item.subject, item.area, item.level) == ("math", "numbers", "apply")
    if isinstance(content.answer_key, SelectionKey):
        assert item.answer_key == content.answer_key


def plain_text(text: str) -> str:
    return " ".join(render(text).split())


def responses(draw: st.DrawFn, interaction: Interaction) -> list[str]:
    """A response of any kind with identifiers, right or wrong."""
    if isinstance(interaction, OrderInteraction):
        return list(draw(st.permutations(interaction.option_ids)))
    if isinstance(interaction, AssociateInteraction):
        mixed = list(draw(st.permutations(interaction.option_ids)))
        return [f"{a} {b}" for a, b in zip(mixed[::2], mixed[1::2], strict=True)][: draw(st.integers(0, 3))]
    if isinstance(interaction, MatchInteraction):
        return [f"{row} {draw(st.sampled_from(interaction.columns))}" for row in interaction.rows]
    if isinstance(interaction, GapMatchInteraction):
        words = draw(st.permutations(interaction.option_ids))
        kept = draw(st.integers(0, len(interaction.gap_ids)))
        return [f"{gap} {word}" for gap, word in zip(interaction.gap_ids[:kept], words, strict=False)]
    if isinstance(interaction, InlineChoiceInteraction):
        gaps = draw(st.sets(st.sampled_from(interaction.gap_ids)))
        return [f"{gap} {draw(st.sampled_from(interaction.gaps[gap]))}" for gap in gaps]
    if isinstance(interaction, HotspotInteraction):
        most = 1 if interaction.max_choices == 1 else None
        return list(draw(st.sets(st.sampled_from(interaction.region_ids), max_size=most)))
    most = 1 if isinstance(interaction, ChoiceInteraction) else None
    return list(draw(st.sets(st.sampled_from(interaction.option_ids), max_size=most)))


def as_qti(interaction: Interaction, given: list[str], *, single: bool) -> dict[str, object]:
    if isinstance(interaction, InlineChoiceInteraction):
        chosen = dict(part.split(" ") for part in given)
        return {gap_response(gap): chosen.get(gap) for gap in interaction.gap_ids}
    if not given:
        return {"RESPONSE": None}
    if isinstance(interaction, OrderInteraction):
        return {"RESPONSE": tuple(given)}
    parts = [qti_part(interaction, part) for part in given]
    return {"RESPONSE": parts[0] if single else frozenset(parts)}


@st.composite
def keyed_responses(draw: st.DrawFn) -> tuple[Pair, list[str]]:
    pair = draw(IDENTIFIED)
    interaction, key = pair
    correct = list(key.correct) if isinstance(key, SelectionKey) else [key.summary]
    return pair, correct if draw(st.integers(0, 3)) == 0 else responses(draw, interaction)


@settings(deadline=None, max_examples=150)
@given(keyed_responses())
def test_written_response_processing_gives_the_item_score(case: tuple[Pair, list[str]]) -> None:
    (interaction, key), given = case
    given = list(interaction.parse_response(given))
    item = qti_item(interaction, key)
    single = item.find("qti-response-declaration[@cardinality='single']") is not None
    score = ResponseProcessor(item).score(as_qti(interaction, given, single=single))
    assert score == score_response(given, key, interaction, RU).points


@pytest.mark.parametrize(
    ("given", "unit"),
    [("2", "m"), ("200", "cm"), ("2", None), ("2.4", "m"), ("240", "cm"), ("9", "m"), ("2", "cm")],
)
def test_units_and_bands_are_scored_as_written(given: str, unit: str | None) -> None:
    interaction = NumericInteraction(("cm", "m"))
    bands = (NumericBand("2", "0.01"), NumericBand("2", "0.5", False, Fraction(1, 2)))
    key = NumericKey(bands, "m", Fraction(1, 2), 4)
    response = [given] if unit is None else [given, unit]
    named = None if unit is None else f"unit_{interaction.units.index(unit) + 1}"
    score = ResponseProcessor(qti_item(interaction, key)).score(
        {"RESPONSE": float(given), "RESPONSE_UNIT": named}
    )
    assert score == score_response(response, key, interaction, RU).points


def qti_item(interaction: Interaction, key: AnswerKey) -> Element:
    stem = " ".join(f"{{{{{gap}}}}}" for gap in interaction.gap_ids) or "?"
    text = {"stem": stem, "options": dict.fromkeys(interaction.option_ids, "x"), "explanation": "y"}
    data = item_content().to_data() | {
        "interaction": interaction.to_data(),
        "answer_key": key.to_data(),
        "texts": {"ru": text},
        "media": [MAP.reference.to_data()],
    }
    element = item_element(KEY, ItemContent.from_data(data), RU, VERSION_3)
    return plain(parse_xml(document(element, VERSION_3), "item"))


def test_a_change_made_elsewhere_counts_and_is_reported() -> None:
    content = item_content(texts={RU: item_content().texts[RU]})
    result = read_back(written("qti3", content), ("SECRET-EXPLANATION</p>", "Иначе</p>"))
    (item,) = result.items
    assert item.texts[RU].explanation == "Иначе"
    assert any(loss.element == SOURCE for loss in result.losses)


def test_stimuli_plans_and_statistics_come_back() -> None:
    key = StimulusKey("math.numbers.s001")
    stimulus = StimulusContent(
        "math", "numbers", {RU: StimulusText("Текст", "a **b** $x^2$"), KY: StimulusText("А", "б")}
    )
    section = PlannedSection(
        "S1",
        "Часть",
        (PlannedItem("i1", "math.numbers.h001", ("A", "B"), weight=2.0, time=TimeLimit(0, 60)),),
        1,
        True,
    )
    plan = ExamPlan("T1", "Тест", (PlannedPart("P1", (section,), linear=False),), TimeLimit(0, 5400, True))
    numbers = (
        UsageStatistic("math.numbers.h001", "B-Parm", -0.25, "urn:2026", "", 1200, 0.07, "2026-01-31"),
        UsageStatistic(
            "math.numbers.h001", "D-Parm", None, "urn:2026", categories=(("d1", -1.0), ("d2", 0.5))
        ),
    )
    content = item_content(stimulus_key=key)
    result = read_back(written("qti3", content, stimuli={key: stimulus}, plans=(plan,), statistics=numbers))
    assert not result.problems
    assert not result.losses
    assert [(found.key, found.content) for found in result.stimuli] == [(key, stimulus)]
    assert result.items[0].content() == content
    assert result.plans == (plan,)
    assert result.statistics == numbers
    assert [number.parameter for number in numbers] == ["difficulty", ""]


def test_packages_are_the_same_bytes_for_the_same_items() -> None:
    assert written("qti3", item_content()).content == written("qti3", item_content()).content


@SLOW
@given(st.one_of(SENTENCES, WORDS))
def test_words_survive_the_body(words: str) -> None:
    table = "| a | b |\n| --- | --- |\n| 1 | 2 |"
    for text in (words, f"a\\\nb *{words}*", f"1. x\n2. y\n\n> {words}", table):
        reader = BodyReader("x", Place(), Report(), PackageFiles())
        assert render(reader.text(body(text, ()))) == render(text)


def test_losses_of_export_are_told() -> None:
    key = TextKey.from_data(
        {"accepted": {"ru": [{"text": "ёлка", "credit": "1"}]}, "case_sensitive": False, "max_score": 1}
    )
    text = item_content().texts[RU]
    content = item_content(
        interaction=ShortTextInteraction(60),
        answer_key=key,
        texts={RU: ItemText(text.stem, {}, text.explanation)},
    )
    assert [loss.element for loss in written("qti2", content).losses] == ["answer_key.accepted"]
