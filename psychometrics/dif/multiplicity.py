"""Control of false discoveries among many items."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """p-values of the same shape adjusted to control the false discovery rate; NaN stays NaN.

    Rejecting those below q keeps the expected share of false rejections below q (Benjamini & Hochberg 1995).
    """
    given = np.asarray(p_values, dtype=np.float64)
    known = given[~np.isnan(given)]
    if ((known < 0) | (known > 1)).any():
        raise InvalidParameters("p-values must lie between 0 and 1.")
    order = np.argsort(-known, kind="stable")
    scaled = known[order] * len(known) / np.arange(len(known), 0, -1)
    adjusted = np.empty_like(known)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    result = np.full_like(given, np.nan)
    result[~np.isnan(given)] = adjusted
    return result
