"""Size of a difference between two groups' item curves on one θ scale.

Areas between curves: Raju (1988). Differences in the sample of the focal group: Meade (2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, expected_item_scores
from psychometrics.response_models import ItemParameters

AREA_NODES = 4001


@dataclass(frozen=True, eq=False)
class CurveAreas:
    """Signed area, focal difficulty side positive, and unsigned area between the expected score curves, (J,).

    In score points times units of θ. Infinite where the curves' asymptotes differ.
    """

    signed: FloatArray
    unsigned: FloatArray


@dataclass(frozen=True, eq=False)
class SampleDifferences:
    """Focal minus reference expected scores over the θ of the focal group; negative is against it.

    ``signed`` (J,) mean difference in score points (SIDS), ``unsigned`` (J,) mean absolute difference (UIDS),
    ``largest`` (J,) the difference at the θ where it is largest in size (D-max), ``largest_theta`` (J,)
    where that is, ``standardized`` (J,) difference in pooled standard deviations of expected scores (ESSD).
    ``test_signed`` and ``test_unsigned`` are those of the whole form (STDS, UETSDS).
    """

    signed: FloatArray
    unsigned: FloatArray
    largest: FloatArray
    largest_theta: FloatArray
    standardized: FloatArray
    test_signed: float
    test_unsigned: float


def raju_areas(reference: ItemParameters, focal: ItemParameters) -> CurveAreas:
    """Exact areas between the curves of logistic items over the whole θ axis (Raju 1988).

    Signed: (d − c)(b_F − b_R). Unsigned for different slopes: twice the logarithmic term less the signed
    difference. Infinite where lower or upper asymptotes differ.
    """
    _same_length(reference, focal)
    spread = reference.upper_asymptote - reference.guessing
    first, second = reference.discrimination, focal.discrimination
    shift = focal.difficulty - reference.difficulty
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 2 * (second - first) / (first * second)
        bend = first * second * shift / (second - first)
        crossing = np.abs(scale * np.logaddexp(0.0, bend) - shift)
    unsigned = spread * np.where(first == second, np.abs(shift), crossing)
    parallel = (reference.guessing == focal.guessing) & (reference.upper_asymptote == focal.upper_asymptote)
    unequal = ~parallel | (first <= 0) | (second <= 0)
    return CurveAreas(np.where(unequal, np.inf, spread * shift), np.where(unequal, np.inf, unsigned))


def bounded_areas(
    reference: ItemCollection, focal: ItemCollection, lower: float = -6.0, upper: float = 6.0
) -> CurveAreas:
    """Areas between expected score curves on [lower, upper], for items of any format.

    Cohen, Kim & Baker (1993). Raises InvalidParameters.
    """
    _same_length(reference, focal)
    if not lower < upper:
        raise InvalidParameters("An area needs lower < upper.")
    theta = np.linspace(lower, upper, AREA_NODES)
    gap = expected_item_scores(theta, reference) - expected_item_scores(theta, focal)
    signed, unsigned = (np.trapezoid(part, theta, axis=0) for part in (gap, np.abs(gap)))
    return CurveAreas(np.asarray(signed), np.asarray(unsigned))


def sample_differences(
    reference: ItemCollection, focal: ItemCollection, theta: ArrayLike
) -> SampleDifferences:
    """Differences averaged over the θ (N,) of the focal group, for items of any format (Meade 2010)."""
    _same_length(reference, focal)
    points = finite_vector(theta, "theta")
    of_reference, of_focal = expected_item_scores(points, reference), expected_item_scores(points, focal)
    gap = of_focal - of_reference
    place = np.abs(gap).argmax(axis=0)
    pooled = np.sqrt((of_reference.var(axis=0) + of_focal.var(axis=0)) / 2)
    signed = gap.mean(axis=0)
    return SampleDifferences(
        signed=signed,
        unsigned=np.abs(gap).mean(axis=0),
        largest=np.take_along_axis(gap, place[None, :], axis=0)[0],
        largest_theta=points[place],
        standardized=_ratio(signed, pooled),
        test_signed=float(signed.sum()),
        test_unsigned=float(np.abs(gap.sum(axis=1)).mean()),
    )


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _same_length(reference: ItemCollection, focal: ItemCollection) -> None:
    counts: tuple[AnyArray, AnyArray] = (reference.category_counts, focal.category_counts)
    if not np.array_equal(*counts):
        raise InvalidParameters("Both groups need parameters of the same items in the same order.")
