"""Figures of a simulation against hand counts, the fixed form, fitted exposure control, scenario files."""

import json
import re
import tomllib
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import adaptive_pools
import numpy as np
import pytest

from psychometrics import AdaptivePlan, ExposureControl, InvalidParameters, PreparedPlan, estimate
from psychometrics.simulation import (
    Decisions,
    ExposureGoal,
    FixedFormRule,
    PoolUse,
    Population,
    PopulationGroup,
    Precision,
    Scenario,
    SimulatedPool,
    best_fixed_form,
    fit_exposure,
    load_scenario,
    parse_scenario,
    run_scenario,
    simulate_adaptive,
)
from psychometrics.simulation.administrations import Examinees
from psychometrics.simulation.fixed_form import administer_form

PLAN = AdaptivePlan({"subject": 0.75, "didactics": 0.25}, 10, 20, standard_error_target=0.4)
POOL = SimulatedPool(120, guessing=0.15, areas=("subject", "didactics", "subject"))
DATA = {
    "seed": 11,
    "cuts": [-0.5, 0.5],
    "population": {"examinees": 600, "groups": [{"name": "city", "mean": 0.4}, {"mean": -0.4, "sd": 0.8}]},
    "pool": {"items": 120, "guessing": 0.15, "areas": ["subject", "didactics", "subject"]},
    "plan": {
        "minimum_length": 10,
        "maximum_length": 20,
        "standard_error_target": 0.4,
        "area_targets": {"subject": 3, "didactics": 1},
    },
}


@pytest.fixture(scope="module")
def report():
    return run_scenario(parse_scenario(DATA))


def test_precision_of_a_few_attempts_by_hand():
    theta, estimate = np.array([0.0, 1.0, -1.0, 2.0]), np.array([0.5, 0.5, -1.0, 3.0])
    found = Precision.of(theta, estimate, np.array([0.5, 0.2, 0.1, 0.4]), np.array([1, 2, 3, 6]))
    assert found.bias == pytest.approx(0.25)
    assert found.rmse == pytest.approx(np.sqrt((0.25 + 0.25 + 0 + 1) / 4))
    assert found.coverage == 0.5  # 0.5 ≤ 0.98, 0.5 > 0.39, 0 ≤ 0.196, 1 > 0.784
    assert found.standard_error == pytest.approx(np.sqrt((0.25 + 0.04 + 0.01 + 0.16) / 4))
    assert found.length == 3
    assert found.bias_error == pytest.approx(np.std([0.5, -0.5, 0, 1], ddof=1) / 2)


def test_overlap_is_the_mean_over_all_pairs_of_attempts():
    attempts = [{0, 1, 2}, {0, 3, 4}, {0, 1, 4}, {2, 3, 5}]
    counts = np.bincount([item for attempt in attempts for item in attempt], minlength=8)
    use = PoolUse.of(counts, 4)
    shared = np.mean([len(one & other) for one, other in combinations(attempts, 2)])
    assert use.overlap == pytest.approx(shared / 3)
    assert use.unused == 0.25
    assert use.highest == 0.75
    assert PoolUse.of(np.full(5, 2), 4).unevenness == pytest.approx(0)


def test_decisions_of_a_few_attempts_by_hand():
    theta = np.array([-1.0, -0.2, 0.2, 1.0])
    placed = np.array([[0, 1, 1, 2], [0, 0, 1, 1]])
    found = Decisions.of((0.0, 0.5), theta, placed)
    assert found.accuracy == 6 / 8  # truth 0 0 1 2
    assert found.consistency == 0.5
    lower, upper = found.cuts
    assert (lower.accuracy, lower.false_above, lower.false_below) == (7 / 8, 1 / 8, 0)
    assert (upper.accuracy, upper.false_above, upper.false_below) == (7 / 8, 0, 1 / 8)
    chance = (3 / 8) ** 2 + (5 / 8) ** 2
    assert lower.kappa == pytest.approx((0.75 - chance) / (1 - chance))
    assert np.isnan(Decisions.of((0.0,), theta, placed[:1]).consistency)


