from pathlib import Path

import pytest

from item_bank import check
from item_bank.content_files import load_content, read_content
from item_bank.errors import InvalidContent
from item_bank.identifiers import LANGUAGES

HEADER = 'subject = "math"\npool = "exam"\n'


def texts(table: str, fields: str) -> str:
    return "".join(f"[{table}.{language}]\n{fields}\n" for language in LANGUAGES)


OPTION_FIELDS = "a = '$1$'\nb = '$2$'\nc = '$3$'\nd = '$4$'\n"
ITEM_TEXTS = texts("item", f"stem = 'Сколько?'\nexplanation = 'Потому.'\n{OPTION_FIELDS}")


def item(key: str = "math.numbers.h001", extra: str = "", body: str = ITEM_TEXTS) -> str:
    return f'[[item]]\nkey = "{key}"\narea = "numbers"\nlevel = "know"\ncorrect = "b"\n{extra}\n{body}'


STIMULUS = '[[stimulus]]\nkey = "math.numbers.s01"\n' + texts("stimulus", "title = 'Т'\ntext = 'Текст'")
MODEL = (
    '[[model]]\nkey = "math.numbers.m01"\narea = "numbers"\nlevel = "know"\ninstances = 3\nseed = 5\n'
    'answer = "a + 1"\n[model.variables]\na = "range(2, 30)"\n'
    + "".join(f'[[model.distractor]]\nvalue = "a + {n}"\nerror = "added {n}"\n' for n in (2, 3, 4))
    + texts("model", "stem = '$[[a]] + 1$'\noption = '$[[value]]$'\nexplanation = '$[[a + 1]]$'")
)


def problems_of(tmp_path: Path, *bodies: str) -> list[str]:
    for n, body in enumerate(bodies):
        (tmp_path / f"{n}.toml").write_text(body, encoding="utf-8")
    return [str(problem) for problem in read_content(tmp_path)[1]]


def context_items(count: int = 5) -> str:
    extra = 'stimulus = "math.numbers.s01"'
    return "".join(item(f"math.numbers.s01.{n}", extra) for n in range(1, count + 1))


def test_single_context_and_generated_items_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "math"
    folder.mkdir()
    (folder / "all.toml").write_text(HEADER + item() + STIMULUS + context_items() + MODEL, encoding="utf-8")
    content = load_content(tmp_path)
    kinds = {entry.key: entry.kind for entry in content.items}
    assert kinds["math.numbers.h001"] == "single"
    assert kinds["math.numbers.s01.5"] == "context"
    assert kinds["math.numbers.m01.3"] == "generated"
    assert len(kinds) == 9
    assert {entry.file for entry in content.items} == {"math/all.toml"}
    assert [stimulus.key for stimulus in content.stimuli] == ["math.numbers.s01"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("x = [", "0.toml: Correct the file: "),
        ('subject = "art"\npool = "exam"', "0.toml: Correct the file: begin with subject = one of math"),
        ('subject = "math"\npool = "pilot"', "begin with pool = one of exam, trainer."),
        (HEADER + "[[question]]\n", "Remove or correct the unknown fields: question."),
        (HEADER + "item = 5", "“item”: write it as [[item]]"),
        (HEADER + item("math.numbers.t001"), "Write the key as “math.<area>.h001” (pool exam)."),
        (HEADER + item("math.cooking.h001"), "Write the key as"),
        (HEADER + item("math.algebra.h001"), "“area”: use the area of the key"),
        (HEADER + item() + item(), "math.numbers.h001: The key is already used in 0.toml"),
        (HEADER + item(extra="points = 2"), "unknown fields: points."),
        (HEADER + item(extra='shuffle = "no"'), "“shuffle”: give true or false"),
        (HEADER + item().replace('"b"', '"e"'), "The answer key “e” is not one of the options a, b, c, d."),
        (HEADER + item().replace('"know"', '"easy"'), "“level”: use one of know, apply, reason"),
        (HEADER + item().replace("[item.kk]", "[item.tr]"), "unknown fields: tr."),
        (
            HEADER + item(body=ITEM_TEXTS.partition("[item.en]")[0]),
            "en: Add the text in the language “en”.",
        ),
        (
            HEADER + item(body=ITEM_TEXTS.replace("'$4$'", "'$3$ '", 1)),
            "ky: Correct the field “options”",
        ),
        (
            HEADER + item(body=ITEM_TEXTS.replace("Потому.", " ", 1)),
            "ky: Correct the field “explanation”",
        ),
        (HEADER + item(body=ITEM_TEXTS.replace("d = '$4$'", "", 1)), "four options a to d, or five to e"),
        (HEADER + STIMULUS + context_items(4), "The stimulus needs 5 items, .1 to .5; it has: "),
        (HEADER + STIMULUS, "it has: none."),
        (HEADER + context_items(1), "The stimulus “math.numbers.s01” is not in the files of this pool."),
        (HEADER + item(extra='stimulus = "math.numbers.s01"'), "Write the key as “math.numbers.s01.1” to"),
        (HEADER + MODEL.replace("instances = 3", "instances = 0"), "“instances”: give a number from 1"),
        (HEADER + MODEL.replace("instances = 3", "instances = 40"), "only 28 of 40 different instances"),
        (HEADER + MODEL.replace('"a + 4"', '"a + 3"'), "fewer than 3 different distractors"),
        (HEADER + MODEL.replace('"a + 1"', '"b + 1"'), "“answer”: the variable “b” is not defined"),
        (HEADER + MODEL.replace('"a + 1"', '"a.b"'), "attribute access"),
        (HEADER + MODEL.replace('answer = "a + 1"', ""), "“answer”: give a text"),
        (HEADER + MODEL.replace("[[a]]", "[[a:x]]"), "m01 ky: Item model: correct the placeholder “[[a:x]]”"),
        (HEADER + MODEL.replace("[[value]]", "5"), "“ky.option”: write [[value]]"),
        (HEADER + MODEL.replace('error = "added 2"', ""), "“error”: give a text"),
    ],
)
def test_every_problem_is_one_line_with_its_place(tmp_path: Path, body: str, problem: str) -> None:
    found = problems_of(tmp_path, body)
    assert any(problem in line for line in found), found
    assert all(line.startswith("0.toml") and "\n" not in line for line in found)


