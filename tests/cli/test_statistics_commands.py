"""Calibration of every format, scoring on a reference form, fairness and linking from the command line."""

import json
import re

import numpy as np
import pytest

from psychometrics import (
    GradedItems,
    ItemParameters,
    ResponseMatrix,
    calibrate,
    expected_score,
    simulate_responses,
)
from tests.cli.command_runs import refused, rows_of, succeeded

ITEMS = ItemParameters.of([1.0, 1.4, 0.8, 1.2, 0.9, 1.1], [-1.0, -0.4, 0.0, 0.3, 0.8, 1.2])
GRADED = GradedItems(np.array([1.2, 0.9]), np.array([[-1.0, 0.0, 1.0], [-0.5, 0.4, 1.5]]))


@pytest.fixture(scope="module")
def sample():
    """Theta by group, right–wrong scores and graded scores of 900 examinees."""
    rng = np.random.default_rng(5)
    group = np.repeat(["north", "south"], 450)
    theta = rng.normal(np.where(group == "south", 0.5, 0.0), 1)
    return group, theta, simulate_responses(theta, ITEMS, rng), simulate_responses(theta, GRADED, rng)


@pytest.fixture
def responses(tmp_path, sample):
    group, theta, right, graded = sample
    path = tmp_path / "responses.csv"
    names = [f"Q{k}" for k in range(1, 7)] + ["E1", "E2"]
    lines = [",".join(["examinee", "region", "experience", "weight", *names])]
    for place in range(len(theta)):
        cells = [*right[place], *graded[place]]
        lines.append(
            ",".join([f"P{place}", group[place], f"{theta[place]:.3f}", "2", *map(str, cells)])
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def models(tmp_path):
    path = tmp_path / "models.csv"
    path.write_text("item,model\n" + "".join(f"Q{k},2pl\n" for k in range(1, 7)) + "E1,graded\nE2,gpcm\n")
    return path


BESIDE = ("--group", "region", "--weight", "weight", "--covariate", "experience")


def test_mixed_formats_come_out_with_their_models_and_errors(responses, models, tmp_path, sample):
    out = tmp_path / "items.csv"
    facts = json.loads(succeeded("calibrate", responses, "--model", models, *BESIDE, "--out", out, "--json"))
    assert (facts["model"], facts["items"], facts["converged"]) == ("mixed", 8, True)
    rows = rows_of(out)
    assert list(rows[0])[:6] == ["item", "model", "discrimination", "b1", "b2", "b3"]
    assert [row["model"] for row in rows] == ["2pl"] * 6 + ["graded", "gpcm"]
    assert all(float(row["se_b1"]) > 0 for row in rows)
    assert facts["coefficients"]["experience"]["estimate"] > 0.8  # it is theta itself, nearly
    assert [group["group"] for group in facts["groups"]] == ["north", "south"]


def test_groups_have_means_and_anchors_set_the_scale(responses, tmp_path, sample):
    group, _, right, _ = sample
    narrow = tmp_path / "right.csv"
    lines = ["region," + ",".join(f"Q{k}" for k in range(1, 7))]
    lines += [",".join([label, *map(str, row)]) for label, row in zip(group, right.tolist(), strict=True)]
    narrow.write_text("\n".join(lines) + "\n")
    facts = json.loads(succeeded("calibrate", narrow, "--group", "region", "--json"))
    assert facts["groups"][1]["mean"] == pytest.approx(0.5, abs=0.25)
    assert facts["groups"][0]["mean"] == 0

    anchors, out = tmp_path / "anchors.csv", tmp_path / "items.csv"
    anchors.write_text("item,discrimination,difficulty\nQ1,2.0,-2.0\nQ2,2.8,-0.8\n")
    succeeded("calibrate", narrow, "--group", "region", "--anchors", anchors, "--scaling", "2", "--out", out)
    rows = rows_of(out)
    assert [float(row["discrimination"]) for row in rows[:2]] == [2.0, 2.8]
    assert rows[0]["se_discrimination"] == ""
    anchors.write_text("item,discrimination,difficulty\nX1,1,0\n")
    assert "none of its items" in refused("calibrate", narrow, "--group", "region", "--anchors", anchors)


def test_a_long_file_gives_what_the_wide_one_gives(tmp_path, sample):
    _, _, right, _ = sample
    long = tmp_path / "long.csv"
    cells = [f"P{i},Q{k + 1},{score}" for i, row in enumerate(right[:300]) for k, score in enumerate(row)]
    long.write_text("examinee,item,score\n" + "\n".join(cells) + "\n")
    facts = json.loads(succeeded("calibrate", long, "--json"))
    assert facts["log_likelihood"] == pytest.approx(calibrate(right[:300]).log_likelihood, abs=1e-3)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_report_stands_alone(responses, models, tmp_path, language):
    report = tmp_path / "report.html"
    succeeded(
        "calibrate", responses, "--model", models, *BESIDE, "--report", report, "--language", language
    )
    page = report.read_text(encoding="utf-8")
    assert f'<html lang="{language}"' in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert page.count('class="plot"') >= 10
    assert ("Wright map" if language == "en" else "Карта Райта") in page
    assert "south" in page
    assert "E2" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "5pl"], "neither a file nor one of"),
        (["--group", "school"], "no column 'school'"),
        (["--model", "graded", "--covariate", "region"], "examinee P0: region is 'north', not a number"),
        (["--scaling", "0"], "--scaling must be"),
        (["--model", "2pl"], "(item E1): '2' is not 0, 1 or empty"),
    ],
)
def test_wrong_options_are_refused_in_one_line(responses, arguments, words):
    group = [] if "--group" in arguments else ["--group", "region"]
    beside = [*group, "--covariate", "experience", "--weight", "weight"]
    assert words in refused("calibrate", responses, *beside, *arguments)