def test_a_report_agrees_with_the_simulation_it_was_made_from(report):
    whole = report.adaptive.whole
    assert whole.attempts == 1200
    assert whole.violations == 0
    assert whole.use.rates.sum() == pytest.approx(whole.precision.length)
    assert sum(report.adaptive.stops.values()) == pytest.approx(1)
    groups = report.adaptive.by_theta
    assert sum(group.figures.attempts for group in groups) == 1200
    weights = [group.figures.attempts / 1200 for group in groups]
    squares = [group.figures.precision.rmse**2 for group in groups]
    assert np.dot(weights, squares) == pytest.approx(whole.precision.rmse**2)
    hits = [group.figures.decisions.cuts[1].accuracy for group in groups]
    assert np.dot(weights, hits) == pytest.approx(whole.decisions.cuts[1].accuracy)
    assert list(report.adaptive.by_group) == ["city", "group 2"]


def test_intervals_cover_and_decisions_are_hardest_at_the_cut(report):
    assert report.adaptive.whole.precision.coverage == pytest.approx(0.95, abs=0.025)
    by_theta = report.adaptive.by_theta
    accuracy = [group.figures.decisions.cuts[0].accuracy for group in by_theta]
    assert abs(by_theta[int(np.argmin(accuracy))].theta + 0.5) < 0.5
    decisions = report.adaptive.whole.decisions
    assert 0 < decisions.kappa < decisions.consistency < decisions.accuracy < 1


def test_a_scenario_is_fixed_by_its_seed(report):
    again = run_scenario(parse_scenario(DATA))
    assert again.to_data() == report.to_data()
    assert run_scenario(parse_scenario(DATA | {"seed": 12})).to_data() != report.to_data()
    json.dumps(report.to_data(), allow_nan=False)


def test_adaptive_attempts_beat_the_best_fixed_form_where_the_form_is_weak():
    plan = AdaptivePlan({}, 20, 20, randomesque=1, prior_sd=3.0)
    scenario = Scenario(Population(600, points=(-2.0, 0.0, 2.0)), plan, SimulatedPool(400), replications=1)
    found = run_scenario(scenario)
    assert [group.theta for group in found.adaptive.by_theta] == [-2.0, 0.0, 2.0]
    for place in (0, 2):
        adaptive = found.adaptive.by_theta[place].figures.precision.rmse
        assert adaptive < 0.9 * found.fixed.by_theta[place].figures.precision.rmse
    assert found.relative_efficiency > 1.1


def test_the_fixed_form_is_the_best_there_is():
    pool = adaptive_pools.pool(12)
    prepared = PreparedPlan(pool, AdaptivePlan({"algebra": 0.5, "geometry": 0.5}, 1, 4))
    theta = np.linspace(-1, 1, 50)
    form = set(best_fixed_form(prepared, 4, theta).tolist())
    values = pool.information[pool.grid_indices(theta)].mean(axis=0)
    areas = np.array(pool.area_of)

    def allowed(items):
        enemies = any(other in pool.family_members[item] for item, other in combinations(items, 2))
        counts = sorted(areas[list(items)].tolist())
        return not enemies and counts == ["algebra", "algebra", "geometry", "geometry"]

    possible = [list(items) for items in combinations(range(12), 4) if allowed(items)]
    assert form == set(max(possible, key=lambda items: values[items].sum()))


def test_a_fixed_form_keeps_blocks_whole_and_meets_quotas():
    pool = adaptive_pools.pool(90, blocks=True)
    prepared = PreparedPlan(pool, adaptive_pools.plans(90)["quotas"])
    form = best_fixed_form(prepared, 12, np.zeros(3))
    assert len(form) == len(set(form.tolist())) == 12
    for block in pool.blocks:
        assert len(set(block) & set(form.tolist())) in (0, len(block))
    run = administer_form(prepared, form, Examinees.of(np.zeros(5), np.random.default_rng(1)))
    assert not run.violated.any()
    with pytest.raises(InvalidParameters, match="another length"):
        best_fixed_form(prepared, 3, np.zeros(3))


def test_a_fixed_form_is_scored_like_an_attempt_with_its_items():
    pool = adaptive_pools.pool(30, items=adaptive_pools.mixed_items(30))
    plan = AdaptivePlan({}, 30, 30, prior_mean=0.3)
    prepared = PreparedPlan(pool, plan)
    run = administer_form(prepared, np.array([4, 9, 17]), Examinees.of([-1.0, 1.0], np.random.default_rng(2)))
    for row in range(2):
        history = list(zip([4, 9, 17], run.scores[row].tolist(), strict=True))
        assert estimate(pool, plan, history) == pytest.approx((run.estimate[row], run.standard_error[row]))


