"""The report of a calibration: its population, fit table, classical columns and observed points."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from psychometrics import ItemParameters, item_statistics, simulate_responses
from psychometrics.calibration import CalibrationPlan, calibrate
from testing_center.cli import main
from testing_center.cli.calibration_reports import population_of
from testing_center.cli.response_files import read_responses
from testing_center.documents.calibration_report import (
    CalibrationFindings,
    ItemTableData,
    ObservedScores,
    calibration_report,
)
from testing_center.documents.statistics_report import Gallery, render_report

ITEMS = ItemParameters.of(np.ones(10), np.linspace(-1.5, 1.5, 10))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """1000 examinees of two regions, half a unit apart; Q4 is solved in the middle only."""
    made = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(21)
    region = np.repeat(["north", "south"], [700, 300])
    theta = rng.normal(np.where(region == "south", 1.0, 0.0), 1)
    scores = simulate_responses(theta, ITEMS, rng)
    scores[:, 3] = rng.random(1000) < np.where(np.abs(theta) < 0.8, 0.9, 0.2)
    lines = ["region,years," + ",".join(f"Q{k}" for k in range(1, 11))]
    lines += [
        f"{label},{value:.4f}," + ",".join(map(str, row))
        for label, value, row in zip(region, theta, scores.tolist(), strict=True)
    ]
    (made / "r.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.save(made / "scores.npy", scores)
    return made


def moments(grid):
    mean = grid.weights @ grid.nodes
    return mean, np.sqrt(grid.weights @ (grid.nodes - mean) ** 2)


def test_the_population_is_that_of_all_groups_and_covariates(folder):
    table = read_responses(folder / "r.csv", beside=("region", "years"))
    regions = table.beside["region"]
    plan = CalibrationPlan(groups=regions, standard_errors="none")
    found = calibrate(table.matrix, plan=plan)
    sizes = np.array([part.examinees for part in found.groups]) / 1000
    means, deviations = (
        np.array([getattr(part, name) for part in found.groups]) for name in ("mean", "standard_deviation")
    )
    middle = sizes @ means
    spread = np.sqrt(sizes @ (deviations**2 + (means - middle) ** 2))
    assert moments(population_of(found, table, "region")) == pytest.approx((middle, spread), abs=1e-3)

    values = [[float(cell)] for cell in table.beside["years"]]
    plan = CalibrationPlan(covariates=values, covariate_names=("years",), standard_errors="none")
    found = calibrate(table.matrix, plan=plan)
    added = np.array(values)[:, 0] * found.regression.coefficients[0]
    spread = np.sqrt(found.latent_standard_deviation**2 + added.var())
    assert moments(population_of(found, table, None)) == pytest.approx((added.mean(), spread), abs=0.01)


def test_the_report_has_fit_classical_columns_and_observed_points(folder):
    out = folder / "report.html"
    asked = ["calibrate", folder / "r.csv", "--group", "region", "--covariate", "years", "--report", out]
    result = CliRunner().invoke(main, [str(part) for part in [*asked, "--language", "ru"]])
    assert result.exit_code == 0, result.output
    page = out.read_text(encoding="utf-8")
    for words in ("S-X²", "Инфит", "Аутфит", "Доля баллов", "Корреляция с остатком", "Наблюдается"):
        assert words in page
    flagged = re.findall(r'<tr class="report__flagged"><th scope="row">(\w+)', page)
    assert "Q4" in flagged
    share = item_statistics(np.load(folder / "scores.npy")).p[0]
    assert f'data-value="{share}"' in page
    assert page.count('<circle class="plot__dot series-2"') >= 10 * 10


def test_observed_points_stand_at_their_own_theta():
    theta = np.array([-1.234, 0.0, 2.005])
    findings = CalibrationFindings(
        source="test",
        figures=[],
        warnings=[],
        keys=["A", "B"],
        items=ITEMS.take([0, 1]),
        theta=np.zeros(3),
        parameters=ItemTableData({}),
        observed=ObservedScores(theta, np.array([[0.2, 0.5, 0.9], [np.nan, 0.4, 0.8]])),
    )
    report = calibration_report(findings, str)
    charts = next(
        part.charts for section in report.sections if section.id == "curves" for part in section.parts
        if isinstance(part, Gallery)
    )
    wanted = [{-1.234: 0.2, 0.0: 0.5, 2.005: 0.9}, {0.0: 0.4, 2.005: 0.8}]
    for chart, seen in zip(charts, wanted, strict=True):
        points = zip(chart.x, chart.series[1].values, strict=True)
        assert {place: value for place, value in points if value is not None} == seen
        curve = np.interp(0.0, chart.x, np.array(chart.series[0].values, dtype=float))
        assert 0 < curve < 1
        assert list(chart.x) == sorted(set(chart.x))
    assert "plot__dot" in render_report(report)
