"""Cut scores from examinees: closed forms and repeated samples."""

import numpy as np
import pytest
from scipy.stats import norm

from psychometrics import (
    ContrastingGroups,
    ContrastingRule,
    CutPlan,
    HofsteeJudgments,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    NotEstimable,
    ScoreShares,
    borderline_group,
    contrasting_groups,
    hofstee,
)

QUICK = CutPlan(replicates=200)
BARE = CutPlan(replicates=2)


def judgments(count: int = 1, **changes: object) -> HofsteeJudgments:
    sides = {"lowest_cut": 40, "highest_cut": 60, "lowest_failing": 0.2, "highest_failing": 0.6}
    return HofsteeJudgments(**{name: np.full(count, value) for name, value in (sides | changes).items()})


def two_groups(
    rng: np.random.Generator,
    sizes: tuple[int, int] = (300, 300),
    spread: tuple[float, float] = (4, 4),
    decimals: int = 1,
) -> ContrastingGroups:
    scores = np.concatenate([rng.normal(12, spread[0], sizes[0]), rng.normal(18, spread[1], sizes[1])])
    return ContrastingGroups(np.round(scores, decimals), np.repeat([0, 1], sizes))


# --- Hofstee


def test_the_compromise_is_where_line_and_curve_meet():
    scores = np.arange(0, 100, 0.01)
    found = hofstee(judgments(), scores, QUICK)
    # c / 100 = 0.6 − 0.02 (c − 40)
    assert found.cut.value == pytest.approx(140 / 3, abs=0.01)
    assert found.failing == pytest.approx(140 / 300, abs=0.001)
    assert found.outcome == "crossing"
    assert found.outcomes["crossing"] == 1


def test_the_compromise_on_whole_scores_balances_the_curve_between_them():
    rng = np.random.default_rng(1)
    scores = rng.binomial(60, 0.7, 500)
    found = hofstee(judgments(lowest_cut=30, highest_cut=45), scores, QUICK)
    line = 0.6 - 0.4 * (found.cut.value - 30) / 15
    curve = ScoreShares.of(scores)
    assert np.interp(found.cut.value, curve.knots, curve.rates) == pytest.approx(line)
    assert curve.below(np.floor(found.cut.value)) <= line <= curve.below(np.ceil(found.cut.value))


def test_a_curve_beside_the_box_leaves_the_nearest_cut():
    assert hofstee(judgments(), np.arange(20.0), QUICK).outcome == "lowest_cut"
    assert hofstee(judgments(), np.arange(20.0), QUICK).cut.value == 40
    high = hofstee(judgments(), np.arange(70.0, 90.0), QUICK)
    assert (high.outcome, high.cut.value, high.failing) == ("highest_cut", 60, 0)
    certain = hofstee(judgments(highest_cut=40), np.arange(100.0), QUICK)
    assert (certain.outcome, certain.cut.value) == ("crossing", 40)
    at_the_top = hofstee(judgments(lowest_cut=10, highest_cut=90), np.full(50, 30.0), QUICK)
    assert at_the_top.cut.value == pytest.approx(30)


def test_hofstee_errors_are_those_of_repeated_panels_and_samples():
    rng = np.random.default_rng(2)

    def study(plan: CutPlan):
        low = rng.normal(40, 3, 12)
        fail = rng.uniform(0.05, 0.15, 12)
        sides = HofsteeJudgments(low, low + rng.uniform(10, 20, 12), fail, fail + rng.uniform(0.2, 0.4, 12))
        return hofstee(sides, rng.normal(52, 10, 250), plan).cut

    truth = np.std([study(BARE).value for _ in range(400)])
    errors = [study(QUICK).standard_error for _ in range(40)]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(truth, rel=0.1)


def test_judgments_that_contradict_themselves_are_named():
    with pytest.raises(InvalidParameters, match="Judge 0: a lowest acceptable value is above the highest"):
        judgments(lowest_cut=61)
    with pytest.raises(InvalidParameters, match="between 0 and 1"):
        judgments(highest_failing=60)
    with pytest.raises(InvalidResponses, match="no scores"):
        hofstee(judgments(), [])


# --- contrasting groups


@pytest.mark.parametrize("method", ["logistic", "equal_error", "normal"])
def test_groups_alike_in_spread_are_divided_midway(method):
    rng = np.random.default_rng(3)
    found = contrasting_groups(two_groups(rng, (4000, 4000)), ContrastingRule(method), QUICK)
    assert found.cut.value == pytest.approx(15, abs=3.5 * found.cut.standard_error)
    assert 0 < found.cut.standard_error < 0.2
    assert found.cut.lower < 15 < found.cut.upper
    assert found.false_positive == pytest.approx(norm.sf(3 / 4), abs=0.02)
    assert found.false_negative == pytest.approx(norm.cdf(-3 / 4), abs=0.02)
    assert found.failed == 0


@pytest.mark.parametrize("method", ["logistic", "equal_error", "normal"])
def test_a_cut_between_balanced_groups_does_not_depend_on_their_sizes(method):
    rng = np.random.default_rng(4)
    groups = two_groups(rng, (1500, 6000))
    balanced = contrasting_groups(groups, ContrastingRule(method), QUICK).cut
    assert balanced.value == pytest.approx(15, abs=3.5 * balanced.standard_error)
    as_found = contrasting_groups(groups, ContrastingRule(method, balanced=False), QUICK).cut
    if method != "equal_error":
        # log odds of the sizes over the slope of the logit, Δ / σ²
        assert as_found.value == pytest.approx(15 - np.log(4) * 16 / 6, abs=0.5)
    assert as_found.value < balanced.value - 1


