"""Classical item analysis: difficulty, discrimination, coefficient alpha, by group.

Missing responses are taken as not presented: totals are then shares of the points of the presented items,
which for complete data give exactly the usual correlations with the sum score.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.special import fdtri

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable
from psychometrics.pairwise import PairwiseMoments, Table, pairwise_moments
from psychometrics.responses import ResponseMatrix, as_response_matrix


@dataclass(frozen=True, eq=False)
class ItemStatistics:
    """Arrays of shape (J,), NaN where undefined: times presented ``n``, ``p`` (mean share of the item's
    points, for 0/1 items the proportion right), ``mean`` and ``standard_deviation`` of its score, its
    correlation with the total (``point_biserial``) and with the total of the other items (``item_rest``),
    coefficient ``alpha_if_deleted`` of the others. ``category_counts`` (J, C): how often each score was
    given."""

    n: IntArray
    p: FloatArray
    point_biserial: FloatArray
    item_rest: FloatArray
    mean: FloatArray
    standard_deviation: FloatArray
    alpha_if_deleted: FloatArray
    category_counts: IntArray


@dataclass(frozen=True)
class AlphaCoefficient:
    """Coefficient alpha with its confidence interval; for 0/1 items it is KR-20."""

    estimate: float
    lower: float
    upper: float
    confidence: float


def item_statistics(responses: ResponseMatrix | ArrayLike, categories: ArrayLike = 2) -> ItemStatistics:
    """Classical statistics of each item of responses (N, J). Raises InvalidResponses.

    ``categories`` is needed for an array whose scores are more than 0 and 1. ``alpha_if_deleted`` rests on
    the covariances of each pair over the examinees who were given both.
    """
    matrix = as_response_matrix(responses, categories)
    presented, points = matrix.item_totals()
    cells = matrix.to_sparse()
    highest = (matrix.category_counts - 1).astype(np.float64)
    examinee = np.repeat(np.arange(matrix.examinees), np.diff(cells.starts))
    reach = np.bincount(examinee, weights=highest[cells.items], minlength=matrix.examinees)[examinee]
    total = np.bincount(examinee, weights=cells.scores, minlength=matrix.examinees)[examinee]
    scores = cells.scores.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole, rest = total / reach, (total - scores) / (reach - highest[cells.items])
        mean = points / presented
    counts = _category_counts(cells.items, cells.scores, matrix)
    squares = counts @ np.arange(counts.shape[1]) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(presented > 1, (squares - presented * mean**2) / (presented - 1), np.nan)
    return ItemStatistics(
        n=presented,
        p=mean / highest,
        point_biserial=grouped_correlation(cells.items, scores, whole, matrix.items),
        item_rest=grouped_correlation(cells.items, scores, rest, matrix.items),
        mean=mean,
        standard_deviation=np.sqrt(np.maximum(variance, 0.0)),
        alpha_if_deleted=_alpha_if_deleted(_moments(matrix).covariance),
        category_counts=counts,
    )


def item_statistics_by_group(
    responses: ResponseMatrix | ArrayLike, groups: Sequence[Hashable], categories: ArrayLike = 2
) -> dict[Hashable, ItemStatistics]:
    """Statistics within each group of examinees, from the label of each of N rows.

    Groups are in the order in which their labels first appear. Raises InvalidResponses.
    """
    matrix = as_response_matrix(responses, categories)
    if len(groups) != matrix.examinees:
        raise InvalidResponses(f"{len(groups)} group labels do not match {matrix.examinees} examinees.")
    table = matrix.to_array()
    number = {label: place for place, label in enumerate(dict.fromkeys(groups))}
    member = np.array([number[label] for label in groups])
    return {
        label: item_statistics(table[member == place], matrix.category_counts)
        for label, place in number.items()
    }


def cronbach_alpha(
    responses: ArrayLike, *, confidence: float = 0.95, pairwise: bool = False
) -> AlphaCoefficient:
    """Coefficient alpha of item scores (N, J), with the interval of Feldt (1965); KR-20 for 0/1 scores.

    (1 − α) / (1 − α̂) follows F with (N − 1) and (N − 1)(J − 1) degrees of freedom. Item scores may be partial
    credit. With ``pairwise`` scores may be missing (−1 or NaN): covariances are then those of each pair over
    the examinees who have both, and N is the mean number of these; the interval is approximate.
    Raises InvalidResponses for missing cells otherwise, and NotEstimable without score variance.
    """
    if not 0 < confidence < 1:
        raise InvalidParameters("Confidence must lie between 0 and 1.")
    table = np.asarray(responses, dtype=float)
    given = np.nan_to_num(table, nan=-1.0) >= 0
    if table.ndim != 2 or np.isinf(table).any() or not (pairwise or given.all()):
        raise InvalidResponses("Coefficient alpha needs a complete table of examinees by items.")
    items = table.shape[1]
    moments = pairwise_moments(np.where(given, table, 0.0), given.astype(np.float64))
    covariance = moments.covariance
    if items < 2 or np.isnan(covariance).any() or not covariance.sum() > 1e-12:
        raise NotEstimable("Coefficient alpha needs two or more items and examinees with different totals.")
    alpha = _alpha(np.trace(covariance), covariance.sum(), items)
    examinees = moments.common[~np.eye(items, dtype=bool)].mean()
    freedom = (examinees - 1, (examinees - 1) * (items - 1))
    tail = (1 - confidence) / 2
    return AlphaCoefficient(
        estimate=float(alpha),
        lower=float(1 - (1 - alpha) * fdtri(*freedom, 1 - tail)),
        upper=float(1 - (1 - alpha) * fdtri(*freedom, tail)),
        confidence=confidence,
    )


def _alpha(own: FloatArray, total: FloatArray, items: int) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(items / (items - 1) * (1 - own / total))


def _alpha_if_deleted(covariance: FloatArray) -> FloatArray:
    """Alpha of the other items, (J,), NaN where some pair of them was never given together."""
    items = len(covariance)
    if items < 3:
        return np.full(items, np.nan)
    unknown = np.isnan(covariance)
    # Pairs unknown among the other items: all unknown ones less those in the item's own row and column.
    elsewhere = unknown.sum() - 2 * unknown.sum(axis=1) + unknown.diagonal()
    known = np.where(unknown, 0.0, covariance)
    total = known.sum() - 2 * known.sum(axis=1) + known.diagonal()
    own = np.trace(known) - known.diagonal()
    alpha = _alpha(own, np.where(total > 1e-12, total, np.nan), items - 1)
    return np.where(elsewhere == 0, alpha, np.nan)


def _moments(matrix: ResponseMatrix) -> PairwiseMoments:
    values: Table
    given: Table
    if matrix.sparse is None:
        table = matrix.to_array()
        values, given = np.maximum(table, 0).astype(np.float64), (table >= 0).astype(np.float64)
    else:
        cells = matrix.sparse
        values, given = (
            csr_array((part.astype(np.float64), cells.items, cells.starts), shape=matrix.shape)
            for part in (cells.scores, np.ones(len(cells.items)))
        )
    return pairwise_moments(values, given)


def _category_counts(items: IntArray, scores: np.ndarray, matrix: ResponseMatrix) -> IntArray:
    width = int(matrix.category_counts.max())
    counts = np.bincount(items * width + scores, minlength=matrix.items * width)
    return counts.reshape(matrix.items, width)


def grouped_correlation(group: IntArray, first: FloatArray, second: FloatArray, count: int) -> FloatArray:
    """Pearson correlation of ``first`` and ``second`` within each group, (count,); NaN where undefined."""
    known = np.isfinite(second)
    group, first, second = group[known], first[known], second[known]
    size = np.bincount(group, minlength=count)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = first - (np.bincount(group, first, count) / size)[group]
        second = second - (np.bincount(group, second, count) / size)[group]
        spread = np.bincount(group, first**2, count) * np.bincount(group, second**2, count)
        spread = np.where(spread > 1e-24 * size**2, spread, np.nan)
        return np.asarray(np.bincount(group, first * second, count) / np.sqrt(spread))
