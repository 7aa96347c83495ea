"""`synak simulate` on scenario files."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from testing_center.cli import main

SCENARIO = """
name = "Attestation"
seed = 3
cuts = [0.0, 0.7]

[population]
examinees = 200
groups = [{name = "city", mean = 0.3}, {name = "village", mean = -0.3}]

[plan]
minimum_length = 5
maximum_length = 10
standard_error_target = 0.5
"""
POOL = """
[pool]
items = 80
areas = ["subject", "didactics"]
"""


def run(*arguments):
    return CliRunner().invoke(main, ["simulate", *map(str, arguments)])


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO + POOL, encoding="utf-8")
    return path


def test_a_person_gets_a_table_and_a_machine_one_object(scenario):
    result = run(scenario)
    assert result.exit_code == 0, result.output
    assert "Attestation: 200 examinees, 80 items, 2 replications, seed 3." in result.stdout
    assert "Fixed form" in result.stdout
    data = json.loads(run(scenario, "--json").stdout)
    assert data["examinees"] == 200
    assert f"{data['adaptive']['rmse']:.3f}" in result.stdout
    assert len(data["adaptive"]["rates"]) == 80
    assert [cut["cut"] for cut in data["fixed_form"]["decisions"]["cuts"]] == [0.0, 0.7]
    other = json.loads(run(scenario, "--json", "--seed", 4).stdout)
    assert other["seed"] == 4
    assert other["adaptive"]["rmse"] != data["adaptive"]["rmse"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Simulation report"),
        ("ru", "Отчёт о моделировании"),
        ("ky", "Моделдөө отчету"),
        ("kk", "Модельдеу есебі"),
    ],
)
def test_the_report_is_one_page_in_the_readers_language(scenario, tmp_path, language, words):
    out = tmp_path / "out.html"
    assert run(scenario, "--report", out, "--language", language).exit_code == 0
    page = out.read_text(encoding="utf-8")
    assert words in page
    assert "village" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert page.count("<svg") >= 10


def test_the_pool_can_be_an_item_file_with_content(tmp_path):
    rng = np.random.default_rng(1)
    with (tmp_path / "items.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["item", "discrimination", "difficulty", "area", "family", "level"])
        for number in range(60):
            area = ("subject", "didactics")[number % 2]
            level = ("low", "high")[number // 2 % 2]
            numbers = [1.2, round(rng.normal(), 3)]
            writer.writerow([f"I{number}", *numbers, area, f"F{number // 4}" if number < 8 else "", level])
    path = tmp_path / "scenario.toml"
    quotas = "content.quotas = [{attribute = 'level', value = 'high', minimum = 4, maximum = 5}]"
    text = SCENARIO + "area_targets = {subject = 0.6, didactics = 0.4}\n" + quotas
    path.write_text("pool_file = 'items.csv'\n" + text, encoding="utf-8")
    data = json.loads(run(path, "--json").stdout)
    assert data["items"] == 60
    assert data["adaptive"]["content_violations"] == 0
    form = data["fixed_form"]["form"]
    assert 4 <= sum(item // 2 % 2 for item in form) <= 5
    assert max(np.bincount([item // 4 for item in form if item < 8], minlength=1)) <= 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SCENARIO, "either pool or pool_file"),
        ("pool_file = 'none.csv'\n" + SCENARIO, "none.csv"),
        (SCENARIO + POOL + "colour = 'red'", "pool.colour is unknown"),
        (SCENARIO.replace("= 10", "= 'ten'") + POOL, "plan.maximum_length must be a whole number"),
        ("seed = = 3", "scenario.toml"),
    ],
)
def test_a_wrong_scenario_is_refused_in_one_line(tmp_path, text, words):
    path = tmp_path / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    result = run(path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
