"""Posteriors in 32 bits change neither the estimates nor the log-likelihood by what anybody would see."""

import numpy as np
import pytest

from psychometrics import (
    CalibrationPlan,
    GradedItems,
    ItemParameters,
    MixedItems,
    ResponseMatrix,
    calibrate,
    simulate_responses,
)

LOOSE = 1e-4


def data(shape):
    """Right–wrong and graded items met by 3,000 examinees: all, half of them, or half and sparse."""
    rng = np.random.default_rng(17)
    right_wrong = ItemParameters.of(np.exp(rng.normal(0, 0.3, 40)), rng.normal(0, 1, 40))
    graded = GradedItems(np.full(5, 1.2), np.tile([-1.0, 0.0, 1.0], (5, 1)))
    items = MixedItems((right_wrong, graded), (np.arange(40), np.arange(40, 45)))
    table = simulate_responses(rng.normal(size=3000), items, rng)
    categories = items.category_counts
    if shape != "complete":
        table[rng.random(table.shape) < 0.4] = -1
    if shape != "sparse":
        return ResponseMatrix.from_array(table, categories)
    rows, columns = np.nonzero(table >= 0)
    return ResponseMatrix.from_triples(rows, columns, table[rows, columns], table.shape, categories)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", ["complete", "incomplete", "sparse"])
def test_loose_calibration_is_the_strict_one(shape, weighted):
    matrix, models = data(shape), ["2pl"] * 40 + ["graded"] * 5
    weights = np.random.default_rng(18).uniform(0.5, 2, 3000) if weighted else None
    strict = calibrate(matrix, model=models, plan=CalibrationPlan(weights=weights, standard_errors="none"))
    plan = CalibrationPlan(tolerance=LOOSE, weights=weights, standard_errors="none")
    loose = calibrate(matrix, model=models, plan=plan)
    assert plan.single_precision
    assert loose.converged
    assert loose.log_likelihood == pytest.approx(strict.log_likelihood, rel=2e-7)
    for ours, theirs in zip(loose.items.parts, strict.items.parts, strict=True):
        assert ours.discrimination == pytest.approx(theirs.discrimination, abs=2 * LOOSE)
    assert loose.iterations <= strict.iterations + 2


def test_loose_calibration_is_the_same_on_every_run():
    matrix, models = data("sparse"), ["2pl"] * 40 + ["graded"] * 5
    plan = CalibrationPlan(tolerance=LOOSE, standard_errors="none")
    first, second = calibrate(matrix, model=models, plan=plan), calibrate(matrix, model=models, plan=plan)
    assert first.log_likelihood == second.log_likelihood
    assert (first.items.parts[0].difficulty == second.items.parts[0].difficulty).all()
