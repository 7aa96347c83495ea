"""Classes of the size of an effect: A negligible, B moderate, C large."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray

ETS_CRITICAL = 1.645
"""One-sided 5 % point of the normal distribution, of the test that |delta| exceeds 1."""

ZUMBO_THOMAS = (0.13, 0.26)
JODOIN_GIERL = (0.035, 0.07)
STANDARDIZED_MEAN = (0.17, 0.25)
SIBTEST_LIMITS = (0.059, 0.088)


def classes_between(effect: ArrayLike, limits: tuple[float, float]) -> AnyArray:
    """A below the first limit in absolute value, C from the second on, B between; "" for NaN."""
    size = np.abs(np.asarray(effect, dtype=np.float64))
    result = np.where(size < limits[0], "A", np.where(size < limits[1], "B", "C"))
    return np.where(np.isnan(size), "", result)


def ets_classes(delta: FloatArray, standard_error: FloatArray, p_value: FloatArray) -> AnyArray:
    """ETS classes of delta-MH (Zieky 1993).

    A: |delta| < 1 or not significant at 5 %. C: |delta| ≥ 1.5 and significantly above 1. B: the rest.
    """
    size = np.abs(delta)
    large = (size >= 1.5) & (size - 1 > ETS_CRITICAL * standard_error)
    small = (size < 1) | ~(p_value < 0.05)
    result = np.where(small, "A", np.where(large, "C", "B"))
    return np.where(np.isnan(delta), "", result)


def polytomous_classes(standardized: FloatArray, p_value: FloatArray) -> AnyArray:
    """Classes of the mean difference in standard deviations of the item, as in NAEP (Allen et al. 1999).

    A: not significant at 5 % or at most 0.17. C: above 0.25. B: the rest.
    """
    result = classes_between(standardized, STANDARDIZED_MEAN)
    return np.where((result != "") & ~(p_value < 0.05), "A", result)