def test_a_model_that_does_not_fit_the_scores_is_refused(responses, models):
    models.write_text(models.read_text().replace("E1,graded", "E1,2pl"))
    asked = ("calibrate", responses, "--model", models, *BESIDE)
    assert "(item E1): 2pl takes scores 0 and 1 only" in refused(*asked)
    models.write_text(models.read_text().replace("E2,gpcm\n", ""))
    assert "(item E2)" in refused(*asked)


def test_scores_carry_the_percent_of_a_reference_form_and_plausible_values(tmp_path):
    items, form, data = tmp_path / "items.csv", tmp_path / "form.csv", tmp_path / "r.csv"
    items.write_text("item,model,discrimination,b1,b2\nA,graded,1.5,-1,1\nB,2pl,1.2,0,\nC,2pl,0.9,0.5,\n")
    form.write_text("item,discrimination,difficulty\nX,1,0\nY,1.2,0.5\n")
    data.write_text("examinee,A,B,C\nP,2,1,0\nR,0,0,1\n")
    out = tmp_path / "scores.csv"
    succeeded("score", data, "--items", items, "--form", form, "--plausible", 3, "--out", out)
    rows = rows_of(out)
    assert [row["right"] for row in rows] == ["3", "1"]
    expected = expected_score([float(rows[0]["theta"])], ItemParameters.of([1, 1.2], [0, 0.5]))[0] / 2
    assert float(rows[0]["expected_percent"]) == pytest.approx(100 * expected)
    assert {"plausible_1", "plausible_3"} <= set(rows[0])
    data.write_text("A,B,C\n3,1,0\n")
    assert "(item A): the highest score of the item is 2" in refused("score", data, "--items", items)


def test_dif_names_the_item_that_was_moved(tmp_path):
    rng = np.random.default_rng(8)
    moved = ItemParameters.of(ITEMS.discrimination, ITEMS.difficulty + np.array([0, 0, 1.0, 0, 0, 0]))
    table = np.concatenate([simulate_responses(rng.normal(size=1500), one, rng) for one in (ITEMS, moved)])
    path, out = tmp_path / "r.csv", tmp_path / "dif.csv"
    lines = ["sex," + ",".join(f"Q{k}" for k in range(1, 7))]
    lines += [",".join(["f" if i < 1500 else "m", *map(str, row)]) for i, row in enumerate(table.tolist())]
    path.write_text("\n".join(lines) + "\n")
    printed = succeeded("dif", path, "--group", "sex", "--out", out)
    assert "Q3: sex, m against f" in printed
    flagged = [row["item"] for row in rows_of(out) if row["flagged"] == "1"]
    assert "Q3" in flagged
    assert json.loads(succeeded("dif", path, "--group", "sex", "--method", "logistic", "--json"))
    assert "lower --fewest" in refused("dif", path, "--group", "sex", "--fewest", 5000)


def test_linking_finds_the_change_of_scale_and_the_item_that_drifted(tmp_path):
    base, new, out = (tmp_path / name for name in ("base.csv", "new.csv", "out.csv"))
    rng = np.random.default_rng(3)
    a, b = np.exp(rng.normal(0, 0.2, 12)), rng.normal(0, 1, 12)
    shifted = np.where(np.arange(12) == 4, b + 1.5, b)

    def text(slopes, places):
        cells = [f"Q{k},{x},{y}\n" for k, (x, y) in enumerate(zip(slopes, places, strict=True))]
        return "item,discrimination,difficulty\n" + "".join(cells)

    base.write_text(text(a, b))
    new.write_text(text(a * 1.25, (shifted - 0.5) / 1.25))
    facts = json.loads(succeeded("link", new, "--base", base, "--out", out, "--json"))
    assert facts["slope"] == pytest.approx(1.25, abs=1e-6)
    assert facts["intercept"] == pytest.approx(0.5, abs=1e-6)
    assert list(facts["removed"]) == ["Q4"]
    assert [float(row["difficulty"]) for row in rows_of(out)] == pytest.approx(shifted.tolist(), abs=1e-5)
    assert "Left out: Q4" in succeeded("link", new, "--base", base)
    new.write_text("item,discrimination,difficulty\nZ,1,0\n")
    assert "two or more" in refused("link", new, "--base", base)


def test_the_library_agrees_with_the_command_on_graded_items(tmp_path, sample):
    _, _, _, graded = sample
    path, out = tmp_path / "r.csv", tmp_path / "items.csv"
    path.write_text("E1,E2,E3\n" + "\n".join(f"{x},{y},{min(x, y)}" for x, y in graded.tolist()) + "\n")
    table = np.column_stack([graded, graded.min(axis=1)])
    succeeded("calibrate", path, "--model", "graded", "--out", out)
    expected = calibrate(ResponseMatrix.from_array(table, 4), model="graded").items
    assert [float(row["b2"]) for row in rows_of(out)] == expected.thresholds[:, 1].tolist()
