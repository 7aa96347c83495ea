"""Panels, routing and scoring of multistage tests: by hand, against enumeration, exact against simulated."""

from itertools import product

import numpy as np
import pytest

from psychometrics import (
    AssemblyPool,
    FormSpecification,
    GradedItems,
    InformationTarget,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    MixedItems,
    PanelSpecification,
    Quadrature,
    assemble,
    estimate_ability,
    information,
    multistage_plan,
    probability,
)
from psychometrics.multistage import (
    Branch,
    MultistageTest,
    Panel,
    RoutingPlan,
    RoutingRule,
    evaluate_multistage,
    next_module,
    number_correct_table,
    plan_routing,
    simulate_multistage,
)
from psychometrics.simulation import Figures

LENGTH = 7


def panel(length=LENGTH):
    """A 1-3-3 panel, neighbouring levels only."""
    levels = [0.0, -1.2, 0.0, 1.2, -1.2, 0.0, 1.2]
    rng = np.random.default_rng(3)
    difficulty = np.concatenate([level + rng.normal(0, 0.4, length) for level in levels])
    items = ItemParameters.of(np.exp(rng.normal(0.3, 0.2, 7 * length)), difficulty, np.full(7 * length, 0.1))
    modules = [tuple(range(start, start + length)) for start in range(0, 7 * length, length)]
    routes = [(0, i, j) for i, j in product(range(3), range(3)) if abs(i - j) <= 1]
    return Panel(items, ((modules[0],), tuple(modules[1:4]), tuple(modules[4:])), tuple(routes))


PANEL = panel()
TEST = MultistageTest(PANEL, plan_routing(PANEL))
BY_THETA = MultistageTest(PANEL, plan_routing(PANEL, RoutingRule("theta")))


def test_cuts_by_information_lie_where_two_modules_inform_alike():
    plan = plan_routing(PANEL, RoutingRule("theta"))
    for route in PANEL.beginnings:
        branch = plan.branches[route]
        assert branch.destinations == PANEL.destinations(route)
        for place, cut in enumerate(branch.cuts):
            amounts = [
                information([cut], PANEL.items.take(PANEL.stages[len(route)][number])).sum()
                for number in branch.destinations[place : place + 2]
            ]
            assert amounts[0] == pytest.approx(amounts[1], rel=1e-3)
    assert plan.branches[(0, 0)].destinations == (0, 1)
    assert plan.branches[(0, 1)].destinations == (0, 1, 2)


def test_number_correct_cuts_are_the_expected_points_at_the_cut():
    by_theta, by_points = plan_routing(PANEL, RoutingRule("theta")), plan_routing(PANEL)
    for route in PANEL.beginnings:
        thetas = by_theta.branches[route].cuts
        expected = probability(thetas, PANEL.items.take(PANEL.route_items(route))).sum(axis=1)
        assert by_points.branches[route].cuts == tuple(np.ceil(expected))


def test_cuts_by_population_give_each_module_its_share():
    plan = plan_routing(PANEL, RoutingRule("theta", "population", mean=0.5, sd=0.8))
    cuts = np.array(plan.branches[(0,)].cuts)
    theta = np.random.default_rng(1).normal(0.5, 0.8, 100_000)
    shares = np.bincount(np.searchsorted(cuts, theta)) / len(theta)
    assert shares == pytest.approx([1 / 3] * 3, abs=0.006)


def test_a_statistic_at_the_cut_leads_to_the_harder_module():
    branch = Branch((0, 1, 2), (3, 5))
    assert branch.places(np.array([2.0, 3.0, 4.9, 5.0])).tolist() == [0, 1, 1, 2]


def test_one_attempt_goes_from_module_to_module_and_explains_itself():
    first = next_module(TEST, [])
    assert first.items == PANEL.stages[0][0]
    assert first.statistic is None
    weak, strong = next_module(TEST, [[0] * LENGTH]), next_module(TEST, [[1] * LENGTH])
    assert (weak.route, strong.route) == ((0, 0), (0, 2))
    assert strong.statistic == LENGTH
    assert strong.cuts == TEST.routing.branches[(0,)].cuts
    last = next_module(TEST, [[1] * LENGTH, [1] * LENGTH])
    assert last.route == (0, 2, 2)
    assert next_module(TEST, [[1] * LENGTH] * 3) is None
    for scores, words in (([[1]], "7 items"), ([[2] * 7], "not one of"), ([[1] * 7] * 4, "3 stages")):
        with pytest.raises(InvalidResponses, match=words):
            next_module(TEST, scores)


