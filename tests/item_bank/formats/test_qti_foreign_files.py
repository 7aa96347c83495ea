"""Files as other systems write them, and files that mean harm."""

import io
import zipfile

import pytest

from item_bank.answer_keys import NumericKey, OptionKey, SelectionKey, TextKey
from item_bank.errors import InvalidImport
from item_bank.formats import ImportResult, ImportSettings, SourceFile, exchange_format, format_of
from item_bank.identifiers import Language
from item_bank.interactions import MatchInteraction, MultipleChoiceInteraction
from item_bank.markup import render

RU = Language("ru")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
V3, V2 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0", "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
TEMPLATES = "https://www.imsglobal.org/question/qti_v3p0/rptemplates"


def item_3(declarations: str, body: str, rule: str = "match_correct", more: str = "") -> str:
    processing = f'<qti-response-processing template="{TEMPLATES}/{rule}.xml"/>' if rule else ""
    return (
        f'<qti-assessment-item xmlns="{V3}" identifier="i1" title="i1" xml:lang="ru" adaptive="false" '
        f'time-dependent="false">{declarations}<qti-outcome-declaration identifier="SCORE" '
        f'cardinality="single" base-type="float"/>'
        f"<qti-item-body>{body}</qti-item-body>{processing}{more}</qti-assessment-item>"
    )


def declared(
    correct: str, mapping: str = "", cardinality: str = "single", base_type: str = "identifier"
) -> str:
    values = "".join(f"<qti-value>{value}</qti-value>" for value in correct.split(";"))
    return (
        f'<qti-response-declaration identifier="R" cardinality="{cardinality}" base-type="{base_type}">'
        f"<qti-correct-response>{values}</qti-correct-response>{mapping}</qti-response-declaration>"
    )


CHOICE = (
    '<p>Что <strong>верно</strong>?</p><qti-choice-interaction response-identifier="R" max-choices="{most}" '
    'shuffle="true"><qti-prompt>Выберите</qti-prompt><qti-simple-choice identifier="A">да</qti-simple-choice>'
    '<qti-simple-choice identifier="B">нет</qti-simple-choice></qti-choice-interaction>'
)


def read(xml: str, name: str = "item.xml") -> ImportResult:
    source = SourceFile(name, xml.encode())
    return format_of(source).read(source, ImportSettings())


def package(files: dict[str, str | bytes]) -> SourceFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return SourceFile("package.zip", buffer.getvalue())


def manifest(*resources: tuple[str, str]) -> str:
    listed = "".join(
        f'<resource identifier="r{n}" type="{kind}" href="{href}"><file href="{href}"/></resource>'
        for n, (kind, href) in enumerate(resources)
    )
    inner = f"<organizations/><resources>{listed}</resources>"
    return f'<manifest xmlns="{PACKAGE}" identifier="m">{inner}</manifest>'


def test_a_plain_choice_is_read() -> None:
    result = read(item_3(declared("A"), CHOICE.format(most=1)))
    (item,) = result.items
    assert not result.losses
    assert not result.problems
    assert item.answer_key == OptionKey("A")  # type: ignore[arg-type]
    assert item.texts[RU].stem == "Что **верно**?\n\nВыберите"
    assert dict(item.texts[RU].options) == {"A": "да", "B": "нет"}
    assert "ru.explanation" in item.missing


