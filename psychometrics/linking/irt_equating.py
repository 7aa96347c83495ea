"""Equating of forms whose items are on one θ scale: by true scores and by observed scores.

True scores: Lord (1980, ch. 13), with Kolen's (1981) line below the sum of guessing. Observed scores: the
score distributions of Lord & Wingersky (1984) over a population of θ, equated by percentiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.ability import sum_score_distribution
from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.item_collections import (
    ItemCollection,
    category_probabilities,
    expected_item_scores,
    highest_scores,
)
from psychometrics.linking.link import Linking
from psychometrics.linking.parameter_tables import LabelledCovariance, ParameterTable
from psychometrics.linking.score_equating import EquatedScores, equate_distributions
from psychometrics.linking.transformation import ScaleTransformation
from psychometrics.quadrature import Quadrature

FARTHEST = 200.0
BISECTIONS = 120
STEP = 1e-5


@dataclass(frozen=True, eq=False)
class CalibratedForm:
    """``items`` of a form and, for standard errors, the covariance of the calibration they come from;
    ``rows`` (J,) says which items of that calibration they are, the first J unless given."""

    items: ItemCollection
    covariance: LabelledCovariance | None = None
    rows: AnyArray | None = None

    def parameter_covariance(self) -> FloatArray:
        """Covariance of the parameters in the order of their table."""
        rows = np.arange(len(self.items)) if self.rows is None else np.asarray(self.rows)
        return ParameterTable.of(self.items).covariance(self.covariance, rows)

    def changes(self, theta: FloatArray) -> FloatArray:
        """Derivatives of the category probabilities at θ by each parameter of the item, (K, Q, J, C)."""
        table = ParameterTable.of(self.items)
        parts = []
        for column in range(table.values.shape[1]):
            moved = []
            for step in (STEP, -STEP):
                values = table.values.copy()
                values[:, column] += step
                shifted = ParameterTable(table.names, values).rebuilt(self.items)
                moved.append(category_probabilities(theta, shifted))
            known = np.isfinite(table.values[:, column])[None, :, None]
            parts.append(np.where(known, (moved[0] - moved[1]) / (2 * STEP), 0.0))
        return np.stack(parts)


def true_score_equating(
    new: CalibratedForm, old: CalibratedForm, link: Linking | None = None
) -> EquatedScores:
    """Old-form true scores at the θ of each true score of the new form.

    ``link``, when given, moves the new form's scale to the old one's; its standard error then counts as
    independent of the parameters. Standard errors (Lord 1982 by the delta method) are zero where no
    covariance is given, and NaN below the sum of guessing. Scores at or above the sum of upper asymptotes
    take the highest score. Raises NotEstimable if the new form's curve does not rise.
    """
    move = ScaleTransformation() if link is None else link.transformation
    highest = int(highest_scores(new.items).sum())
    scores = np.arange(highest + 1, dtype=np.float64)
    floor, ceiling = _ends(new.items)
    old_floor, old_ceiling = _ends(old.items)
    inside = (scores > floor + 1e-9) & (scores < ceiling - 1e-9)
    theta = _theta_of(scores[inside], new.items)
    moved = move.theta(theta)
    equivalents = np.empty(highest + 1)
    equivalents[inside] = expected_item_scores(moved, old.items).sum(axis=1)
    low = scores <= floor + 1e-9
    equivalents[low] = scores[low] * (old_floor / floor if floor > 0 else 1.0)
    high = ~inside & ~low
    top = float(highest_scores(old.items).sum())
    equivalents[high] = np.where(scores[high] >= highest, top, old_ceiling)
    errors = np.full(highest + 1, np.nan)
    errors[inside] = _true_score_errors((new, old), (theta, moved), link)
    return EquatedScores(scores, equivalents, errors, "true score", np.full(10, np.nan))


def observed_score_equating(
    new: CalibratedForm,
    old: CalibratedForm,
    quadrature: Quadrature | None = None,
    link: Linking | None = None,
) -> EquatedScores:
    """Equipercentile equivalents of the model's score distributions in the population of ``quadrature``.

    The population is on the old form's scale; ``link`` moves the new form to it. Standard errors by the delta
    method from the parameters' covariances (zero where none is given); the population is taken as known.
    """
    grid = quadrature or Quadrature.equal_spaced()
    move = ScaleTransformation() if link is None else link.transformation
    moved = move.inverse().theta(grid.nodes)
    first, first_factor = _score_factor(new, moved, grid.weights)
    second, second_factor = _score_factor(old, grid.nodes, grid.weights)
    blocks = [first_factor, np.zeros((len(first), second_factor.shape[1]))]
    others = [np.zeros((len(second), first_factor.shape[1])), second_factor]
    if link is not None and np.isfinite(link.covariance).all():
        blocks.append(_link_factor(new.items, moved, grid.weights, link))
        others.append(np.zeros((len(second), 2)))
    return equate_distributions(
        (first, np.concatenate(blocks, axis=1)),
        (second, np.concatenate(others, axis=1)),
        "uniform",
        "observed score",
    )


def _ends(items: ItemCollection) -> tuple[float, float]:
    """Limits of the expected score at minus and plus infinity."""
    ends = expected_item_scores([-FARTHEST, FARTHEST], items).sum(axis=1)
    return float(ends[0]), float(ends[1])


def _theta_of(scores: FloatArray, items: ItemCollection) -> FloatArray:
    """θ (n,) at which the test characteristic curve has the given true scores, by bisection."""
    grid = np.linspace(-8.0, 8.0, 321)
    if (np.diff(expected_item_scores(grid, items).sum(axis=1)) < -1e-10).any():
        raise NotEstimable("The new form's characteristic curve falls somewhere: check its keys.")
    low, high = np.full(len(scores), -FARTHEST), np.full(len(scores), FARTHEST)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        below = expected_item_scores(middle, items).sum(axis=1) < scores
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if np.all(high - low < 1e-13 * np.maximum(1.0, np.abs(middle))):
            break
    return np.asarray(0.5 * (low + high))


def _true_score_errors(
    forms: tuple[CalibratedForm, CalibratedForm], thetas: tuple[FloatArray, FloatArray], link: Linking | None
) -> FloatArray:
    slopes = [_slope(form.items, theta) for form, theta in zip(forms, thetas, strict=True)]
    stretch = 1.0 if link is None else link.transformation.slope
    ratio = slopes[1] * stretch / slopes[0]
    variance = np.zeros(len(ratio))
    for form, theta, factor in zip(forms, thetas, (ratio, np.ones_like(ratio)), strict=True):
        changes = form.changes(theta)
        by_score = changes @ np.arange(changes.shape[3], dtype=np.float64)
        gradient = by_score.transpose(1, 2, 0).reshape(len(theta), -1) * factor[:, None]
        variance += np.einsum("np,pr,nr->n", gradient, form.parameter_covariance(), gradient, optimize=True)
    if link is not None and np.isfinite(link.covariance).all():
        variance += (slopes[1] * link.theta_error(thetas[0])) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _slope(items: ItemCollection, theta: FloatArray) -> FloatArray:
    slopes = items.category_curves(theta).slope
    return np.asarray((slopes @ np.arange(slopes.shape[2], dtype=np.float64)).sum(axis=1))


def _score_factor(
    form: CalibratedForm, theta: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Score distribution (S,) in the population and a factor of its covariance from the parameters' one."""
    distribution = sum_score_distribution(form.items, theta) @ weights
    if form.covariance is None:
        return distribution, np.zeros((len(distribution), 0))
    changes = form.changes(theta)
    gradient = np.zeros((len(distribution), len(form.items), len(changes)))
    for item in range(len(form.items)):
        rest = _without(form.items, item, theta) * weights
        for score in range(int(highest_scores(form.items)[item]) + 1):
            gradient[score : score + len(rest), item] += rest @ changes[:, :, item, score].T
    covariance = form.parameter_covariance()
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return distribution, gradient.reshape(len(distribution), -1) @ root


def _without(items: ItemCollection, item: int, theta: FloatArray) -> FloatArray:
    """Distribution of the score on the other items, (S', Q)."""
    if len(items) < 2:
        raise InvalidParameters("A form needs two or more items.")
    return sum_score_distribution(items.take(np.delete(np.arange(len(items)), item)), theta)


def _link_factor(items: ItemCollection, moved: FloatArray, weights: FloatArray, link: Linking) -> FloatArray:
    """Change of the new form's score distribution by the errors of the link, (S, 2)."""
    up, down = (sum_score_distribution(items, moved + step) for step in (STEP, -STEP))
    by_theta = (up - down) / (2 * STEP) * weights
    slope = link.transformation.slope
    gradient = np.stack([by_theta @ (-moved / slope), by_theta.sum(axis=1) * (-1 / slope)], axis=1)
    values, vectors = np.linalg.eigh(link.covariance)
    return np.asarray(gradient @ (vectors * np.sqrt(np.maximum(values, 0.0))))
