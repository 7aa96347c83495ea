"""`synak assemble` on files: forms keep every limit, and what cannot be met is said in sentences."""

import json
from collections import Counter

import numpy as np
import pytest

from tests.cli.command_runs import refused, rows_of, succeeded

SPECIFICATION = """
forms = 2
length = 10
maximum_shared = 2
maximum_uses = 2
stimulus_column = "stimulus"
enemy_column = "enemies"
gap = 0.02

[[count]]
where = { area = "Algebra" }
exactly = 5

[[count]]
where = { area = "Geometry", grade = 2 }
minimum = 2
maximum = 3

[[quantity]]
column = "seconds"
maximum = 700

[stimuli]
all_or_none = true

[target]
theta = [-1, 0, 1]
information = [1.8, 2.4, 1.8]
"""


@pytest.fixture
def folder(tmp_path):
    """A pool of 60 items: half algebra, grades 1 and 2, stimuli of two items, pairs of enemies."""
    rng = np.random.default_rng(9)
    lines = ["item,discrimination,difficulty,area,grade,seconds,stimulus,enemies"]
    for k in range(60):
        cells = [f"Q{k}", f"{np.exp(rng.normal(0, 0.2)):.3f}", f"{rng.normal():.3f}"]
        cells += ["Algebra" if k < 30 else "Geometry", str(1 + k % 2), str(rng.integers(40, 90))]
        cells += [f"text {k // 2}" if k % 10 < 2 else "", {5: "e1", 7: "e1", 9: "e2 | e3"}.get(k, "")]
        lines.append(",".join(cells))
    (tmp_path / "pool.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "spec.toml").write_text(SPECIFICATION, encoding="utf-8")
    return tmp_path


def asked(folder, *more):
    files = (folder / "pool.csv", "--spec", folder / "spec.toml", "--out", folder / "forms.csv")
    return ("assemble", *files, *more)


def specified(folder, *changes):
    text = SPECIFICATION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "spec.toml").write_text(text, encoding="utf-8")


def test_forms_keep_every_limit_and_the_target_within_the_proven_gap(folder):
    facts = json.loads(succeeded(*asked(folder, "--json")))
    forms: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(folder / "forms.csv"):
        forms.setdefault(row["form"], []).append(row)
    assert list(forms) == ["form 1", "form 2"]
    pool = rows_of(folder / "pool.csv")
    sizes = Counter(row["stimulus"] for row in pool)
    for rows in forms.values():
        assert len(rows) == 10
        assert sum(row["area"] == "Algebra" for row in rows) == 5
        assert 2 <= sum((row["area"], row["grade"]) == ("Geometry", "2") for row in rows) <= 3
        assert sum(int(row["seconds"]) for row in rows) <= 700
        assert sum(row["enemies"] == "e1" for row in rows) <= 1
        used = Counter(row["stimulus"] for row in rows if row["stimulus"])
        assert all(sizes[name] == number for name, number in used.items())
    members = [{row["item"] for row in rows} for rows in forms.values()]
    assert len(members[0] & members[1]) <= 2
    assert facts["gap"] <= 0.02 * (1 + facts["level"])
    for form, rows in zip(facts["forms"], forms.values(), strict=True):
        a, b = (np.array([float(row[name]) for row in rows]) for name in ("discrimination", "difficulty"))
        chance = 1 / (1 + np.exp(-a * (0 - b)))
        assert form["information"]["0.0"] == pytest.approx((a**2 * chance * (1 - chance)).sum())
        assert all(abs(form["information"][t] / goal - 1) <= facts["level"] + 1e-9 for t, goal in
                   (("-1.0", 1.8), ("0.0", 2.4), ("1.0", 1.8)))
        assert form["limits"][0] == {"limit": "area Algebra", "minimum": 5, "maximum": 5, "has": 5.0}


def test_the_printed_text_tells_limits_information_overlap_and_gap(folder):
    printed = succeeded(*asked(folder))
    assert "proven: no forms come nearer by more than" in printed
    assert "form 2: 10 items; information" in printed
    assert "  area Algebra: 5 (at least 5, at most 5)" in printed
    assert "Two forms share at most" in printed


def test_forms_of_their_own_with_forced_items_and_a_path(folder):
    text = """
length = 4
maximum_uses = 2
[target]
theta = [0]
information = [1]
kind = "relative"
[[form]]
name = "easy"
force_in = ["Q3"]
target = { theta = [-1.5], information = [1], kind = "relative" }
[[form]]
name = "hard"
length = [5, 6]
leave_out = ["Q4"]
target = { theta = [1.5], information = [1], kind = "relative" }
[[path]]
forms = ["easy", "hard"]
[[path.count]]
where = { area = "Geometry" }
exactly = 4
"""
    (folder / "spec.toml").write_text(text)
    facts = json.loads(succeeded(*asked(folder, "--json")))
    easy, hard = (form["items"] for form in facts["forms"])
    assert (len(easy), 5 <= len(hard) <= 6) == (4, True)
    assert "Q3" in easy
    assert not set(easy) & set(hard)
    assert sum(int(key[1:]) >= 30 for key in (*easy, *hard)) == 4
    assert facts["target"] == "relative"