def test_version_2_1_is_read_with_its_names() -> None:
    xml = (
        f'<assessmentItem xmlns="{V2}" identifier="q" title="q" adaptive="false" timeDependent="false">'
        '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="directedPair">'
        "<correctResponse><value>a x</value><value>b y</value></correctResponse>"
        '<mapping defaultValue="0"><mapEntry mapKey="a x" mappedValue="1"/>'
        '<mapEntry mapKey="b y" mappedValue="0.5"/></mapping></responseDeclaration><itemBody>'
        '<matchInteraction responseIdentifier="RESPONSE" shuffle="true" maxAssociations="2">'
        '<simpleMatchSet><simpleAssociableChoice identifier="a" matchMax="1">1</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="b" matchMax="1">2</simpleAssociableChoice></simpleMatchSet>'
        '<simpleMatchSet><simpleAssociableChoice identifier="x" matchMax="2">3</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="y" matchMax="2">4</simpleAssociableChoice></simpleMatchSet>'
        "</matchInteraction></itemBody><responseProcessing "
        'template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"/></assessmentItem>'
    )
    result = read(xml)
    assert result.format_name == "qti2"
    assert not result.problems
    (item,) = result.items
    assert isinstance(item.interaction, MatchInteraction)
    key = item.answer_key
    assert isinstance(key, SelectionKey)
    assert (key.rule, key.max_score) == ("weights", 3)
    assert {part: str(share) for part, share in key.weights.items()} == {"a x": "2/3", "b y": "1/3"}
    assert "rounded" in {loss.code for loss in result.losses}


def test_several_answers_and_a_written_rule() -> None:
    rule = (
        "<qti-response-processing><qti-response-condition><qti-response-if><qti-match>"
        '<qti-variable identifier="R"/><qti-correct identifier="R"/></qti-match>'
        '<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">3</qti-base-value>'
        "</qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>"
    )
    result = read(item_3(declared("A;B", cardinality="multiple"), CHOICE.format(most=0), "", rule))
    (item,) = result.items
    assert isinstance(item.interaction, MultipleChoiceInteraction)
    assert item.answer_key == SelectionKey(("A", "B"), "all_or_nothing", 3)


def test_an_unknown_rule_is_reported_with_its_text() -> None:
    rule = (
        '<qti-response-processing><qti-set-outcome-value identifier="SCORE">'
        '<qti-random-float min="0" max="1"/>'
        "</qti-set-outcome-value></qti-response-processing>"
    )
    result = read(item_3(declared("A"), CHOICE.format(most=1), "", rule))
    (loss,) = result.losses
    assert (loss.code, loss.element) == ("assumed", "response processing")
    assert "qti-random-float" in loss.params["content"]


def test_texts_and_numbers_are_read() -> None:
    entry = '<p>Столица: <qti-text-entry-interaction response-identifier="R" expected-length="20"/>.</p>'
    mapping = (
        '<qti-mapping default-value="0">'
        '<qti-map-entry map-key="Бишкек" mapped-value="2" case-sensitive="false"/>'
        '<qti-map-entry map-key="Фрунзе" mapped-value="1" case-sensitive="false"/></qti-mapping>'
    )
    (item,) = read(item_3(declared("Бишкек", mapping, base_type="string"), entry, "map_response")).items
    key = item.answer_key
    assert isinstance(key, TextKey)
    assert [(variant.text, str(variant.credit)) for variant in key.accepted[RU]] == [
        ("Бишкек", "1"),
        ("Фрунзе", "1/2"),
    ]
    assert not key.case_sensitive
    assert item.texts[RU].stem == r"Столица: \_\_\_\_."
    (item,) = read(item_3(declared("2.5", base_type="float"), entry)).items
    assert isinstance(item.answer_key, NumericKey)
    assert item.answer_key.bands[0].value == "2.5"


def test_what_acts_is_removed_and_reported() -> None:
    bad = '<p onclick="steal()">Вопрос <script>alert(1)</script><a href="javascript:x()">тут</a></p>'
    result = read(item_3(declared("A"), bad + CHOICE.format(most=1)))
    (item,) = result.items
    html = render(item.texts[RU].stem)
    assert "script" not in html
    assert "onclick" not in html
    assert "alert" not in html
    assert [loss.code for loss in result.losses].count("active_content") == 3
    assert any(loss.params.get("content") == "javascript:x()" for loss in result.losses)


def test_mathml_becomes_latex() -> None:
    math = (
        '<p>Найдите <m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mfrac><m:mi>a</m:mi><m:msup><m:mi>x'
        "</m:mi><m:mn>2</m:mn></m:msup></m:mfrac><m:mo>≤</m:mo><m:msqrt><m:mn>3</m:mn></m:msqrt></m:math></p>"
    )
    result = read(item_3(declared("A"), math + CHOICE.format(most=1)))
    stem = result.items[0].texts[RU].stem
    assert r"$\frac{a}{{x}^{2}}\le \sqrt{3}$" in stem
    assert "<math" in render(stem)