@pytest.mark.parametrize("method", ["number_correct", "theta"])
def test_simulated_attempts_take_the_routes_of_the_live_test(method):
    test = MultistageTest(PANEL, plan_routing(PANEL, RoutingRule(method)))
    found = simulate_multistage(test, np.linspace(-2, 2, 40), np.random.default_rng(5))
    for row in range(40):
        scores = found.run.scores[row].reshape(3, LENGTH).tolist()
        route = tuple(found.modules[row].tolist())
        assert next_module(test, scores[:2]).route == route
        assert found.run.given[row].tolist() == list(PANEL.route_items(route))
        alone = estimate_ability(found.run.scores[row], PANEL.items.take(PANEL.route_items(route)))
        assert alone.theta[0] == pytest.approx(found.run.estimate[row])


def test_exact_routes_and_estimates_equal_the_enumeration_of_all_answers():
    small = Panel(
        ItemParameters.of([1.0, 1.5, 0.8, 1.2, 1.1, 0.9], [0.0, 0.2, -1.0, -0.5, 0.6, 1.0]),
        (((0, 1),), ((2, 3), (4, 5))),
    )
    test = MultistageTest(small, RoutingPlan("number_correct", {(0,): Branch((0, 1), (1,))}))
    grid = Quadrature.equal_spaced()
    exact = evaluate_multistage(test, [-1.0, 0.5])
    likelihoods: dict[tuple, np.ndarray] = {}
    chances = dict.fromkeys(small.routes, 0.0)
    for first in product((0, 1), repeat=2):
        route = next_module(test, [first]).route
        for second in product((0, 1), repeat=2):
            given, scores = list(small.route_items(route)), np.array([*first, *second])
            right = probability(grid.nodes, small.items.take(given))
            key = (route, int(scores.sum()))
            likelihoods[key] = likelihoods.get(key, 0) + np.where(scores, right, 1 - right).prod(axis=1)
            at = probability([-1.0, 0.5], small.items.take(given))
            chances[route] = chances[route] + np.where(scores, at, 1 - at).prod(axis=1)
    for route in small.routes:
        assert exact.routes[route] == pytest.approx(chances[route])
        table = number_correct_table(test, route)
        for points, theta in enumerate(table.theta):
            if (route, points) not in likelihoods:
                assert np.isnan(theta)
                assert table.probability[points] == 0
                continue
            weights = likelihoods[route, points] * grid.weights
            assert theta == pytest.approx(weights @ grid.nodes / weights.sum())


def test_exact_evaluation_agrees_with_simulation():
    points = np.array([-1.5, 0.0, 1.5])
    exact = evaluate_multistage(TEST, points)
    assert sum(exact.routes.values()) == pytest.approx(np.ones(3))
    tables = {route: number_correct_table(TEST, route).theta for route in PANEL.routes}
    for place, theta in enumerate(points):
        found = simulate_multistage(TEST, np.full(6000, theta), np.random.default_rng(place))
        for route, chance in exact.routes.items():
            assert found.route_shares.get(route, 0.0) == pytest.approx(chance[place], abs=0.025)
        totals = found.run.scores.sum(axis=1).tolist()
        routes = map(tuple, found.modules.tolist())
        off = np.array([tables[r][s] for r, s in zip(routes, totals, strict=True)]) - theta
        assert off.mean() == pytest.approx(exact.bias[place], abs=0.025)
        assert np.sqrt(np.mean(off**2)) == pytest.approx(exact.rmse[place], abs=0.02)


def test_a_panel_measures_the_ends_better_than_its_middle_route_alone():
    theta = np.repeat([-2.0, 2.0], 3000)
    routed = simulate_multistage(TEST, theta, np.random.default_rng(2)).run.rmse
    middle = Panel(PANEL.items, PANEL.stages, ((0, 1, 1),))
    fixed = MultistageTest(middle, plan_routing(middle))
    alone = simulate_multistage(fixed, theta, np.random.default_rng(2)).run.rmse
    assert routed < 0.95 * alone


