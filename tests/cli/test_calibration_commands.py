"""`synak calibrate` and `synak score` on files as people have them."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from psychometrics import ItemParameters, NormalPrior, Priors, calibrate, estimate_ability, simulate_responses
from psychometrics.calibration import CalibrationPlan
from testing_center.cli.response_files import read_responses
from testing_center.cli.tables import FileProblem
from tests.cli.command_runs import refused, run

ITEM_HEADER = (
    "item,discrimination,difficulty,guessing,upper_asymptote,se_discrimination,se_difficulty,se_guessing"
)


def table_text(scores, names=None, separator=","):
    """CSV text of scores with empty cells for -1."""
    header = [*(["examinee"] if names else []), *(f"Q{k}" for k in range(1, scores.shape[1] + 1))]
    lines = [separator.join(header)]
    for place, row in enumerate(scores.tolist()):
        cells = ["" if score < 0 else str(score) for score in row]
        lines.append(separator.join([*([names[place]] if names else []), *cells]))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def scores():
    rng = np.random.default_rng(17)
    items = ItemParameters.of(np.exp(rng.normal(0, 0.3, 8)), rng.normal(0, 1, 8))
    table = simulate_responses(rng.normal(size=400), items, rng)
    table[rng.random(table.shape) < 0.1] = -1
    return table


@pytest.fixture
def responses(tmp_path, scores):
    path = tmp_path / "responses.csv"
    path.write_text(table_text(scores, [f"E{k}" for k in range(400)]), encoding="utf-8")
    return path


def test_items_are_written_as_the_library_estimates_them(responses, scores, tmp_path):
    out = tmp_path / "items.csv"
    result = run("calibrate", responses, "--model", "2pl", "--out", out)
    assert result.exit_code == 0, result.output
    assert "400 examinees, 8 items" in result.stdout
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == ITEM_HEADER
    rows = list(csv.DictReader(lines))
    expected = calibrate(scores)
    assert [row["item"] for row in rows] == [f"Q{k}" for k in range(1, 9)]
    assert [float(r["discrimination"]) for r in rows] == expected.items.discrimination.tolist()
    assert [float(r["difficulty"]) for r in rows] == expected.items.difficulty.tolist()
    assert [float(r["se_difficulty"]) for r in rows] == expected.standard_errors.difficulty.tolist()
    assert {(r["guessing"], r["upper_asymptote"], r["se_guessing"]) for r in rows} == {("0.0", "1.0", "")}


@pytest.mark.parametrize("model", ["rasch", "1pl", "2pl", "3pl"])
def test_json_is_one_object_with_the_facts(responses, scores, model):
    result = run("calibrate", responses, "--model", model, "--json")
    assert result.exit_code == 0
    facts = json.loads(result.stdout)
    expected = calibrate(scores, model=model)
    assert (facts["model"], facts["examinees"], facts["items"]) == (model, 400, 8)
    assert facts["log_likelihood"] == pytest.approx(expected.log_likelihood, abs=1e-9)
    assert facts["iterations"] == expected.iterations
    assert facts["converged"] is True
    assert 0 < facts["seconds"] < 60
    assert facts["latent_standard_deviation"] == pytest.approx(expected.latent_standard_deviation)


def test_priors_are_used_only_when_asked_for(responses, scores):
    plain = json.loads(run("calibrate", responses, "--json").stdout)
    asked = json.loads(
        run(
            "calibrate",
            responses,
            "--json",
            "--prior",
            "log-discrimination=0,0.3",
            "--prior",
            "difficulty=0,1",
        ).stdout
    )
    plan = CalibrationPlan(priors=Priors(NormalPrior(0, 0.3), NormalPrior(0, 1)))
    assert plain["objective"] == plain["log_likelihood"]
    assert asked["objective"] == pytest.approx(calibrate(scores, plan=plan).objective)
    assert asked["log_likelihood"] < plain["log_likelihood"]


@pytest.mark.parametrize("method", ["eap", "map", "mle", "wle"])
def test_scores_round_trip_through_the_item_file(responses, scores, tmp_path, method):
    items_file, out = tmp_path / "items.csv", tmp_path / "scores.csv"
    run("calibrate", responses, "--out", items_file)
    result = run("score", responses, "--items", items_file, "--method", method, "--out", out)
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    expected = estimate_ability(scores, calibrate(scores).items, method=method)
    assert list(rows[0]) == ["examinee", "theta", "standard_error", "presented", "right"]
    assert [row["examinee"] for row in rows] == [f"E{k}" for k in range(400)]
    assert [float(row["theta"]) for row in rows] == pytest.approx(expected.theta.tolist(), abs=1e-6)
    assert [float(row["standard_error"]) for row in rows] == pytest.approx(
        expected.standard_error.tolist(), abs=1e-5
    )
    assert [int(row["right"]) for row in rows] == (scores == 1).sum(axis=1).tolist()


def test_scoring_needs_only_some_of_the_items_in_any_order(tmp_path):
    items = tmp_path / "items.csv"
    items.write_text("item,discrimination,difficulty\nX,1,0\nY,2,1\nZ,1.5,-1\n", encoding="utf-8")
    data = tmp_path / "r.csv"
    data.write_text("Z,X\n1,0\n", encoding="utf-8")
    result = run("score", data, "--items", items)
    theta = float(next(csv.DictReader(io.StringIO(result.stdout)))["theta"])
    expected = estimate_ability([1, 0], ItemParameters.of([1.5, 1], [-1, 0]))
    assert theta == pytest.approx(expected.theta[0], abs=1e-6)


def test_rasch_scores_use_the_spread_that_was_printed(responses, scores, tmp_path):
    items_file = tmp_path / "items.csv"
    printed = run("calibrate", responses, "--model", "rasch", "--out", items_file).stdout
    assert "--prior-sd" in printed
    deviation = calibrate(scores, model="rasch").latent_standard_deviation
    result = run("score", responses, "--items", items_file, "--prior-sd", deviation)
    thetas = [float(row["theta"]) for row in csv.DictReader(io.StringIO(result.stdout))]
    assert np.var(thetas) < deviation**2
    assert abs(np.mean(thetas)) < 0.02


VARIANTS = {
    "plain": lambda text: text.encode(),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "Unicode text from a spreadsheet": lambda text: text.replace(",", "\t").encode("utf-16"),
    "quoted cells": lambda text: "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
    ).encode(),
    "quoted header": lambda text: text.replace("Q3", '"Q3"', 1).encode(),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
    "decimals": lambda text: text.replace(",1", ",1.0").encode(),
    "spaces": lambda text: text.replace(",", " , ").encode(),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_harmless_variants_of_a_table_read_the_same(variant, tmp_path, scores):
    names = [f"Участник {k}" for k in range(50)]
    path = tmp_path / "r.csv"
    path.write_bytes(VARIANTS[variant](table_text(scores[:50], names)))
    table = read_responses(path)
    assert (table.scores == scores[:50]).all()
    assert table.examinees == tuple(names)
    assert table.items == tuple(f"Q{k}" for k in range(1, 9))


def test_a_quoted_key_may_hold_the_separator(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text('"a, b",c;d\n1,0\n', encoding="utf-8")
    assert read_responses(path).items == ("a, b", "c;d")


def test_examinees_are_numbered_when_they_have_no_names(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("a,b\n1,0\n,1\n", encoding="utf-8")
    table = read_responses(path)
    assert table.examinees == ("1", "2")
    assert table.scores.tolist() == [[1, 0], [-1, 1]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["the file is empty"]),
        (" \n\n", ["the file is empty"]),
        ("a,b,c\n", ["no examinee"]),
        ("examinee\nx\n", ["row 1", "no item column"]),
        ("a,b,c\n1,0,1\n1,x,0\n", ["row 3", "column 2", "item b", "'x'"]),
        ("examinee,a,b,c\nP,1,0,1\nR,1,0,2\n", ["row 3", "column 4", "item c", "'2'"]),
        ("a,b,c\n1,0,1\n\n1,0\n", ["row 4", "2 cells", "3"]),
        ("a,b,c\n1,0,1,0\n1,0,1\n", ["row 2", "4 cells"]),
        ("a,b,a\n1,0,1\n", ["row 1, column 3", "'a'", "column 1"]),
        ("examinee,a,b\nP,1,0\nR,0,1\nP,1,1\n", ["row 4, column 1", "'P'", "row 2"]),
        ("a,,c\n1,0,1\n", ["row 1, column 2", "empty"]),
        ("0,1\n1,0\n", ["row 1", "must name the items"]),
        ("a,b;c\n1,0;1\n", ["row 1", "separator"]),
        ('a,"b\n1,0\n', ["row 1"]),
        ("a,b,c\n1,1,0\n1,0,1\n1,1,1\n", ["column 1 (item a) has only right responses"]),
        ("examinee,a,b,c\nx,1,0,\ny,0,1,\n", ["column 4 (item c) has no responses"]),
        ("a,b\n1,0\n0,1\n", ["3 or more items"]),
    ],
)
def test_a_wrong_table_is_refused_where_it_is_wrong(text, words, tmp_path):
    path, out = tmp_path / "r.csv", tmp_path / "items.csv"
    path.write_text(text, encoding="utf-8")
    message = refused("calibrate", path, "--out", out)
    assert "r.csv" in message or "items" in message
    for word in words:
        assert word in message
    assert not out.exists()


def test_bytes_that_are_not_text_are_refused(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes("а,б\n1,0\n".encode("cp1251"))
    assert "CSV UTF-8" in refused("calibrate", path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("item,discrimination\nQ1,1\n", ["no column 'difficulty'"]),
        ("item,discrimination,difficulty\nQ1,1,hard\n", ["row 2, column 3 (difficulty)", "'hard'"]),
        ("item,discrimination,difficulty\nQ1,1,0\nQ1,1,0\n", ["row 3", "'Q1'"]),
        ("item,discrimination,difficulty\nQ1,1\n", ["row 2", "2 cells"]),
        ("item,discrimination,difficulty,guessing\nQ1,1,0,1.5\n", ["0 ≤ guessing"]),
        ("item,discrimination,difficulty\nQ1,nan,0\n", ["finite"]),
        ("item,discrimination,difficulty\n", ["no item"]),
        ("item,discrimination,difficulty\nQ1,1,0\n", ["row 1, column 3", "'Q2'"]),
    ],
)
def test_a_wrong_item_file_is_refused_where_it_is_wrong(text, words, responses, tmp_path):
    items, out = tmp_path / "items.csv", tmp_path / "scores.csv"
    items.write_text(text, encoding="utf-8")
    message = refused("score", responses, "--items", items, "--out", out)
    for word in words:
        assert word in message
    assert not out.exists()


def test_missing_files_and_unwritable_outputs_are_refused(responses, tmp_path):
    missing = tmp_path / "missing.csv"
    assert "missing.csv: cannot be read" in refused("calibrate", missing)
    assert "missing.csv: cannot be read" in refused("score", responses, "--items", missing)
    assert "folder" in refused("calibrate", responses, "--out", tmp_path / "none" / "items.csv")
    assert "folder" in refused("calibrate", responses, "--out", tmp_path)
    assert "cannot be read" in refused("calibrate", tmp_path)


def test_an_earlier_result_survives_a_write_that_fails(responses, tmp_path, monkeypatch):
    out = tmp_path / "items.csv"
    out.write_text("earlier\n", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert "No space left" in refused("calibrate", responses, "--out", out)
    assert out.read_text(encoding="utf-8") == "earlier\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["items.csv", "responses.csv"]


@pytest.mark.parametrize("prior", ["slope=0,1", "difficulty=0", "difficulty=a,b", "difficulty=0,0"])
def test_a_wrong_prior_is_refused(prior, responses):
    refused("calibrate", responses, "--prior", prior)


def test_priors_that_do_not_fit_the_model_are_refused(responses):
    assert "3pl" in refused("calibrate", responses, "--prior", "logit-guessing=-1,0.5")
    assert "Rasch" in refused("calibrate", responses, "--model", "rasch", "--prior", "log-discrimination=0,1")


def test_no_convergence_is_said_and_not_hidden(tmp_path, scores):
    doubled = np.column_stack([scores[:, :4], scores[:, 3]])
    path = tmp_path / "r.csv"
    path.write_text(table_text(doubled), encoding="utf-8")
    result = run("calibrate", path, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["converged"] is False
    assert "Q4" in result.stderr
    assert "Put priors on" in result.stderr


def test_fast_and_careful_reading_agree(tmp_path, scores):
    plain, quoted = tmp_path / "plain.csv", tmp_path / "quoted.csv"
    text = table_text(scores, [f"имя {k}" for k in range(400)])
    plain.write_text(text, encoding="utf-8")
    quoted.write_text(text.replace("имя 399", '"имя 399"'), encoding="utf-8")
    fast, careful = read_responses(plain), read_responses(quoted)
    assert fast.examinees == careful.examinees
    assert (fast.scores == careful.scores).all()


@pytest.mark.parametrize("body", ["1,0\n1\n,0,1\n", "1,01\n0,1\n", "1,/\n0,1\n", "1,0\n:,1\n"])
def test_the_fast_path_lets_nothing_wrong_through(body, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("a,b\n" + body, encoding="utf-8")
    with pytest.raises(FileProblem, match="row"):
        read_responses(path)


def test_the_commands_start_without_the_web_framework(responses):
    code = (
        "import sys; from testing_center.cli import main\n"
        f"main(['calibrate', {str(responses)!r}, '--json'], standalone_mode=False)\n"
        "print(sorted({'flask', 'sqlalchemy', 'redis', 'girth'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.splitlines()[-1] == "[]"
