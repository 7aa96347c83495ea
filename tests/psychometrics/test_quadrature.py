import numpy as np
import pytest

from psychometrics import InvalidParameters, Quadrature


def test_weights_integrate_the_normal_moments():
    grid = Quadrature.equal_spaced(mean=0.5, standard_deviation=0.8)
    assert grid.weights.sum() == pytest.approx(1)
    assert grid.weights @ grid.nodes == pytest.approx(0.5, abs=1e-9)
    assert grid.weights @ (grid.nodes - 0.5) ** 2 == pytest.approx(0.64, abs=1e-7)


def test_default_grid_has_spacing_one_fifth():
    grid = Quadrature.equal_spaced()
    assert len(grid) == 61
    assert np.diff(grid.nodes) == pytest.approx(np.full(60, 0.2))


@pytest.mark.parametrize(
    ("nodes", "weights"), [([0, 1], [1]), ([1, 0], [1, 1]), ([0, 1], [0, 0]), ([0, 1], [-1, 2]), ([0], [1])]
)
def test_impossible_grids_are_refused(nodes, weights):
    with pytest.raises(InvalidParameters):
        Quadrature(np.array(nodes, dtype=float), np.array(weights, dtype=float))


def test_impossible_spacing_is_refused():
    with pytest.raises(InvalidParameters):
        Quadrature.equal_spaced(lower=1, upper=-1)