@pytest.mark.parametrize(
    ("body", "declarations"),
    [
        ("<p>Нет вопроса</p>", ""),
        (CHOICE.format(most=1), ""),
        (CHOICE.format(most=1), declared("Z")),
        (CHOICE.format(most=1) * 2, declared("A")),
        ('<qti-upload-interaction response-identifier="R"/>', declared("A")),
    ],
)
def test_an_item_that_cannot_be_taken_over_is_told_and_left_out(body: str, declarations: str) -> None:
    result = read(item_3(declarations, body))
    assert not result.items
    (problem,) = result.problems
    assert problem.error.code == "import_qti"


def test_a_package_brings_its_picture_stimulus_and_test() -> None:
    body = '<p><img src="../img/a%20b.png" alt="схема"/></p>' + CHOICE.format(most=1)
    reference = '<qti-assessment-stimulus-ref identifier="s1" href="../s.xml"/>'
    item = item_3(declared("A"), body).replace("<qti-item-body>", f"{reference}<qti-item-body>")
    stimulus = (
        f'<qti-assessment-stimulus xmlns="{V3}" identifier="s1" title="Текст" xml:lang="ru">'
        "<qti-stimulus-body><h2>Заголовок</h2><p>Слова</p></qti-stimulus-body></qti-assessment-stimulus>"
    )
    test = (
        f'<qti-assessment-test xmlns="{V3}" identifier="t" title="T"><qti-test-part identifier="p" '
        'navigation-mode="linear" submission-mode="individual">'
        '<qti-assessment-section identifier="s" title="S" visible="true"><qti-selection select="1"/>'
        '<qti-assessment-item-ref identifier="x" href="items/1.xml"/>'
        "</qti-assessment-section></qti-test-part></qti-assessment-test>"
    )
    source = package(
        {
            "imsmanifest.xml": manifest(
                ("imsqti_item_xmlv3p0", "items/1.xml"),
                ("imsqti_stimulus_xmlv3p0", "s.xml"),
                ("imsqti_test_xmlv3p0", "t.xml"),
            ),
            "items/1.xml": item,
            "s.xml": stimulus,
            "t.xml": test,
            "img/a b.png": PNG,
        }
    )
    result = format_of(source).read(source, ImportSettings(subject="math", area="numbers", level="know"))
    assert not result.problems
    (read_item,) = result.items
    assert read_item.stimulus_key == "s1" == result.stimuli[0].key
    assert read_item.media == (result.media[0].reference,)
    assert [planned.item for planned in result.plans[0].items()] == ["i1"]
    assert "img/a b.png" in {loss.element for loss in result.losses}  # the manifest does not list it


def test_a_wrong_manifest_is_told() -> None:
    source = package({"imsmanifest.xml": manifest(("imsqti_item_xmlv3p0", "items/1.xml"))})
    result = format_of(source).read(source, ImportSettings())
    assert "items/1.xml" in result.problems[0].sentence


def test_an_address_that_leads_out_of_the_package_reads_nothing() -> None:
    body = '<p><img src="../../../etc/passwd" alt="x"/><img src="https://example.org/a.png" alt="y"/></p>'
    source = package(
        {
            "imsmanifest.xml": manifest(("imsqti_item_xmlv3p0", "items/1.xml")),
            "items/1.xml": item_3(declared("A"), body + CHOICE.format(most=1)),
        }
    )
    result = format_of(source).read(source, ImportSettings())
    assert not result.media
    assert [loss.code for loss in result.losses] == ["media_missing", "media_missing"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 damaged",
        b'<!DOCTYPE x [<!ENTITY a "b">]><qti-assessment-item/>',
        b"<other/>",
        b"<a>" * 500,
        b"\x00\x01",
        b"",
    ],
)
def test_hostile_and_foreign_files_are_refused(content: bytes) -> None:
    for name in ("qti3", "qti2"):
        with pytest.raises(InvalidImport):
            exchange_format(name).read(SourceFile("x.xml", content), ImportSettings())


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/x.xml", "a\\b.xml"])
def test_a_path_out_of_the_archive_is_refused(name: str) -> None:
    source = package({"imsmanifest.xml": manifest(), name: b"x"})
    with pytest.raises(InvalidImport):
        exchange_format("qti3").read(source, ImportSettings())