def test_a_panel_has_modules_and_paths_on_which_nothing_is_met_twice(folder):
    text = """
length = 3
maximum_uses = 2
[panel]
number = 2
[[panel.count]]
where = { area = "Algebra" }
exactly = 3
[[panel.stage]]
[[panel.stage.module]]
target = { theta = [0], information = [1] }
[[panel.stage]]
[[panel.stage.module]]
target = { theta = [-1], information = [1] }
[[panel.stage.module]]
length = 4
target = { theta = [1], information = [1] }
"""
    (folder / "spec.toml").write_text(text)
    facts = json.loads(succeeded(*asked(folder, "--json")))
    modules = {form["form"]: form["items"] for form in facts["forms"]}
    first, easy, hard = (f"panel 1 stage {place}" for place in ("1 module 1", "2 module 1", "2 module 2"))
    assert len(modules) == 6
    assert (len(modules[first]), len(modules[hard])) == (3, 4)
    for second in (easy, hard):
        path = modules[first] + modules[second]
        assert len(set(path)) == len(path)
        assert sum(int(key[1:]) < 30 for key in path) == 3
    (folder / "spec.toml").write_text(text.replace("length = 3", "length = 3\nforms = 2"))
    assert "a panel has modules" in refused(*asked(folder))
    (folder / "spec.toml").write_text(text.replace("number = 2", 'number = 2\ncolour = "red"'))
    assert "panel, colour: there is no such setting" in refused(*asked(folder))


def test_the_forms_file_is_an_item_file_of_its_form(folder):
    specified(folder, ("forms = 2", "forms = 1"))
    succeeded(*asked(folder))
    keys = [row["item"] for row in rows_of(folder / "forms.csv")]
    (folder / "r.csv").write_text(",".join(keys) + "\n" + ",".join("1" for _ in keys) + "\n")
    printed = succeeded("score", folder / "r.csv", "--items", folder / "forms.csv")
    assert printed.splitlines()[1].endswith(",10,10")


def test_what_the_pool_does_not_have_is_said_by_limit_and_amount(folder):
    specified(folder, ("maximum = 700", "maximum = 300"))
    said = refused(*asked(folder))
    assert "form 1: seconds: at most 300 wanted," in said
    assert not (folder / "forms.csv").exists()


def test_limits_that_conflict_only_together_are_found_too(folder):
    more = '[[count]]\nwhere = { grade = 1 }\nexactly = 10\n[[quantity]]'
    specified(folder, ("minimum = 2\nmaximum = 3", "minimum = 3"), ("[[quantity]]", more))
    assert "not all together" in refused(*asked(folder))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("forms = 2", "forms = 0", "forms is 0"),
        ("length = 10", 'length = "ten"', "length"),
        ("length = 10\n", "", "length: this is missing"),
        ("length = 10", "lenght = 10", "lenght: there is no such setting"),
        ('"Algebra"', '"Algebr"', "no item of"),
        ("exactly = 5", "exactly = 5\nminimum = 2", "either exactly, or"),
        ('column = "seconds"', 'column = "minutes"', "no column 'minutes'"),
        ('column = "seconds"', 'column = "area"', "row 2, column area: 'Algebra' is not a number"),
        ("[1.8, 2.4, 1.8]", "[1.8]", "one value for each"),
        ("gap = 0.02", 'gap = 0.02\nenemies = [["Q1", "Q99"]]', "'Q99' is not in"),
        ("[stimuli]", "[stimuli", "this is not TOML"),
        ("forms = 2", "forms = 2\nform = [{}]", "give either forms"),
    ],
)
def test_wrong_specifications_are_refused_in_one_line(folder, old, new, words):
    specified(folder, (old, new))
    assert words in refused(*asked(folder))


def test_missing_files_and_long_parameter_tables_are_refused(folder):
    (folder / "long.csv").write_text("item,param,est\nQ1,a,1\nQ1,b,0\n")
    files = ("--spec", folder / "spec.toml", "--out", folder / "forms.csv")
    assert "one row for each item" in refused("assemble", folder / "long.csv", *files)
    assert "cannot be read" in refused("assemble", folder / "none.csv", *files)
    nowhere = ("--spec", folder / "none.toml", "--out", folder / "forms.csv")
    assert "cannot be read" in refused("assemble", folder / "pool.csv", *nowhere)
