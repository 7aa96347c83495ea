"""Which common items no longer have the parameters they had.

Robust z: Huynh & Meyer (2010). Root mean square difference of the curves (the root of d²) and the change of
the link when an item is left out show what a shift does to scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.item_collections import ItemCollection, expected_item_scores, highest_scores
from psychometrics.linking.parameter_tables import ParameterTable
from psychometrics.linking.plan import AnchorRule, CommonItems
from psychometrics.linking.transformation import ScaleTransformation
from psychometrics.quadrature import Quadrature

QUARTILES_TO_DEVIATION = 0.74
"""A normal distribution's standard deviation over its interquartile range."""

SMALLEST_RANGE = 1e-9


@dataclass(frozen=True, eq=False)
class AnchorChecks:
    """Arrays (J,) for all common items, on the base scale and under the link of the kept ones.

    ``slope_shift`` log ratio of discriminations new over base; ``location_shift`` new less base, of the
    threshold or step that moved most; ``slope_z`` and ``location_z`` their robust z;
    ``curve_difference`` root mean square difference of expected scores per score point.
    """

    slope_shift: FloatArray
    slope_z: FloatArray
    location_shift: FloatArray
    location_z: FloatArray
    curve_difference: FloatArray

    def reasons(self, rule: AnchorRule) -> dict[int, str]:
        """Items that break the rule, with the reason in words."""
        found: dict[int, str] = {}
        for item in range(len(self.slope_z)):
            parts = []
            if abs(self.location_z[item]) > rule.z_limit and self._moved(self.location_shift, item, rule):
                direction = "harder" if self.location_shift[item] > 0 else "easier"
                parts.append(f"{direction} by {abs(self.location_shift[item]):.2f}")
            if abs(self.slope_z[item]) > rule.z_limit and self._moved(self.slope_shift, item, rule):
                parts.append(f"discrimination times {np.exp(self.slope_shift[item]):.2f}")
            if self.curve_difference[item] > rule.curve_limit:
                parts.append(f"curves differ by {self.curve_difference[item]:.3f}")
            if parts:
                found[item] = ", ".join(parts)
        return found

    def severity(self, rule: AnchorRule) -> FloatArray:
        """How far each item is beyond the rule, (J,): the largest ratio of a measure to its limit."""
        measures = np.stack(
            [
                np.abs(np.nan_to_num(self.location_z)) / rule.z_limit,
                np.abs(np.nan_to_num(self.slope_z)) / rule.z_limit,
                self.curve_difference / rule.curve_limit,
            ]
        )
        return np.asarray(measures.max(axis=0))

    @staticmethod
    def _moved(shift: FloatArray, item: int, rule: AnchorRule) -> bool:
        return bool(abs(shift[item]) > rule.smallest_shift)


def check_anchors(
    common: CommonItems, link: ScaleTransformation, kept: AnyArray, quadrature: Quadrature
) -> AnchorChecks:
    """Measures of every common item; medians and quartiles are those of the ``kept`` ones (mask)."""
    moved = link.items(common.new)
    base, new = ParameterTable.of(common.base), ParameterTable.of(moved)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope_shift = np.log(np.maximum(new.discrimination, 0) / base.discrimination)
    slope_shift[~np.isfinite(slope_shift)] = np.nan
    gaps = new.locations - base.locations
    known = np.isfinite(gaps)
    largest = np.where(known, np.abs(gaps), -1.0).argmax(axis=1)
    location_shift = np.take_along_axis(gaps, largest[:, None], axis=1)[:, 0]
    centre, spread = _robust(gaps[kept & known.any(axis=1)])
    return AnchorChecks(
        slope_shift=slope_shift,
        slope_z=_z(slope_shift, *_robust(slope_shift[kept])),
        location_shift=location_shift,
        location_z=_z(location_shift, centre, spread),
        curve_difference=curve_difference(common.base, moved, quadrature),
    )


def curve_difference(first: ItemCollection, second: ItemCollection, quadrature: Quadrature) -> FloatArray:
    """Root mean square difference of expected scores over the population, per score point, (J,)."""
    gap = expected_item_scores(quadrature.nodes, first) - expected_item_scores(quadrature.nodes, second)
    return np.asarray(np.sqrt(quadrature.weights @ gap**2) / highest_scores(first))


def robust_z(values: FloatArray) -> FloatArray:
    """(value − median) / (0.74 · interquartile range), NaN for NaN; shape kept (Huynh & Meyer 2010)."""
    return _z(values, *_robust(values))


def _robust(values: FloatArray) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return float("nan"), float("nan")
    low, centre, high = np.quantile(known, [0.25, 0.5, 0.75])
    return float(centre), max(float(high - low) * QUARTILES_TO_DEVIATION, SMALLEST_RANGE)


def _z(values: FloatArray, centre: float, spread: float) -> FloatArray:
    return np.asarray((values - centre) / spread)