@pytest.mark.parametrize("boundaries", [(), (-0.5, 0.5)])
def test_sympson_hetter_holds_the_rates_that_it_was_fitted_for(boundaries):
    pool = SimulatedPool(150).draw(np.random.default_rng(4))
    plan = AdaptivePlan({}, 12, 12, randomesque=1)
    theta = np.random.default_rng(5).normal(size=3000)
    goal = ExposureGoal(maximum_rate=0.25, boundaries=boundaries, rounds=14, examinees=1500, tolerance=0.0)
    fitted = fit_exposure(pool, plan, goal, theta, np.random.default_rng(6))
    assert fitted.highest_rates[0] > 0.7
    controlled = replace(plan, exposure=fitted.control)
    run = simulate_adaptive(pool, controlled, theta, np.random.default_rng(7))
    groups = np.searchsorted(boundaries, run.estimate)
    for group in np.unique(groups):
        counts = np.bincount(run.given[groups == group].ravel(), minlength=150)
        assert counts.max() / (groups == group).sum() < (0.29 if not boundaries else 0.33)
    assert (fitted.control.table == 1).sum(axis=1).min() >= 12
    free = simulate_adaptive(pool, plan, theta, np.random.default_rng(7))
    assert run.rmse < (1.15 if not boundaries else 1.25) * free.rmse


@pytest.mark.parametrize("method", ["eligibility", "restricted"])
def test_controls_that_adapt_hold_the_rates(method):
    plan = AdaptivePlan({}, 12, 12, randomesque=1)
    goal = ExposureGoal(method, 0.25, rounds=4, examinees=500)
    scenario = Scenario(Population(1000), plan, SimulatedPool(150), replications=2, exposure=goal)
    found = run_scenario(scenario)
    assert found.adaptive.whole.use.highest < 0.3
    weights = 2000 if method == "restricted" else (1 - 0.999**2000) / (1 - 0.999)
    assert found.exposure.counts.attempts.sum() == pytest.approx(weights, rel=0.011)
    free = run_scenario(replace(scenario, exposure=None)).adaptive.whole
    assert free.use.highest == 1.0
    assert found.adaptive.whole.precision.rmse < 1.15 * free.precision.rmse
    assert np.isin(found.exposure.control.table, (0, 1)).all() == (method == "restricted")


def test_exposure_that_cannot_be_held_is_refused():
    pool = SimulatedPool(40).draw(np.random.default_rng(4))
    with pytest.raises(InvalidParameters, match=r"rate of 0\.500"):
        fit_exposure(
            pool, AdaptivePlan({}, 20, 20), ExposureGoal(maximum_rate=0.3), [0.0], np.random.default_rng(1)
        )
    with pytest.raises(InvalidParameters, match="rise"):
        ExposureGoal(boundaries=(1.0, 0.0))


def test_fitted_exposure_is_used_and_reported():
    found = run_scenario(
        parse_scenario(DATA | {"exposure": {"maximum_rate": 0.35, "examinees": 500}, "replications": 1})
    )
    assert found.adaptive.whole.use.highest < 0.43
    assert found.to_data()["fitted_exposure"]["highest_rates"][0] > 0.43
    assert found.to_data()["adaptive"]["decisions"]["consistency"] is None


def test_priors_by_group_shorten_attempts():
    groups = (PopulationGroup(-1.5, 0.5), PopulationGroup(1.5, 0.5))
    plan = AdaptivePlan({}, 3, 40, standard_error_target=0.35, prior_sd=1.58)
    lengths = [
        run_scenario(
            Scenario(Population(500, groups, informative_prior=own), plan, SimulatedPool(300), replications=1)
        ).adaptive.whole.precision.length
        for own in (True, False)
    ]
    assert lengths[0] < lengths[1] - 2