@pytest.mark.parametrize("method", ["logistic", "normal"])
def test_worse_false_passes_raise_the_cut_by_the_log_of_the_loss(method):
    found = contrasting_groups(
        two_groups(np.random.default_rng(5), (5000, 5000)), ContrastingRule(method, loss_ratio=3), BARE
    )
    assert found.cut.value == pytest.approx(15 + np.log(3) * 16 / 6, abs=0.4)


def test_equal_errors_are_equal_and_weigh_the_loss():
    groups = two_groups(np.random.default_rng(6), (3000, 3000), (4, 2), decimals=9)
    found = contrasting_groups(groups, ContrastingRule("equal_error"), BARE)
    assert found.false_positive == pytest.approx(found.false_negative, abs=0.002)
    # Equal distance in standard deviations: (c − 12) / 4 = (18 − c) / 2
    assert found.cut.value == pytest.approx(16, abs=0.15)
    dear = contrasting_groups(groups, ContrastingRule("equal_error", loss_ratio=2), BARE)
    assert 2 * dear.false_positive == pytest.approx(dear.false_negative, abs=0.002)


def test_normal_densities_are_equal_at_the_cut():
    groups = two_groups(np.random.default_rng(7), (800, 500), (5, 2))
    found = contrasting_groups(groups, ContrastingRule("normal"), BARE).cut.value
    low, high = (groups.scores[groups.competent == kind] for kind in (0, 1))
    assert norm.pdf(found, low.mean(), low.std()) == pytest.approx(norm.pdf(found, high.mean(), high.std()))


@pytest.mark.parametrize("method", ["logistic", "equal_error", "normal"])
def test_contrasting_errors_are_those_of_repeated_samples(method):
    rng = np.random.default_rng(8)

    def study(plan: CutPlan):
        groups = two_groups(rng, (80, 120), decimals=0)
        return contrasting_groups(groups, ContrastingRule(method), plan)

    truth = np.std([study(BARE).cut.value for _ in range(400)])
    studies = [study(QUICK) for _ in range(40)]
    for errors in (
        [each.cut.standard_error for each in studies],
        [each.resampled.standard_error for each in studies],
    ):
        assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(truth, rel=0.15)


def test_groups_that_cannot_be_divided_are_refused():
    with pytest.raises(NotEstimable, match="both kinds"):
        ContrastingGroups([1.0, 2.0], [1, 1])
    apart = ContrastingGroups([1.0, 2.0, 3.0, 5.0, 6.0, 7.0], [0, 0, 0, 1, 1, 1])
    with pytest.raises(NotEstimable, match="no finite answer; use equal_error"):
        contrasting_groups(apart, plan=BARE)
    assert 3 <= contrasting_groups(apart, ContrastingRule("equal_error"), BARE).cut.value <= 5
    turned = ContrastingGroups(apart.scores, 1 - apart.competent)
    for method in ("equal_error", "normal"):
        with pytest.raises(NotEstimable, match="No score divides"):
            contrasting_groups(turned, ContrastingRule(method), BARE)
    with pytest.raises(NotEstimable, match="No score divides"):
        contrasting_groups(ContrastingGroups([1.0, 3.0, 5.0, 2.0, 3.0, 0.0], [0, 0, 0, 1, 1, 1]), plan=BARE)


# --- borderline group


def test_the_borderline_cut_is_the_median_with_its_error():
    scores = np.random.default_rng(9).normal(55, 6, 401)
    found = borderline_group(scores, "percent")
    assert found.cut.value == np.median(scores)
    assert found.cut.standard_error == pytest.approx(np.sqrt(np.pi / 2) * 6 / np.sqrt(401), rel=0.2)
    assert found.spread == pytest.approx(scores.std(ddof=1))
    form = ItemParameters.of(np.ones(30), np.linspace(-2, 2, 30))
    assert found.cut.on("raw", form).value == pytest.approx(0.3 * found.cut.value)
    mean = borderline_group(scores, plan=CutPlan("mean", replicates=50)).cut
    assert mean.standard_error == pytest.approx(scores.std(ddof=1) / np.sqrt(401))


def test_schools_judge_alike():
    rng = np.random.default_rng(10)
    schools = np.repeat(np.arange(12), 20)
    scores = rng.normal(0, 3, 12)[schools] + rng.normal(0, 3, 240)
    alone = borderline_group(scores, plan=QUICK).cut
    together = borderline_group(scores, schools=schools.tolist(), plan=QUICK).cut
    assert together.value == alone.value
    assert together.standard_error > 2 * alone.standard_error


def test_results_depend_on_the_seed_alone():
    groups = two_groups(np.random.default_rng(11))
    rule = ContrastingRule("equal_error")
    one, again = (contrasting_groups(groups, rule, QUICK).cut for _ in range(2))
    assert one == again
    assert contrasting_groups(groups, rule, CutPlan(replicates=200, seed=1)).cut != one
