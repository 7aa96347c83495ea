import numpy as np
import pytest

from psychometrics import InvalidParameters, ItemParameters, probability, simulate_responses
from psychometrics.adaptive import AdaptivePlan, AdaptivePool
from psychometrics.simulation import simulate_adaptive


def test_simulated_proportions_follow_the_curves():
    items = ItemParameters.of([0.8, 1.5], [-0.5, 0.7], [0.2, 0.0])
    theta = np.repeat([-1.0, 1.0], 20_000)
    table = simulate_responses(theta, items, np.random.default_rng(1))
    for point, rows in ((-1.0, table[:20_000]), (1.0, table[20_000:])):
        assert rows.mean(axis=0) == pytest.approx(probability([point], items)[0], abs=0.015)


def test_simulation_is_fixed_by_its_generator():
    items = ItemParameters.of(np.ones(30), np.linspace(-2, 2, 30))
    pool = AdaptivePool.build(items, ["all"] * 30, [None] * 30)
    plan = AdaptivePlan({"all": 1}, 5, 10)
    runs = [simulate_adaptive(pool, plan, np.zeros(20), np.random.default_rng(3)) for _ in range(2)]
    assert runs[0].administrations == runs[1].administrations
    assert (runs[0].estimate == runs[1].estimate).all()


def test_simulation_needs_examinees():
    pool = AdaptivePool.build(ItemParameters.of([1.0], [0.0]), ["all"], [None])
    with pytest.raises(InvalidParameters):
        simulate_adaptive(pool, AdaptivePlan({}, 1, 1), [], np.random.default_rng(1))
