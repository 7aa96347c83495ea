"""Equating: identities, limits, closed forms, standard errors against simulation."""

from dataclasses import dataclass

import numpy as np
import pytest

from psychometrics import (
    CalibratedForm,
    CommonItems,
    EquatingPlan,
    GradedItems,
    InvalidParameters,
    InvalidResponses,
    ItemParameters,
    MixedItems,
    Quadrature,
    ScaleTransformation,
    equate_groups,
    equate_with_anchor,
    expected_score,
    joint_counts,
    link_scales,
    observed_score_equating,
    score_counts,
    true_score_equating,
)
from psychometrics.linking.continuization import GaussianKernel, UniformKernel
from psychometrics.linking.score_distributions import log_linear, smoothed


@dataclass(frozen=True, eq=False)
class Covariance:
    labels: tuple[tuple[int, str], ...]
    matrix: np.ndarray


def form(seed: int, count: int = 20, shift: float = 0.0, guessing: float = 0.0) -> ItemParameters:
    rng = np.random.default_rng(seed)
    return ItemParameters.of(
        rng.lognormal(0, 0.3, count), rng.normal(shift, 1, count), np.full(count, guessing)
    )


def counts_of(items: ItemParameters, theta: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chance = 1 / (1 + np.exp(-items.discrimination * (theta[:, None] - items.difficulty)))
    return (rng.random(chance.shape) < chance).sum(axis=1)


def covariance_of(items: ItemParameters, size: float, seed: int) -> Covariance:
    labels = tuple((item, name) for item in range(len(items)) for name in ("discrimination", "b1"))
    root = np.random.default_rng(seed).normal(size=(len(labels), 3 * len(labels)))
    return Covariance(labels, size**2 * root @ root.T / (3 * len(labels)))


PLANS = [
    EquatingPlan(),
    EquatingPlan("uniform", smoothing="none"),
    EquatingPlan("uniform"),
    EquatingPlan(bandwidth=np.inf, smoothing="none"),
    EquatingPlan(bandwidth=0.6, smoothing=4),
]


@pytest.mark.parametrize("plan", PLANS)
def test_equating_a_form_to_itself_is_the_identity(plan):
    rng = np.random.default_rng(1)
    counts = score_counts(counts_of(form(1), rng.normal(size=3000), rng), 20)
    result = equate_groups(counts, counts, plan)
    inside = counts > 0
    np.testing.assert_allclose(result.equivalents[inside], result.scores[inside], atol=1e-8)
    np.testing.assert_allclose(result.moment_errors, 0, atol=1e-6)


@pytest.mark.parametrize("plan", PLANS)
def test_equating_is_symmetric(plan):
    rng = np.random.default_rng(2)
    new = score_counts(counts_of(form(1), rng.normal(size=4000), rng), 20)
    old = score_counts(counts_of(form(2, shift=0.4), rng.normal(size=4000), rng), 20)
    there = equate_groups(new, old, plan)
    first, second = (plan.continuous(smoothed(table, plan.smoothing).probabilities) for table in (new, old))
    back = first.quantile(second.cumulative(there.equivalents))
    np.testing.assert_allclose(back[2:-2], there.scores[2:-2], atol=1e-6)
    assert (np.diff(there.equivalents) > 0).all()


def test_an_infinite_bandwidth_is_linear_equating_and_a_huge_one_nearly():
    rng = np.random.default_rng(3)
    new = score_counts(counts_of(form(1), rng.normal(size=2000), rng), 20)
    old = score_counts(counts_of(form(2), rng.normal(size=1500), rng), 20)
    scores = np.arange(21)
    moments = [
        (mean, np.sqrt(table @ (scores - mean) ** 2 / table.sum()))
        for table, mean in ((new, new @ scores / new.sum()), (old, old @ scores / old.sum()))
    ]
    (mean, deviation), (old_mean, old_deviation) = moments
    linear = old_mean + old_deviation / deviation * (scores - mean)
    exact = equate_groups(new, old, EquatingPlan(bandwidth=np.inf, smoothing="none"))
    np.testing.assert_allclose(exact.equivalents, linear, atol=1e-9)
    huge = equate_groups(new, old, EquatingPlan(bandwidth=400.0, smoothing="none"))
    np.testing.assert_allclose(huge.equivalents, linear, atol=1e-4)


def test_the_kernel_keeps_mean_and_variance():
    chances = np.array([0.1, 0.2, 0.05, 0.4, 0.25])
    kernel, points = GaussianKernel(chances, 0.7), np.linspace(-12, 16, 28001)
    density = kernel.density(points)
    mean = np.trapezoid(density * points, points)
    assert mean == pytest.approx(chances @ np.arange(5), abs=1e-9)
    spread = np.trapezoid(density * (points - mean) ** 2, points)
    assert spread == pytest.approx(chances @ (np.arange(5) - mean) ** 2, abs=1e-9)
    for one in (kernel, UniformKernel(chances)):
        step, place = 1e-6, np.array([0.3, 1.7, 3.2])
        slope = (one.cumulative(place + step) - one.cumulative(place - step)) / (2 * step)
        np.testing.assert_allclose(one.density(place), slope, atol=1e-8)
        np.testing.assert_allclose(one.quantile(one.cumulative(place)), place, atol=1e-9)


def test_percentile_ranks_are_the_textbook_ones():
    """P(x) = 100 (F(x − 1) + (x − x* + ½) f(x)) for a score of probability f(x)."""
    chances = np.array([0.2, 0.3, 0.2, 0.2, 0.1])
    kernel = UniformKernel(chances)
    np.testing.assert_allclose(kernel.cumulative(np.arange(5.0)), [0.1, 0.35, 0.6, 0.8, 0.95])
    np.testing.assert_allclose(kernel.quantile(np.array([0.1, 0.5, 1.0])), [0.0, 1.5, 4.5], atol=1e-12)
    gap = UniformKernel(np.array([0.5, 0.0, 0.5]))
    np.testing.assert_allclose(gap.quantile(np.array([0.5])), [1.0])


def test_log_linear_smoothing_keeps_moments_and_knows_its_error():
    rng = np.random.default_rng(4)
    truth = smoothed(score_counts(counts_of(form(1), rng.normal(size=50000), rng), 20), 4).probabilities
    samples = rng.multinomial(2000, truth, size=400).astype(float)
    fits = [smoothed(sample, 4) for sample in samples]
    powers = np.arange(21.0) ** np.arange(1, 5)[:, None]
    np.testing.assert_allclose(powers @ fits[0].probabilities, powers @ samples[0] / 2000, rtol=1e-9)
    spread = np.std([fit.probabilities for fit in fits], axis=0)
    error = np.sqrt((fits[0].factor ** 2).sum(axis=1))
    np.testing.assert_allclose(spread[3:18], error[3:18], rtol=0.2)
    full = smoothed(samples[0][4:17], 12)
    np.testing.assert_allclose(full.probabilities, samples[0][4:17] / samples[0][4:17].sum(), atol=1e-9)
    assert 2 <= smoothed(samples[0], "aic").degree <= 10
    with pytest.raises(InvalidParameters, match="moments"):
        smoothed(samples[0], 40)
    assert log_linear(samples[0], np.arange(21.0)[:, None]).degree == 1


@pytest.mark.parametrize(
    "plan",
    [
        EquatingPlan(bandwidth=0.6, smoothing=4),
        EquatingPlan(bandwidth=np.inf, smoothing="none"),
        EquatingPlan("uniform", smoothing=4),
    ],
)
def test_standard_errors_of_equating_agree_with_the_bootstrap(plan):
    rng = np.random.default_rng(5)
    new = score_counts(counts_of(form(1), rng.normal(size=1500), rng), 20)
    old = score_counts(counts_of(form(2, shift=0.3), rng.normal(size=2000), rng), 20)
    result = equate_groups(new, old, plan)
    again = [
        equate_groups(
            rng.multinomial(1500, smoothed(new, plan.smoothing).probabilities),
            rng.multinomial(2000, smoothed(old, plan.smoothing).probabilities),
            plan,
        ).equivalents
        for _ in range(250)
    ]
    middle = slice(4, 17)
    np.testing.assert_allclose(np.std(again, axis=0)[middle], result.standard_errors[middle], rtol=0.2)


@pytest.mark.parametrize("method", ["post_stratification", "chained"])
def test_an_anchor_corrects_for_different_populations(method):
    """Forms of equal items: the identity is right although the groups differ by 0.5."""
    rng = np.random.default_rng(6)
    items, anchor = form(1), form(3, 10)

    def table(mean: float, size: int, rng: np.random.Generator = rng) -> np.ndarray:
        theta = rng.normal(mean, 1, size)
        return joint_counts(counts_of(items, theta, rng), counts_of(anchor, theta, rng), (20, 10))

    plan = EquatingPlan(bandwidth=0.6, smoothing=3, method=method)
    result = equate_with_anchor(table(0.0, 20000), table(0.5, 20000), plan)
    ignored = equate_groups(table(0.0, 20000).sum(axis=1), table(0.5, 20000).sum(axis=1), plan)
    limit = 0.4 if method == "chained" else 0.8  # post-stratification leaves the anchor's unreliability in
    assert np.abs(result.equivalents - result.scores)[3:18].max() < limit
    assert np.abs(ignored.equivalents - ignored.scores)[8:12].max() > 1.2
    first, second = table(0.0, 1500), table(0.5, 1500)
    once = equate_with_anchor(first, second, plan)
    again = [
        equate_with_anchor(
            rng.multinomial(1500, first.ravel() / 1500).reshape(first.shape),
            rng.multinomial(1500, second.ravel() / 1500).reshape(second.shape),
            plan,
        ).equivalents
        for _ in range(120)
    ]
    np.testing.assert_allclose(np.std(again, axis=0)[5:16], once.standard_errors[5:16], rtol=0.25)


def test_true_scores_of_one_form_equate_to_themselves():
    items = CalibratedForm(form(1, guessing=0.2))
    result = true_score_equating(items, items)
    np.testing.assert_allclose(result.equivalents, result.scores, atol=1e-9)
    assert (result.standard_errors[5:20] == 0).all()
    assert np.isnan(result.standard_errors[:4]).all()


def test_true_scores_follow_the_characteristic_curves():
    new, old = form(1), form(2, 25, shift=0.5)
    result = true_score_equating(CalibratedForm(new), CalibratedForm(old))
    theta = np.array([-1.0, 0.2, 1.4])
    at = np.interp(expected_score(theta, new), result.scores, result.equivalents)
    np.testing.assert_allclose(at, expected_score(theta, old), atol=0.05)
    assert (result.equivalents[0], result.equivalents[-1]) == (0.0, 25.0)


def test_mixed_formats_equate_through_their_score_distributions():
    graded = GradedItems([1.0, 1.4], [[-1.0, 0.0, 1.0], [-0.5, 0.5, 1.5]])
    mixed = MixedItems((form(1, 10), graded), (np.arange(10), np.arange(10, 12)))
    same = observed_score_equating(CalibratedForm(mixed), CalibratedForm(mixed))
    np.testing.assert_allclose(same.equivalents, np.arange(17), atol=1e-9)
    true = true_score_equating(CalibratedForm(mixed), CalibratedForm(form(2, 16)))
    observed = observed_score_equating(CalibratedForm(mixed), CalibratedForm(form(2, 16)))
    assert np.abs(true.equivalents - observed.equivalents)[2:-2].max() < 0.6


def test_standard_errors_of_irt_equating_agree_with_the_bootstrap():
    new, old, rng = form(1), form(2), np.random.default_rng(8)
    covariances = covariance_of(new, 0.08, 1), covariance_of(old, 0.06, 2)
    forms = CalibratedForm(new, covariances[0]), CalibratedForm(old, covariances[1])

    def drawn(items: ItemParameters, covariance: Covariance) -> CalibratedForm:
        moved = rng.multivariate_normal(np.zeros(len(covariance.matrix)), covariance.matrix).reshape(-1, 2)
        return CalibratedForm(
            ItemParameters.of(items.discrimination + moved[:, 0], items.difficulty + moved[:, 1])
        )

    grid = Quadrature.equal_spaced(31, -4, 4)
    for equate in (true_score_equating, lambda a, b: observed_score_equating(a, b, grid)):
        result = equate(*forms)
        pairs = ((drawn(new, covariances[0]), drawn(old, covariances[1])) for _ in range(150))
        again = [equate(*pair).equivalents for pair in pairs]
        np.testing.assert_allclose(np.std(again, axis=0)[2:19], result.standard_errors[2:19], rtol=0.25)


def test_the_link_moves_the_new_form_and_adds_its_error():
    base, truth = form(1), ScaleTransformation(1.2, 0.4)
    new = truth.inverse().items(base)
    exact = link_scales(CommonItems(base, new))
    for equate in (true_score_equating, lambda a, b, link: observed_score_equating(a, b, None, link)):
        result = equate(CalibratedForm(new), CalibratedForm(base), exact)
        np.testing.assert_allclose(result.equivalents, result.scores, atol=1e-6)
    uncertain = link_scales(CommonItems(base, new, covariance_of(base, 0.1, 3), None))
    linked = true_score_equating(CalibratedForm(new), CalibratedForm(base), uncertain)
    step, place = 1e-4, 10
    moved = [
        np.interp(10.0, np.arange(21), true_score_equating(
            CalibratedForm(ScaleTransformation(1.2, 0.4 + change).items(new)), CalibratedForm(base)
        ).equivalents)
        for change in (-step, step)
    ]
    by_intercept = (moved[1] - moved[0]) / (2 * step)
    assert linked.standard_errors[place] > 0
    assert by_intercept > 0
    observed = observed_score_equating(CalibratedForm(new), CalibratedForm(base), None, uncertain)
    np.testing.assert_allclose(observed.standard_errors[5:16], linked.standard_errors[5:16], rtol=0.15)


def test_bad_tables_are_refused():
    with pytest.raises(InvalidResponses, match="between 0 and 3"):
        score_counts([0, 4], 3)
    with pytest.raises(InvalidResponses, match="whole scores"):
        score_counts([0.5], 3)
    with pytest.raises(InvalidResponses, match="negative"):
        equate_groups([1, -1], [1, 1])
    with pytest.raises(InvalidParameters, match="same anchor"):
        equate_with_anchor(np.ones((3, 2)), np.ones((3, 3)))
    with pytest.raises(InvalidParameters, match="bandwidth"):
        equate_groups([1, 2, 1], [1, 2, 1], EquatingPlan(bandwidth=0.0, smoothing="none"))
