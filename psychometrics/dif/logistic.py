"""Differential item functioning by logistic regression, ordinal for more than two scores.

Three nested models of the item score: on the matching variable; with the group (uniform difference); with
the group's interaction with the matching variable (non-uniform). Swaminathan & Rogers (1990); Zumbo (1999);
for several focal groups at once Magis, Raîche, Béland & Gérard (2011).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.dif.counts import ContrastCells, StratifiedCounts
from psychometrics.dif.effect_classes import JODOIN_GIERL, ZUMBO_THOMAS, classes_between
from psychometrics.dif.groups import Contrast
from psychometrics.dif.mantel import ChiSquared
from psychometrics.dif.multiplicity import benjamini_hochberg
from psychometrics.dif.plan import DifPlan
from psychometrics.dif.purification import purified
from psychometrics.errors import InvalidParameters
from psychometrics.ordinal_regression import fit_ordinal
from psychometrics.responses import ResponseMatrix, as_response_matrix

DifKind = Literal["total", "uniform", "nonuniform"]

BLOCK_CELLS = 2_000_000
"""Counts held at once, so that a continuous matching variable does not fill the memory."""


@dataclass(frozen=True, eq=False)
class LogisticDif:
    """Results of one contrast of G groups; arrays (J,) unless said otherwise.

    ``uniform`` tests the group's effect with G − 1 degrees of freedom, ``nonuniform`` its interaction with
    the matching variable, ``total`` both. ``log_odds`` (J, G − 1) is the uniform effect, focal over
    reference, with its standard error: negative against the focal group. ``interaction`` (J, G − 1) is the
    change of it per standard deviation of the matching variable. ``r_squared_*`` are the increments of
    Nagelkerke's R²; ``zumbo_thomas`` and ``jodoin_gierl`` classify the total increment. ``tested`` names the
    test that decides on ``adjusted`` and ``flagged``.
    """

    contrast: Contrast
    tested: DifKind
    uniform: ChiSquared
    nonuniform: ChiSquared
    total: ChiSquared
    log_odds: FloatArray
    log_odds_error: FloatArray
    interaction: FloatArray
    r_squared_uniform: FloatArray
    r_squared_nonuniform: FloatArray
    zumbo_thomas: AnyArray
    jodoin_gierl: AnyArray
    adjusted: FloatArray
    flagged: AnyArray
    anchors: AnyArray
    converged: AnyArray
    rounds: int = 1
    settled: bool = True

    @property
    def r_squared_total(self) -> FloatArray:
        """Increment of Nagelkerke's R² by group and interaction together."""
        return np.asarray(self.r_squared_uniform + self.r_squared_nonuniform)

    @property
    def classes(self) -> AnyArray:
        """Classes of Jodoin & Gierl (2001)."""
        return self.jodoin_gierl

    @property
    def effect(self) -> FloatArray:
        """Uniform log odds of the first focal group; negative against it."""
        return np.asarray(self.log_odds[:, 0])

    @property
    def p_value(self) -> FloatArray:
        """p-value of the test that decides."""
        tested: ChiSquared = getattr(self, self.tested)
        return tested.p_value


def logistic_dif(
    responses: ResponseMatrix | ArrayLike,
    contrast: Contrast,
    plan: DifPlan | None = None,
    *,
    categories: ArrayLike = 2,
    tested: DifKind = "total",
) -> LogisticDif:
    """Logistic regression analysis of every item, for two or more groups.

    ``responses`` (N, J), −1 or NaN for not presented; ``categories`` is read for arrays only. Items that
    everybody scored alike get NaN. Raises InvalidParameters and InvalidResponses.
    """
    if tested not in get_args(DifKind):
        raise InvalidParameters(f"Unknown test {tested!r}; choose one of {', '.join(get_args(DifKind))}.")
    settings = plan or DifPlan()
    matrix = as_response_matrix(responses, categories)
    cells = ContrastCells.of(matrix, contrast, settings.matching)
    outcome = purified(
        _analysis(cells, contrast, settings, tested), settings.first_anchors(matrix.items), settings
    )
    return replace(outcome.result, rounds=outcome.rounds, settled=outcome.settled)