def test_parallel_panels_share_the_examinees_and_figures_are_those_of_any_simulation():
    rng = np.random.default_rng(8)
    pool = ItemParameters.of(np.exp(rng.normal(0, 0.2, 160)), rng.normal(0, 1.1, 160))
    grid = np.array([-1.0, 0.0, 1.0])

    def module(at):
        return FormSpecification(6, 6, target=InformationTarget(np.array([at]), np.array([1.0]), "relative"))

    specification = PanelSpecification(((module(0.0),), (module(-1.0), module(0.0), module(1.0))))
    bank = AssemblyPool(grid, information(grid, pool))
    forms = assemble(bank, multistage_plan(specification, panels=2)).forms
    panels = Panel.from_assembly(pool, specification, forms)
    assert [p.stages[1][2] for p in panels] == [forms[3], forms[7]]
    tests = [MultistageTest(p, plan_routing(p)) for p in panels]
    theta = rng.normal(size=2000)
    found = simulate_multistage(tests, theta, rng)
    assert np.bincount(found.panel_of) == pytest.approx([1000, 1000], abs=100)
    figures = Figures.of([found.run], (0.0,))
    assert figures.use.highest == pytest.approx(0.5, abs=0.05)
    assert figures.precision.length == 12
    assert figures.precision.coverage == pytest.approx(0.95, abs=0.02)
    assert figures.decisions.cuts[0].accuracy > 0.8
    with pytest.raises(InvalidParameters, match="7 forms"):
        Panel.from_assembly(pool, specification, forms[:7])


def test_modules_may_mix_formats():
    graded = GradedItems(np.full(4, 1.3), np.array([[-1.5, -0.5], [0.5, 1.5], [-1.0, 0.0], [0.0, 1.0]]))
    items = MixedItems((ItemParameters.of([1.0, 1.2], [0.0, 0.3]), graded), (np.arange(2), np.arange(2, 6)))
    mixed = Panel(items, (((0, 1),), ((2, 4), (3, 5))))
    test = MultistageTest(mixed, plan_routing(mixed))
    assert next_module(test, [[1, 1]]).items == (3, 5)
    found = simulate_multistage(test, np.zeros(500), np.random.default_rng(1))
    exact = evaluate_multistage(test, [0.0])
    for route, chance in exact.routes.items():
        assert found.route_shares[route] == pytest.approx(chance[0], abs=0.07)
    assert found.run.scores.max() == 2


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Panel(PANEL.items, (((0, 1),),)), "two or more stages"),
        (lambda: Panel(PANEL.items, (((0,), (1,)), ((2,),))), "one module"),
        (lambda: Panel(PANEL.items, (((0, 1),), ((1, 2),))), "1-1 meets an item twice"),
        (lambda: Panel(PANEL.items, (((0,),), ((500,),))), "not among"),
        (lambda: Panel(PANEL.items, (((0,),), ((1,),)), ((0, 1),)), "module of every stage"),
        (lambda: Branch((0, 1), (3, 2)), "one cut between"),
        (lambda: Branch((0, 1, 2), (3, 2)), "must not fall"),
        (lambda: MultistageTest(PANEL, RoutingPlan("theta", {})), "leads to no module"),
        (lambda: RoutingPlan("luck", {}), "number_correct or theta"),
        (lambda: RoutingRule(placement="luck"), "information or population"),
        (lambda: simulate_multistage([], [0.0], np.random.default_rng(1)), "same items"),
        (lambda: simulate_multistage(TEST, [], np.random.default_rng(1)), "at least one"),
        (lambda: evaluate_multistage(BY_THETA, [0.0]), "number-correct"),
        (lambda: number_correct_table(TEST, (0, 0, 2)), "not one of the panel"),
    ],
)
def test_what_cannot_be_is_refused(build, words):
    with pytest.raises(InvalidParameters, match=words):
        build()


def test_modules_in_the_wrong_order_need_other_cuts():
    stages = (PANEL.stages[0], (PANEL.stages[1][2], PANEL.stages[1][0]))
    with pytest.raises(InvalidParameters, match="place cuts by population"):
        plan_routing(Panel(PANEL.items, stages))
