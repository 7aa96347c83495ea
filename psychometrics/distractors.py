"""Distractor analysis: how often each option of an item was chosen, by total score and along θ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.classical import grouped_correlation
from psychometrics.errors import InvalidParameters, InvalidResponses


@dataclass(frozen=True, eq=False)
class OptionTable:
    """How often each option of one item was chosen, by group of total score from lowest to highest.

    ``counts`` and ``proportions`` are (options, groups), ``group_sizes`` and ``group_totals`` (groups,), the
    latter the mean total; ``lower`` and ``upper`` bound the proportions at 95 % (Wilson 1927).
    ``mean_total`` and ``point_biserial`` (options,): mean total of those who chose it, and correlation of
    choosing it with the total. ``None`` among ``options`` stands for omitted. NaN in empty groups.
    """

    options: tuple[str | None, ...]
    group_sizes: IntArray
    group_totals: FloatArray
    counts: IntArray
    proportions: FloatArray
    lower: FloatArray
    upper: FloatArray
    mean_total: FloatArray
    point_biserial: FloatArray


@dataclass(frozen=True, eq=False)
class OptionTraces:
    """Trace lines: smoothed ``proportions`` of each option at ``theta`` (P,), with standard errors, both
    (options, P), summing to 1 over options."""

    options: tuple[str | None, ...]
    theta: FloatArray
    proportions: FloatArray
    standard_errors: FloatArray


def option_table(choices: Sequence[str | None], totals: ArrayLike, *, groups: int = 5) -> OptionTable:
    """Distractor table of one item from the chosen options (N,) and total scores or θ (N,).

    Groups are cut at quantiles of the totals, so equal totals share a group and sizes may differ.
    Raises InvalidResponses and InvalidParameters.
    """
    values = _matched(choices, totals)
    if groups < 2:
        raise InvalidParameters("A distractor table needs two or more groups.")
    edges = np.quantile(values, np.arange(1, groups) / groups)
    group = np.searchsorted(edges, values, side="left")
    options, chosen = _chosen(choices)
    sizes = np.bincount(group, minlength=groups)
    counts = np.stack([np.bincount(group[row], minlength=groups) for row in chosen])
    filled = np.where(sizes > 0, sizes, np.nan)
    lower, upper = _wilson(counts, filled)
    single = np.zeros(len(values), dtype=np.int64)
    return OptionTable(
        options=options,
        group_sizes=sizes,
        group_totals=np.bincount(group, values, minlength=groups) / filled,
        counts=counts,
        proportions=counts / filled,
        lower=lower,
        upper=upper,
        mean_total=np.array([values[row].mean() for row in chosen]),
        point_biserial=np.array(
            [grouped_correlation(single, row.astype(float), values, 1)[0] for row in chosen]
        ),
    )


def option_traces(
    choices: Sequence[str | None], theta: ArrayLike, points: ArrayLike, *, bandwidth: float | None = None
) -> OptionTraces:
    """Share of each option along θ by kernel smoothing, from choices (N,) and estimates of θ (N,).

    Gaussian weights around each of ``points`` (P,) (Ramsay 1991); ``bandwidth`` defaults to his
    1.1 σ N^(−1/5). Raises InvalidResponses and InvalidParameters.
    """
    values, places = _matched(choices, theta), finite_vector(points, "points")
    width = 1.1 * float(values.std()) * len(values) ** -0.2 if bandwidth is None else bandwidth
    if not width > 0:
        raise InvalidParameters("Trace lines need θ that differ and a positive bandwidth.")
    distance = (places[:, None] - values) / width
    # The nearest examinee keeps weight 1 where all are far away.
    weights = np.exp(-0.5 * (distance**2 - (distance**2).min(axis=1, keepdims=True)))
    weights /= weights.sum(axis=1, keepdims=True)
    options, chosen = _chosen(choices)
    shares = chosen.astype(np.float64) @ weights.T
    error = np.sqrt(shares * (1 - shares) * (weights**2).sum(axis=1))
    return OptionTraces(options, places, shares, error)


def _matched(choices: Sequence[str | None], totals: ArrayLike) -> FloatArray:
    values = finite_vector(totals, "totals")
    if len(values) != len(choices) or len(choices) == 0:
        raise InvalidResponses(f"{len(choices)} choices do not match {len(values)} totals.")
    return values


def _chosen(choices: Sequence[str | None]) -> tuple[tuple[str | None, ...], AnyArray]:
    """Options in order, omitted last, and who chose each: (options, N)."""
    named = sorted({choice for choice in choices if choice is not None})
    options: tuple[str | None, ...] = (*named, *([None] if None in choices else []))
    return options, np.array([[choice == option for choice in choices] for option in options])


def _wilson(counts: AnyArray, sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    z = float(ndtri(0.975))
    share = counts / sizes
    centre = (share + z**2 / (2 * sizes)) / (1 + z**2 / sizes)
    reach = z * np.sqrt(share * (1 - share) / sizes + z**2 / (4 * sizes**2)) / (1 + z**2 / sizes)
    return np.clip(centre - reach, 0.0, share), np.clip(centre + reach, share, 1.0)