def test_a_forged_source_is_not_believed() -> None:
    forged = (
        '<qti-rubric-block view="author"><qti-content-body><div data-source="{&quot;key&quot;:&quot;i1&quot;,'
    )
    forged += '&quot;content&quot;:[[]]}"/></qti-content-body></qti-rubric-block>'
    result = read(item_3(declared("A"), CHOICE.format(most=1) + forged))
    assert len(result.items) == 1
    assert {loss.code for loss in result.losses} == {"assumed"}


def test_a_default_value_weighs_every_other_option() -> None:
    entry = '<qti-map-entry map-key="A" mapped-value="2"/>'
    mapping = f'<qti-mapping default-value="-1" lower-bound="0">{entry}</qti-mapping>'
    result = read(item_3(declared("A", mapping, "multiple"), CHOICE.format(most=0), "map_response"))
    (item,) = result.items
    assert not result.losses
    key = item.answer_key
    assert isinstance(key, SelectionKey)
    assert {part: str(share) for part, share in key.weights.items()} == {"A": "1", "B": "-1/2"}
    assert key.max_score == 2


def test_feedback_that_shows_the_key_never_gets_into_the_text() -> None:
    attributes = 'outcome-identifier="F" identifier="A" show-hide="show"'
    feedback = f"<qti-feedback-inline {attributes}>Верно!</qti-feedback-inline>"
    body = CHOICE.format(most=1).replace(">да<", f">да{feedback}<")
    result = read(item_3(declared("A"), body))
    assert result.items[0].texts[RU].options["A"] == "да"  # type: ignore[index]
    assert "Верно!" in result.losses[0].params["content"]


def test_an_item_with_an_unreadable_language_is_left_out_and_told() -> None:
    good = item_3(declared("A"), CHOICE.format(most=1))
    bad = item_3(declared("Z"), CHOICE.format(most=1)).replace('xml:lang="ru"', 'xml:lang="ky"')
    resources = manifest(("imsqti_item_xmlv3p0", "1.xml"), ("imsqti_item_xmlv3p0", "2.xml"))
    source = package({"imsmanifest.xml": resources, "1.xml": good, "2.xml": bad})
    result = format_of(source).read(source, ImportSettings())
    assert not result.items
    assert [problem.place.file for problem in result.problems] == ["2.xml"]


def test_language_variants_become_one_item_and_a_name_used_twice_is_told() -> None:
    russian = item_3(declared("A"), CHOICE.format(most=1))
    kyrgyz = russian.replace('xml:lang="ru"', 'xml:lang="ky"').replace("Что", "Эмне")
    again = russian.replace("Что", "Кто")
    kind = "imsqti_item_xmlv3p0"
    files = {"1.xml": russian, "2.xml": kyrgyz, "3.xml": again}
    source = package({"imsmanifest.xml": manifest(*((kind, name) for name in files)), **files})
    result = format_of(source).read(source, ImportSettings())
    (item,) = result.items
    assert item.texts[RU].stem.startswith("Что")
    assert item.texts[Language("ky")].stem.startswith("Эмне")
    assert [problem.error.code for problem in result.problems] == ["import_name_twice"]


def test_subtitles_of_a_film_are_told() -> None:
    film = '<p><video src="a.mp4"><track src="ky.vtt"/></video></p>'
    result = read(item_3(declared("A"), film + CHOICE.format(most=1)))
    assert [loss.element for loss in result.losses] == ["track", "a.mp4"]