def test_a_sequential_test_places_by_its_own_decisions():
    data = DATA | {"cuts": []}
    data["plan"] = DATA["plan"] | {"stopping": {"classification": {"cuts": [-0.5, 0.5], "indifference": 0.4}}}
    found = run_scenario(parse_scenario(data))
    assert found.scenario.cuts == (-0.5, 0.5)
    assert found.adaptive.stops["classified"] > 0.1
    assert found.adaptive.whole.decisions.accuracy > 0.7


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"plan": {"minimum_length": 10}}, "plan.maximum_length is missing"),
        ({"plan": {"minimum_length": 30, "maximum_length": 20}}, "plan: Lengths must satisfy"),
        ({"colour": 1}, "colour is unknown; known are"),
        ({"population": {"examinees": "many"}}, "population.examinees must be a whole number, not 'many'"),
        (
            {"population": {"examinees": 5, "groups": [{"mean": 0}, {"sd": -1}]}},
            r"population.groups\[1\]: A population group needs",
        ),
        ({"cuts": 0.5}, "cuts must be a list"),
        ({"cuts": [0.5, True]}, r"cuts\[1\] must be a number, not True"),
        ({"cuts": [0.5, 0.1]}, "cuts must be finite and rise"),
        ({"pool_file": "items.csv"}, "either pool or pool_file"),
        ({"exposure": {"method": "luck"}}, "exposure.method must be one of sympson_hetter"),
        ({"pool": []}, "pool must be a table"),
        ({"replications": 0}, "one replication"),
    ],
)
def test_a_wrong_scenario_is_refused_in_one_sentence(changes, words):
    with pytest.raises(InvalidParameters, match=words):
        parse_scenario(DATA | changes)


def test_scenarios_are_read_from_json_and_toml(tmp_path):
    as_json = tmp_path / "scenario.json"
    as_json.write_text(json.dumps(DATA), encoding="utf-8")
    as_toml = tmp_path / "scenario.toml"
    as_toml.write_text(
        """
        seed = 11
        cuts = [-0.5, 0.5]
        [population]
        examinees = 600
        groups = [{name = "city", mean = 0.4}, {mean = -0.4, sd = 0.8}]
        [pool]
        items = 120
        guessing = 0.15
        areas = ["subject", "didactics", "subject"]
        [plan]
        minimum_length = 10
        maximum_length = 20
        standard_error_target = 0.4
        area_targets = {subject = 3, didactics = 1}
        """,
        encoding="utf-8",
    )
    assert load_scenario(as_json) == load_scenario(as_toml) == parse_scenario(DATA)
    as_toml.write_text("seed = ", encoding="utf-8")
    for path in (as_toml, tmp_path / "none.toml"):
        with pytest.raises(InvalidParameters, match=re.escape(str(path))):
            load_scenario(path)


def test_plans_are_read_whole():
    plan = parse_scenario(
        DATA
        | {
            "plan": {
                "minimum_length": 5,
                "maximum_length": 10,
                "selection": {"criterion": "progressive", "acceleration": 2},
                "content": {"quotas": [{"attribute": "area", "value": "subject", "minimum": 4}]},
                "exposure": {"probabilities": [[0.5] * 120]},
                "exclude": [3],
            }
        }
    ).plan
    assert plan.exposure == ExposureControl.of(np.full(120, 0.5))
    assert plan.exclude == {3}
    assert plan.content.quotas[0].minimum == 4
    assert plan.selection.acceleration == 2


def test_a_scenario_with_a_pool_of_its_own_needs_it():
    scenario = Scenario(
        Population(10), PLAN, pool_file=str(Path("items.csv")), fixed_form=FixedFormRule(compare=False)
    )
    with pytest.raises(InvalidParameters, match=r"items\.csv"):
        run_scenario(scenario)
    found = run_scenario(scenario, POOL.draw(np.random.default_rng(1)))
    assert found.fixed is None
    assert found.relative_efficiency is None


def test_the_scenario_of_the_documentation_runs():
    page = Path(__file__).parents[2] / "docs" / "psychometrics" / "simulation.md"
    text = re.search("```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    scenario = parse_scenario(tomllib.loads(text[1]))
    assert scenario.plan.stopping.classification.indifference == 0.3
    small = replace(scenario.population, examinees=100)
    exposure = replace(scenario.exposure, rounds=1, examinees=100)
    assert run_scenario(replace(scenario, population=small, exposure=exposure)).fixed.whole.attempts == 200
