"""`synak fit` on files: what it writes is what the library finds, and what it flags is what was spoilt."""

import json

import numpy as np
import pytest

from psychometrics import (
    ItemParameters,
    Quadrature,
    ResponseMatrix,
    estimate_ability,
    infit_outfit,
    lz_star,
    model_fit,
    parameter_counts,
    s_x2,
    simulate_responses,
)
from testing_center.cli.item_files import read_items
from tests.cli.command_runs import refused, rows_of, succeeded

ITEMS = ItemParameters.of(np.tile([1.0, 1.4, 0.8, 1.2], 4), np.linspace(-1.5, 1.5, 16))
KEYS = [f"Q{k}" for k in range(1, 17)]


def numbers(rows, name):
    return [float(row[name]) for row in rows]


def write_responses(path, scores, beside=None):
    header = [*([] if beside is None else ["region"]), *KEYS]
    lines = [",".join(header)]
    for place, row in enumerate(scores.tolist()):
        lead = [] if beside is None else [beside[place]]
        lines.append(",".join([*lead, *("" if score < 0 else str(score) for score in row)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """1500 examinees and items calibrated from them; Q16 repeats Q15, Q5 is solved in the middle only."""
    made = tmp_path_factory.mktemp("fit")
    rng = np.random.default_rng(11)
    theta = rng.normal(size=1500)
    scores = simulate_responses(theta, ITEMS, rng)
    scores[:, 4] = rng.random(1500) < np.where(np.abs(theta) < 0.8, 0.9, 0.2)
    scores[:, 15] = np.where(rng.random(1500) < 0.7, scores[:, 14], scores[:, 15])
    write_responses(made / "r.csv", scores)
    succeeded("calibrate", made / "r.csv", "--out", made / "items.csv")
    np.save(made / "scores.npy", scores)
    return made


def test_files_hold_what_the_library_finds(folder, tmp_path):
    out, persons = tmp_path / "fit.csv", tmp_path / "persons.csv"
    common = ("fit", folder / "r.csv", "--items", folder / "items.csv")
    facts = json.loads(succeeded(*common, "--out", out, "--persons", persons, "--json"))

    matrix = ResponseMatrix.from_array(np.load(folder / "scores.npy"), [2] * 16)
    items = read_items(folder / "items.csv").parameters
    grid = Quadrature.equal_spaced(121)
    found = s_x2(matrix, items, grid)
    estimates = estimate_ability(matrix, items, method="wle", quadrature=grid)
    squares = infit_outfit(matrix, items, estimates.theta)
    rows = rows_of(out)
    assert [row["item"] for row in rows] == KEYS
    assert numbers(rows, "s_x2") == pytest.approx(found.statistic.tolist())
    assert numbers(rows, "p") == pytest.approx(found.p_value.tolist())
    assert numbers(rows, "outfit") == pytest.approx(squares.items.outfit.tolist())
    assert facts["model_fit"]["statistic"] == pytest.approx(model_fit(matrix, items, grid).statistic)
    assert facts["model_fit"]["rmsea_lower"] < facts["model_fit"]["rmsea"] < facts["model_fit"]["rmsea_upper"]

    rows = rows_of(persons)
    expected = lz_star(matrix, items, quadrature=grid, estimates=estimates)
    assert len(rows) == 1500
    assert numbers(rows, "lz_star") == pytest.approx(expected.statistic.tolist())
    assert numbers(rows, "infit") == pytest.approx(squares.examinees.infit.tolist())
    assert sum(int(row["flagged"]) for row in rows) == facts["flagged_examinees"]


def test_the_item_that_no_curve_follows_comes_first_and_the_repeated_pair_is_named(folder):
    printed = succeeded("fit", folder / "r.csv", "--items", folder / "items.csv").splitlines()
    start = next(place for place, line in enumerate(printed) if line.startswith("item "))
    assert printed[start + 1].split()[0] == "Q5"
    assert printed[start + 1].endswith("*")
    assert any(line.startswith("Q3 Q15 with Q16") for line in printed)
    assert any(line.startswith("M2 = ") and "RMSEA" in line for line in printed)
    assert "alpha" in printed[2]


def test_an_examinee_who_answers_against_the_order_of_difficulty_is_flagged(tmp_path):
    rng = np.random.default_rng(2)
    long = ItemParameters.of(np.full(30, 1.5), np.linspace(-2.5, 2.5, 30))
    scores = simulate_responses(rng.normal(size=300), long, rng)
    scores[0] = np.arange(30) >= 15
    keys = [f"L{k}" for k in range(30)]
    text = [",".join(keys), *(",".join(map(str, row)) for row in scores.tolist())]
    (tmp_path / "r.csv").write_text("\n".join(text) + "\n")
    cells = [f"{key},1.5,{b}" for key, b in zip(keys, long.difficulty.tolist(), strict=True)]
    (tmp_path / "i.csv").write_text("item,discrimination,difficulty\n" + "\n".join(cells) + "\n")
    persons = tmp_path / "p.parquet"
    asked = ("fit", tmp_path / "r.csv", "--items", tmp_path / "i.csv", "--slopes", "known")
    facts = json.loads(succeeded(*asked, "--persons", persons, "--json"))
    assert facts["model_fit"] is None
    assert "M2 is left out" in facts["notes"][0]
    from pyarrow.parquet import read_table

    table = read_table(persons).to_pydict()
    assert table["flagged"][0] == 1
    assert min(table["lz_star"]) == table["lz_star"][0]


def test_slopes_follow_the_models_unless_told(tmp_path):
    rng = np.random.default_rng(4)
    items = ItemParameters.of(np.ones(16), ITEMS.difficulty)
    scores = simulate_responses(rng.normal(0, 1.3, 800), items, rng)
    write_responses(tmp_path / "r.csv", scores, beside=["a"] * 800)
    asked = ("fit", tmp_path / "r.csv", "--ignore", "region", "--items", tmp_path / "i.csv")
    printed = succeeded(
        "calibrate", tmp_path / "r.csv", "--group", "region", "--model", "rasch", "--out", tmp_path / "i.csv"
    )
    deviation = printed.split("--prior-sd ")[1].split(".\n")[0]
    facts = json.loads(succeeded(*asked, "--prior-sd", deviation, "--json"))
    assert facts["model_fit"]["degrees_of_freedom"] == 136 - 17
    assert facts["model_fit"]["p_value"] > 0.001
    free = json.loads(succeeded(*asked, "--prior-sd", deviation, "--slopes", "free", "--json"))
    assert free["model_fit"]["degrees_of_freedom"] == 136 - 32
    estimated = parameter_counts(items, "equal")
    expected = s_x2(
        scores, read_items(tmp_path / "i.csv").parameters,
        Quadrature.equal_spaced(121, -7.8, 7.8, 0.0, float(deviation)), estimated_parameters=estimated,
    )
    assert facts["items"][0]["df"] == expected.degrees_of_freedom[0]


def test_partial_credit_gets_c2_and_adaptive_data_a_note(folder, tmp_path):
    rng = np.random.default_rng(6)
    theta = rng.normal(size=600)
    graded = np.clip(np.rint(theta[:, None] + rng.normal(0, 1, (600, 4)) + 1), 0, 2).astype(int)
    text = ["A,B,C,D", *(",".join(map(str, row)) for row in graded.tolist())]
    (tmp_path / "g.csv").write_text("\n".join(text) + "\n")
    succeeded("calibrate", tmp_path / "g.csv", "--model", "graded", "--out", tmp_path / "g-items.csv")
    printed = succeeded("fit", tmp_path / "g.csv", "--items", tmp_path / "g-items.csv")
    assert "C2 = " in printed

    scores = np.load(folder / "scores.npy")[:80]
    own = np.argsort(np.random.default_rng(3).random(scores.shape), axis=1) >= 8
    write_responses(tmp_path / "own.csv", np.where(own, -1, scores))
    facts = json.loads(succeeded("fit", tmp_path / "own.csv", "--items", folder / "items.csv", "--json"))
    assert any("residuals by theta group" in note for note in facts["notes"])
    assert facts["items"][0]["s_x2"] is None
    assert facts["items"][0]["residual"] is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--prior-sd", "0"], "--prior-sd must be positive"),
        (["--significance", "1"], "--significance must lie"),
        (["--ignore", "region"], "no column 'region'"),
        (["--out", "nowhere/fit.csv"], "does not exist"),
        (["--persons", "."], "this is a folder"),
        (["--scaling", "nan"], "--scaling must be"),
    ],
)
def test_wrong_options_are_refused_in_one_line(folder, arguments, words):
    assert words in refused("fit", folder / "r.csv", "--items", folder / "items.csv", *arguments)


def test_an_item_without_parameters_is_named(folder, tmp_path):
    lines = (folder / "items.csv").read_text().splitlines(keepends=True)
    (tmp_path / "i.csv").write_text("".join(lines[:-1]))
    assert "'Q16' is not in" in refused("fit", folder / "r.csv", "--items", tmp_path / "i.csv")


def test_replications_and_dimensions_are_told_and_repeat_for_a_seed(folder):
    asked = ("fit", folder / "r.csv", "--items", folder / "items.csv", "--replications", 20)
    once, again = (succeeded(*asked, "--dimensionality", "--seed", 5, "--json") for _ in range(2))
    assert once == again
    facts = json.loads(once)
    assert 0.02 < facts["critical_q3"] < 0.2
    assert facts["dimensions"]["parallel_analysis"] >= 1
    assert facts["pairs"][0]["items"] == ["Q15", "Q16"]
