"""Linking by the moments of the common items' parameters.

Mean-mean: Loyd & Hoover (1980). Mean-sigma: Marco (1977). For more scores than two all thresholds or steps
count as locations (Cohen & Kim 1998).
"""

from __future__ import annotations

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.errors import NotEstimable
from psychometrics.linking.parameter_tables import ParameterTable
from psychometrics.linking.transformation import ScaleTransformation


def mean_mean(base: ParameterTable, new: ParameterTable) -> ScaleTransformation:
    """A is the ratio of the mean discriminations, B follows from the mean locations."""
    first, second = np.nanmean(base.discrimination), np.nanmean(new.discrimination)
    if not (first > 0 and second > 0):
        raise NotEstimable("Mean-mean linking needs common items with positive discriminations.")
    return _with_mean(base, new, float(second / first))


def mean_sigma(base: ParameterTable, new: ParameterTable) -> ScaleTransformation:
    """A is the ratio of the locations' standard deviations, B follows from their means."""
    first, second = np.nanstd(base.locations), np.nanstd(new.locations)
    if not (first > 0 and second > 0):
        raise NotEstimable("Mean-sigma linking needs two or more common items of different difficulty.")
    return _with_mean(base, new, float(first / second))


def moment_gradient(base: ParameterTable, new: ParameterTable, method: str) -> FloatArray:
    """Derivatives of (A, B) by every parameter of the base and then the new table, (2, 2·J·K); 0 for NaN."""
    link = mean_mean(base, new) if method == "mean_mean" else mean_sigma(base, new)
    slope = link.slope
    parts = []
    for table, sign in ((base, -1.0), (new, 1.0)):
        change = np.zeros((2, *table.values.shape))
        places = [number for number, name in enumerate(table.names) if name.startswith("b")]
        locations = table.values[:, places]
        known = np.isfinite(locations)
        count = known.sum()
        if method == "mean_mean":
            column = table.names.index("discrimination")
            own = table.discrimination
            present = np.isfinite(own)
            change[0, present, column] = sign * slope / (present.sum() * np.nanmean(own))
        else:
            spread = (locations - np.nanmean(locations)) / (count * np.nanvar(locations))
            change[0][:, places] = -sign * slope * np.nan_to_num(spread)
        change[1] = -change[0] * np.nanmean(new.locations)
        change[1][:, places] += known * (1.0 if sign < 0 else -slope) / count
        parts.append(change.reshape(2, -1))
    return np.concatenate(parts, axis=1)


def _with_mean(base: ParameterTable, new: ParameterTable, slope: float) -> ScaleTransformation:
    intercept = np.nanmean(base.locations) - slope * np.nanmean(new.locations)
    return ScaleTransformation(slope, float(intercept))