def _analysis(
    cells: ContrastCells, contrast: Contrast, plan: DifPlan, tested: DifKind
) -> Callable[[AnyArray], LogisticDif]:
    def analyse(anchors: AnyArray) -> LogisticDif:
        points = cells.points(anchors)
        fits = NestedFits.empty(cells.items, len(contrast.labels) - 1)
        for items in _item_blocks(cells):
            fits.fill(items, cells.stratified(items, points, exact=True))
        freedom = np.where(np.isnan(fits.log_likelihood[:, 0]), 0.0, len(contrast.labels) - 1.0)
        gains = 2 * np.maximum(np.diff(fits.log_likelihood, axis=1), 0.0)
        tests: dict[DifKind, ChiSquared] = {
            "uniform": ChiSquared.of(gains[:, 0], freedom),
            "nonuniform": ChiSquared.of(gains[:, 1], freedom),
            "total": ChiSquared.of(gains.sum(axis=1), 2 * freedom),
        }
        increments = np.diff(fits.nagelkerke, axis=1)
        p_value = tests[tested].p_value
        adjusted = benjamini_hochberg(p_value) if plan.adjust else p_value
        deciding = {"uniform": increments[:, 0], "nonuniform": increments[:, 1]}
        size = deciding.get(tested, increments.sum(axis=1))
        return LogisticDif(
            contrast=contrast,
            tested=tested,
            uniform=tests["uniform"],
            nonuniform=tests["nonuniform"],
            total=tests["total"],
            log_odds=fits.log_odds,
            log_odds_error=fits.log_odds_error,
            interaction=fits.interaction,
            r_squared_uniform=increments[:, 0],
            r_squared_nonuniform=increments[:, 1],
            zumbo_thomas=classes_between(increments.sum(axis=1), ZUMBO_THOMAS),
            jodoin_gierl=classes_between(increments.sum(axis=1), JODOIN_GIERL),
            adjusted=adjusted,
            flagged=plan.flags(adjusted, ~(size >= JODOIN_GIERL[0])),
            anchors=anchors,
            converged=fits.converged,
        )

    return analyse


def _item_blocks(cells: ContrastCells) -> Iterator[IntArray]:
    depth = len(cells.groups) if cells.theta is not None else int(cells.highest.sum()) + 1
    width = depth * cells.group_count * (int(cells.highest.max()) + 1)
    size = max(1, BLOCK_CELLS // width)
    for start in range(0, cells.items, size):
        yield np.arange(start, min(start + size, cells.items))


@dataclass(frozen=True, eq=False)
class NestedFits:
    """What the three models give for each item; filled block by block."""

    log_likelihood: FloatArray
    nagelkerke: FloatArray
    log_odds: FloatArray
    log_odds_error: FloatArray
    interaction: FloatArray
    converged: AnyArray

    @classmethod
    def empty(cls, items: int, focal: int) -> NestedFits:
        """NaN for every item, until it is fitted."""
        three, each = np.full((items, 3), np.nan), np.full((items, focal), np.nan)
        converged = np.zeros(items, dtype=bool)
        return cls(three, three.copy(), each, each.copy(), each.copy(), converged)

    def fill(self, items: IntArray, strata: StratifiedCounts) -> None:
        """Fit ``items`` from their counts, those with the same number of used scores together."""
        used = strata.counts.sum(axis=(1, 2)) > 0
        everybody = (strata.sizes.sum(axis=1) > 0).all(axis=1)
        for categories in np.unique(used.sum(axis=1)):
            rows = np.flatnonzero((used.sum(axis=1) == categories) & everybody)
            if categories >= 2 and len(rows):
                kept = np.stack([np.flatnonzero(used[row]) for row in rows])
                counts = np.take_along_axis(strata.counts[rows], kept[:, None, None, :], axis=3)
                self._fit(items[rows], counts, strata.values[rows])

    def _fit(self, items: IntArray, counts: FloatArray, values: FloatArray) -> None:
        count, strata, groups, categories = counts.shape
        flat = counts.reshape(count, strata * groups, categories)
        total = flat.sum(axis=(1, 2))
        share = flat.sum(axis=1)
        null = xlogy(share, share / total[:, None]).sum(axis=1)
        design = _design(counts.sum(axis=3), values)
        converged = np.ones(count, dtype=bool)
        for model, width in enumerate((1, groups, 2 * groups - 1)):
            fit = fit_ordinal(flat, design[:, :, :width])
            converged &= fit.converged
            self.log_likelihood[items, model] = fit.log_likelihood
            ceiling = -np.expm1(2 * null / total)
            self.nagelkerke[items, model] = -np.expm1(2 * (null - fit.log_likelihood) / total) / ceiling
            if model == 1:
                variance = np.einsum("jdd->jd", fit.covariance)[:, categories:]
                self.log_odds[items] = fit.coefficients[:, categories:]
                self.log_odds_error[items] = np.sqrt(np.maximum(variance, 0.0))
        self.interaction[items] = fit.coefficients[:, categories + groups - 1 :]
        self.converged[items] = converged


def _design(sizes: FloatArray, values: FloatArray) -> FloatArray:
    """Regressors (J, S·G, 2G − 1): standardized matching variable, groups, products of both."""
    items, strata, groups = sizes.shape
    weight = sizes.sum(axis=2)
    total = weight.sum(axis=1, keepdims=True)
    mean = (weight * values).sum(axis=1, keepdims=True) / total
    spread = np.sqrt((weight * (values - mean) ** 2).sum(axis=1, keepdims=True) / total)
    matched = (values - mean) / np.where(spread > 0, spread, 1.0)
    belongs = np.eye(groups)[:, 1:]
    design = np.empty((items, strata, groups, 2 * groups - 1))
    design[..., 0] = matched[:, :, None]
    design[..., 1:groups] = belongs
    design[..., groups:] = matched[:, :, None, None] * belongs
    return design.reshape(items, strata * groups, 2 * groups - 1)
