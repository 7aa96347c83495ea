"""How far one number describes a test with testlets: coefficient omega and explained common variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.multidimensional.grids import MultidimensionalPlan
from psychometrics.multidimensional.layout import Layout
from psychometrics.multidimensional.model import MultidimensionalModel
from psychometrics.multidimensional.structures import Testlets

LOGISTIC_VARIANCE = np.pi**2 / 3


@dataclass(frozen=True, eq=False)
class OmegaCoefficients:
    """Shares of variance in a bifactor model.

    ``hierarchical`` and ``total`` are those of the observed sum score: the share due to the general
    dimension, and to all dimensions, from the model's item curves (Green & Yang 2009).
    ``latent_hierarchical`` and ``latent_total`` are those of the sum of the continuous responses behind the
    items, from standardized loadings (McDonald 1999; Reise 2012). ``common_variance`` is the general
    dimension's share of the common variance (ECV); ``loadings`` (J, 1 + T) are standardized.
    """

    hierarchical: float
    total: float
    latent_hierarchical: float
    latent_total: float
    common_variance: float
    loadings: FloatArray


def omega_coefficients(
    model: MultidimensionalModel, plan: MultidimensionalPlan | None = None
) -> OmegaCoefficients:
    """Omega of a bifactor model. Raises InvalidParameters for scales, which have no general dimension."""
    if not isinstance(model.structure, Testlets):
        raise InvalidParameters("Omega-hierarchical needs a model with a general dimension and testlets.")
    slopes = model.slopes
    loadings = slopes / np.sqrt((slopes**2).sum(axis=1, keepdims=True) + LOGISTIC_VARIANCE)
    sums = loadings.sum(axis=0) ** 2
    whole = sums.sum() + (1 - (loadings**2).sum(axis=1)).sum()
    squares = (loadings**2).sum(axis=0)
    general, common, observed = _score_variances(model, plan or MultidimensionalPlan())
    return OmegaCoefficients(
        hierarchical=general / observed,
        total=common / observed,
        latent_hierarchical=float(sums[0] / whole),
        latent_total=float(sums.sum() / whole),
        common_variance=float(squares[0] / squares.sum()),
        loadings=loadings,
    )


def _score_variances(model: MultidimensionalModel, plan: MultidimensionalPlan) -> tuple[float, float, float]:
    """Variance of the sum score due to the general dimension, to all dimensions, and altogether."""
    layout = Layout.of(model.structure, model.formats, model.category_counts, plan)
    line, specific = layout.lattice.line, layout.specific
    expected = np.zeros(len(line.nodes))
    by_testlets, noise = 0.0, 0.0
    parts = layout.parameters_of(model)
    for block, features in enumerate(layout.features):
        score = np.zeros(len(features))
        spread = np.zeros(len(features))
        for number in layout.block_clusters(block):
            cluster = layout.clusters[number]
            chances = np.exp(cluster.log_probabilities(parts[number], features))
            points = np.arange(cluster.categories, dtype=np.float64)
            mean = chances @ points
            score += mean.sum(axis=0)
            spread += (chances @ points**2 - mean**2).sum(axis=0)
        if len(features) == len(line.nodes):
            expected += score
            noise += float(line.weights @ spread)
            continue
        grid = score.reshape(len(line.nodes), -1)
        mean = grid @ specific.weights
        expected += mean
        by_testlets += float(line.weights @ ((grid - mean[:, None]) ** 2 @ specific.weights))
        noise += float(line.weights @ (spread.reshape(grid.shape) @ specific.weights))
    centre = line.weights @ expected
    general = float(line.weights @ (expected - centre) ** 2)
    return general, general + by_testlets, general + by_testlets + noise