def test_all_problems_of_an_item_are_listed_at_once(tmp_path: Path) -> None:
    body = HEADER + item(body=ITEM_TEXTS.replace("stem = 'Сколько?'", ""))
    assert len(problems_of(tmp_path, body)) == len(LANGUAGES)


def test_a_key_is_unique_across_files(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, HEADER + item(), HEADER + item())
    assert problem.startswith("1.toml math.numbers.h001: The key is already used in 0.toml")


def test_loading_refuses_content_with_problems(tmp_path: Path) -> None:
    problems_of(tmp_path, HEADER + item("math.numbers.t001"))
    with pytest.raises(InvalidContent, match=r"1 problems.*python -m item_bank\.check.*The first: 0\.toml"):
        load_content(tmp_path)


def test_the_check_lists_problems_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problems_of(tmp_path, HEADER + item() + item("math.numbers.h002").replace("$1$", r"$\frac{1$", 1))
    assert check.main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert r"0.toml math.numbers.h002 ky: Correct the formula $\frac{1$: the braces" in printed
    assert "2 items, 0 stimuli, 1 problems, 0 warnings." in printed


def test_the_check_passes_sound_content_and_lists_warnings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problems_of(tmp_path, HEADER + item(body=ITEM_TEXTS.replace("$4$", "всегда")))
    assert check.main(["--warnings", str(tmp_path)]) == 0
    assert (
        "h001 ru: warning, d: The distractor contains the absolute word “всегда”" in capsys.readouterr().out
    )


@pytest.mark.parametrize("arguments", [["--fix"], ["a", "b"], ["/no/such/folder"]])
def test_the_check_explains_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(arguments) == 2
    assert capsys.readouterr().err.startswith(("Usage:", "There is no folder"))


def test_the_content_that_comes_with_the_package_is_sound() -> None:
    content, problems = read_content()
    problems += tuple(check.markup_problems(content))
    assert [str(problem) for problem in problems] == []


def test_the_pools_of_the_package_share_no_stem() -> None:
    """A trainer item that repeats an exam item would leak it."""
    content = load_content()
    stems: dict[str, set[str]] = {"exam": set(), "trainer": set()}
    for entry in content.items:
        if entry.content.stimulus_key is None:
            stems[entry.pool] |= {text.stem for text in entry.content.texts.values()}
    shared = stems["exam"] & stems["trainer"]
    options = {
        (text.stem, tuple(sorted(text.options.values())))
        for entry in content.items
        for text in entry.content.texts.values()
        if entry.pool == "exam" and text.stem in shared
    }
    repeated = [
        entry.key
        for entry in content.items
        for text in entry.content.texts.values()
        if entry.pool == "trainer" and (text.stem, tuple(sorted(text.options.values()))) in options
    ]
    assert repeated == []
