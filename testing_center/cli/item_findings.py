"""How each item fits its model: what `synak fit` and the report of `synak calibrate` show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics import (
    GradedItems,
    ItemCollection,
    ItemFit,
    ItemParameters,
    ItemStatistics,
    MeanSquares,
    MixedItems,
    NotEstimable,
    PartialCreditItems,
    Quadrature,
    ResidualFit,
    ResponseMatrix,
    Slopes,
    ThetaGroups,
    benjamini_hochberg,
    estimate_ability,
    infit_outfit,
    item_statistics,
    parameter_counts,
    s_x2,
    theta_groups,
)
from psychometrics.ability import AbilityEstimates
from psychometrics.arrays import AnyArray, FloatArray, IntArray

MEAN_SQUARES = (0.7, 1.3)
"""Infit and outfit that pass for items of an ordinary test (Wright & Linacre 1994)."""
LARGEST_TABLE = 200_000_000
"""More cells than this are never laid out as a table; such data are adaptive, and S-X² has no forms there."""
GROUPS = 10
ITEMS_WITH_ONE_SLOPE = (ItemParameters, GradedItems, PartialCreditItems)


@dataclass(frozen=True, eq=False)
class FitPlan:
    """Population ``grid``, how ``slopes`` were estimated, and the ``significance`` after adjustment.

    ``known``: the parameters come from other examinees, so that none was estimated here.
    """

    grid: Quadrature
    slopes: Slopes = "free"
    known: bool = False
    significance: float = 0.05


@dataclass(frozen=True, eq=False)
class ItemFindings:
    """``item_fit`` is None, and ``reason`` says why, where no set of items has enough examinees.

    ``estimates`` are Warm's, at which the mean squares are taken; ``adjusted`` (J,) is p of S-X² for the
    false discovery rate.
    """

    estimates: AbilityEstimates
    item_fit: ItemFit | None
    reason: str
    adjusted: FloatArray
    residual_fit: ResidualFit
    groups: ThetaGroups
    statistics: ItemStatistics
    significance: float

    @property
    def mean_squares(self) -> MeanSquares:
        """Infit and outfit of the items."""
        return self.residual_fit.items

    @property
    def largest_residual(self) -> FloatArray:
        """Standardized residual of the mean score, of the θ group where it is largest in size: (J,)."""
        table = np.nan_to_num(self.groups.score_residual)
        place = np.abs(table).argmax(axis=1)
        return np.asarray(table[np.arange(len(table)), place])

    @property
    def outside(self) -> AnyArray:
        """Items whose infit or outfit is outside the usual range, (J,) of bool."""
        low, high = MEAN_SQUARES
        parts = (self.mean_squares.infit, self.mean_squares.outfit)
        return np.asarray(np.any([(part < low) | (part > high) for part in parts], axis=0))

    @property
    def misfitting(self) -> AnyArray:
        """Items whose S-X² is significant, (J,) of bool."""
        return np.asarray(self.adjusted < self.significance)

    @property
    def flagged(self) -> AnyArray:
        """Items to look at, (J,) of bool."""
        return np.asarray(self.misfitting | self.outside)

    @property
    def worst_first(self) -> IntArray:
        """Items by adjusted p, then p, then the size of the largest residual."""
        p_value = self.adjusted if self.item_fit is None else self.item_fit.p_value
        keys = (-np.abs(self.largest_residual), np.nan_to_num(p_value, nan=2.0), ~self.flagged)
        return np.asarray(np.lexsort(keys), dtype=np.int64)


def item_findings(matrix: ResponseMatrix, items: ItemCollection, plan: FitPlan) -> ItemFindings:
    """Fit and classical statistics of the items of responses (N, J).

    Raises InvalidParameters and InvalidResponses.
    """
    estimates = estimate_ability(matrix, items, method="wle", quadrature=plan.grid)
    known = np.where(np.isfinite(estimates.standard_error), estimates.theta, np.nan)
    item_fit, reason = _item_fit(matrix, items, plan)
    adjusted = np.full(len(items), np.nan) if item_fit is None else benjamini_hochberg(item_fit.p_value)
    return ItemFindings(
        estimates=estimates,
        item_fit=item_fit,
        reason=reason,
        adjusted=adjusted,
        residual_fit=infit_outfit(matrix, items, known),
        groups=theta_groups(matrix, items, plan.grid, groups=GROUPS),
        statistics=item_statistics(matrix),
        significance=plan.significance,
    )


def slopes_of(models: Sequence[str], items: ItemCollection) -> Slopes:
    """How the slopes were estimated, from the models; equal slopes of a file without models count as one."""
    one_slope = {"rasch", "1pl", "pcm", "rating_scale"}
    if set(models) <= one_slope:
        return "equal"
    return "equal" if set(models) <= one_slope | {"2pl"} and _all_equal(items) else "free"


def _all_equal(items: ItemCollection) -> bool:
    parts = items.parts if isinstance(items, MixedItems) else (items,)
    slopes = [part.discrimination for part in parts if isinstance(part, ITEMS_WITH_ONE_SLOPE)]
    return len(items) > 1 and bool(np.ptp(np.concatenate(slopes)) == 0)


def _item_fit(matrix: ResponseMatrix, items: ItemCollection, plan: FitPlan) -> tuple[ItemFit | None, str]:
    if matrix.sparse is not None and matrix.examinees * matrix.items > LARGEST_TABLE:
        return None, "S-X² is left out: there are too many cells for sum scores of common forms."
    estimated = 0 if plan.known else parameter_counts(items, plan.slopes)
    try:
        return s_x2(matrix, items, plan.grid, estimated_parameters=estimated), ""
    except NotEstimable as error:
        return None, str(error)
