"""Statistics of each Angoff judge: severity, agreement with the panel, consistency with data and model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability import theta_at_percent
from psychometrics.arrays import AnyArray, FloatArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, expected_item_scores
from psychometrics.standard_setting.angoff import AngoffRatings, filled


@dataclass(frozen=True, eq=False)
class RaterStatistics:
    """Arrays (R,), NaN where undefined.

    ``cut`` in raw points; ``severity`` the cut less the mean cut of all judges: above zero is severe;
    ``spread`` the standard deviation of a judge's ratings over items, as shares of the items' points (near
    zero: one number for every item); ``agreement`` the correlation of them with the mean of the other judges;
    ``difficulty_correlation`` with the observed shares of points.

    From the response model, at the θ where the form is expected to give the judge's own cut (``theta``):
    ``model_correlation`` with the expected shares, ``model_error`` the mean absolute difference from them,
    ``consistency`` its complement as a share of the largest error possible, 0…1 (van der Linden 1982).
    """

    cut: FloatArray
    severity: FloatArray
    spread: FloatArray
    agreement: FloatArray
    difficulty_correlation: FloatArray
    theta: FloatArray
    model_correlation: FloatArray
    model_error: FloatArray
    consistency: FloatArray


def rater_statistics(
    ratings: AngoffRatings,
    form: ItemCollection | None = None,
    p_values: ArrayLike | None = None,
    number: int = -1,
) -> RaterStatistics:
    """Statistics of the judges in round ``number``, counted from 0, by default the last.

    ``form``: the J calibrated items. ``p_values`` (J,): share of the points of each item that examinees
    earned, NaN where unknown. Raises InvalidParameters.
    """
    table, highest = ratings.rounds[number], ratings.highest
    if form is not None and not np.array_equal(form.category_counts - 1, highest):
        raise InvalidParameters("The form must have the rated items with the same highest scores.")
    cuts = filled(table, highest).sum(axis=1)
    shares = table / highest
    observed = np.full(len(highest), np.nan) if p_values is None else _shares(p_values, len(highest))
    model = np.array([_model_fit(row, form) for row in shares])
    return RaterStatistics(
        cut=cuts,
        severity=cuts - cuts.mean(),
        spread=np.array([_spread(row) for row in shares]),
        agreement=np.array([_correlation(row, _others(shares, judge)) for judge, row in enumerate(shares)]),
        difficulty_correlation=np.array([_correlation(row, observed) for row in shares]),
        theta=model[:, 0],
        model_correlation=model[:, 1],
        model_error=model[:, 2],
        consistency=model[:, 3],
    )


def _shares(p_values: ArrayLike, items: int) -> FloatArray:
    values = np.array(p_values, dtype=np.float64)
    finite_vector(np.nan_to_num(values), "p_values")
    if len(values) != items or (values < 0).any() or (values > 1).any():
        raise InvalidParameters("p_values needs one share between 0 and 1 for each item.")
    return values


def _others(shares: FloatArray, judge: int) -> FloatArray:
    """Mean of the other judges for each item, NaN where there is none."""
    rest = np.delete(shares, judge, axis=0)
    known = np.isfinite(rest).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(rest, axis=0) / np.where(known > 0, known, np.nan))


def _model_fit(shares: FloatArray, form: ItemCollection | None) -> tuple[float, float, float, float]:
    """θ, correlation, mean absolute error and consistency of one judge's shares (J,)."""
    rated = np.flatnonzero(np.isfinite(shares))
    if form is None or len(rated) == 0:
        return np.nan, np.nan, np.nan, np.nan
    items = form.take(rated)
    highest = items.category_counts - 1
    own = shares[rated]
    theta = theta_at_percent([100 * (own @ highest) / highest.sum()], items)
    expected = expected_item_scores(np.clip(theta, -30, 30), items)[0] / highest
    error = float(np.abs(own - expected).mean())
    largest = float(np.maximum(expected, 1 - expected).mean())
    return float(theta[0]), _correlation(own, expected), error, 1 - error / largest


def _spread(row: FloatArray) -> float:
    known = row[np.isfinite(row)]
    return float(np.std(known, ddof=1)) if len(known) > 1 else float("nan")


def _correlation(left: FloatArray, right: FloatArray) -> float:
    both: AnyArray = np.isfinite(left) & np.isfinite(right)
    if both.sum() < 3 or np.ptp(left[both]) == 0 or np.ptp(right[both]) == 0:
        return float("nan")
    return float(np.corrcoef(left[both], right[both])[0, 1])
