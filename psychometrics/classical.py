"""Classical item analysis: difficulty, discrimination, distractors, coefficient alpha.

Missing responses are taken as not presented: totals are then mean scores over the presented items, which for
complete data give exactly the usual correlations with the sum score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable
from psychometrics.responses import ResponseMatrix, as_response_matrix


@dataclass(frozen=True, eq=False)
class ItemStatistics:
    """Arrays of shape (J,): times presented ``n``, proportion right ``p``, correlation of the item with the
    total (``point_biserial``) and with the total of the other items (``item_rest``). NaN where undefined."""

    n: IntArray
    p: FloatArray
    point_biserial: FloatArray
    item_rest: FloatArray


@dataclass(frozen=True, eq=False)
class OptionTable:
    """How often each option of one item was chosen, by group of total score from lowest to highest.

    ``counts`` and ``proportions`` are (options, groups), ``group_sizes`` (groups,), ``mean_total`` and
    ``point_biserial`` (options,): mean total of those who chose it, and correlation of choosing it with the
    total. ``None`` among ``options`` stands for omitted.
    """

    options: tuple[str | None, ...]
    group_sizes: IntArray
    counts: IntArray
    proportions: FloatArray
    mean_total: FloatArray
    point_biserial: FloatArray


@dataclass(frozen=True)
class AlphaCoefficient:
    """Coefficient alpha with its confidence interval."""

    estimate: float
    lower: float
    upper: float
    confidence: float


def item_statistics(responses: ResponseMatrix | ArrayLike) -> ItemStatistics:
    """Classical statistics of each item of responses (N, J). Raises InvalidResponses."""
    matrix = as_response_matrix(responses)
    presented, right = matrix.item_totals()
    cells = matrix.to_sparse()
    examinee = np.repeat(np.arange(matrix.examinees), np.diff(cells.starts))
    answered = np.diff(cells.starts)[examinee].astype(float)
    total = np.bincount(examinee, weights=cells.scores, minlength=matrix.examinees)[examinee]
    scores = cells.scores.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        whole, rest = total / answered, (total - scores) / (answered - 1)
        share = right / presented
    return ItemStatistics(
        n=presented,
        p=share,
        point_biserial=_grouped_correlation(cells.items, scores, whole, matrix.items),
        item_rest=_grouped_correlation(cells.items, scores, rest, matrix.items),
    )


def option_table(choices: Sequence[str | None], totals: ArrayLike, *, groups: int = 5) -> OptionTable:
    """Distractor table of one item from the chosen options (N,) and total scores or θ (N,).

    Groups are cut at quantiles of the totals, so equal totals share a group and sizes may differ.
    Raises InvalidResponses and InvalidParameters.
    """
    values = finite_vector(totals, "totals")
    if len(values) != len(choices) or len(choices) == 0:
        raise InvalidResponses(f"{len(choices)} choices do not match {len(values)} totals.")
    if groups < 2:
        raise InvalidParameters("A distractor table needs two or more groups.")
    edges = np.quantile(values, np.arange(1, groups) / groups)
    group = np.searchsorted(edges, values, side="left")
    named = sorted({choice for choice in choices if choice is not None})
    options: tuple[str | None, ...] = (*named, *([None] if None in choices else []))
    chosen = np.array([[choice == option for choice in choices] for option in options])
    sizes = np.bincount(group, minlength=groups)
    counts = np.stack([np.bincount(group[row], minlength=groups) for row in chosen])
    return OptionTable(
        options=options,
        group_sizes=sizes,
        counts=counts,
        proportions=counts / np.where(sizes > 0, sizes, np.nan),
        mean_total=np.array([values[row].mean() for row in chosen]),
        point_biserial=np.array([_correlation(row.astype(float), values) for row in chosen]),
    )


def cronbach_alpha(responses: ArrayLike, *, confidence: float = 0.95) -> AlphaCoefficient:
    """Coefficient alpha of complete item scores (N, J), with the interval of Feldt (1965).

    (1 − α) / (1 − α̂) follows F with (N − 1) and (N − 1)(J − 1) degrees of freedom. Item scores may be partial
    credit. Raises InvalidResponses for missing cells and NotEstimable without score variance.
    """
    table = np.asarray(responses, dtype=float)
    if table.ndim != 2 or not np.isfinite(table).all() or (table < 0).any():
        raise InvalidResponses("Coefficient alpha needs a complete table of examinees by items.")
    examinees, items = table.shape
    if examinees < 2 or items < 2 or np.ptp(table.sum(axis=1)) == 0:
        raise NotEstimable("Coefficient alpha needs two or more items and examinees with different totals.")
    if not 0 < confidence < 1:
        raise InvalidParameters("Confidence must lie between 0 and 1.")
    own = table.var(axis=0, ddof=1).sum()
    alpha = items / (items - 1) * (1 - own / table.sum(axis=1).var(ddof=1))
    freedom = (examinees - 1, (examinees - 1) * (items - 1))
    tail = (1 - confidence) / 2
    return AlphaCoefficient(
        estimate=float(alpha),
        lower=float(1 - (1 - alpha) * fdtri(*freedom, 1 - tail)),
        upper=float(1 - (1 - alpha) * fdtri(*freedom, tail)),
        confidence=confidence,
    )


def _grouped_correlation(group: IntArray, first: FloatArray, second: FloatArray, count: int) -> FloatArray:
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


def _correlation(first: FloatArray, second: AnyArray) -> float:
    return float(_grouped_correlation(np.zeros(len(first), dtype=np.int64), first, second, 1)[0])
