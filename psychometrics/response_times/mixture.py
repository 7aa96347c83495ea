"""Rapid guesses and solutions as two lognormal distributions of an item's time (Schnipke & Scrams 1997)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.response_times.times import ResponseTimes, as_response_times

LOWEST_SD = 0.15
"""Of log seconds; a narrower component would stand on a few equal times."""
TRIAL_CYCLES = 30
CYCLES = 300
TOLERANCE = 1e-4
FEWEST_TIMES = 50


@dataclass(frozen=True)
class MixtureRule:
    """When two distributions are believed.

    The Bayesian information criterion must fall by ``evidence`` against one lognormal (10 is very strong:
    Raftery 1995), the distance of the means in pooled standard deviations must be at least ``separation``
    (Ashman, Bird & Zepf 1994 ask for 2), and the faster one must hold at most ``largest_share``.
    Raises InvalidParameters.
    """

    evidence: float = 10.0
    separation: float = 2.0
    largest_share: float = 0.5

    def __post_init__(self) -> None:
        if not (self.evidence >= 0 and self.separation >= 0 and 0 < self.largest_share < 1):
            raise InvalidParameters("A mixture rule needs limits not below 0 and a share between 0 and 1.")


@dataclass(frozen=True, eq=False)
class TimeMixtures:
    """Fitted mixtures of J items.

    ``thresholds`` (J,) in seconds, where both distributions are equally likely, NaN where two are not
    believed; ``share`` (J,) of the faster one; ``means`` and ``sds`` (J, 2) of log seconds, faster first;
    ``evidence`` (J,) is the fall of the information criterion. NaN for items with fewer than 50 times.
    """

    thresholds: FloatArray
    share: FloatArray
    means: FloatArray
    sds: FloatArray
    evidence: FloatArray


@dataclass(frozen=True, eq=False)
class _Components:
    """Shares, means and standard deviations, (J, 2)."""

    share: FloatArray
    mean: FloatArray
    sd: FloatArray


def time_mixtures(times: ResponseTimes | ArrayLike, rule: MixtureRule | None = None) -> TimeMixtures:
    """Fit two lognormal distributions to the times (N, J) of each item by EM, all items at once.

    Raises InvalidResponses.
    """
    given, chosen = as_response_times(times), rule or MixtureRule()
    counts = np.bincount(given.item, minlength=given.shape[1])
    single = _single(given, counts)
    best, fit = _fit(given, _start(given, single, 0.02), TRIAL_CYCLES)
    for quantile in (0.1, 0.3):
        other, its_fit = _fit(given, _start(given, single, quantile), TRIAL_CYCLES)
        best = _chosen(its_fit > fit, other, best)
        fit = np.maximum(fit, its_fit)
    best, fit = _fit(given, best, CYCLES)
    best = _faster_first(best)
    with np.errstate(divide="ignore", invalid="ignore"):
        evidence = 2 * (fit - _log_likelihood(given, single)) - 3 * np.log(counts)
        distance = np.diff(best.mean, axis=1)[:, 0] / np.sqrt((best.sd**2).mean(axis=1))
    enough = counts >= FEWEST_TIMES
    believed = enough & (evidence >= chosen.evidence) & (distance >= chosen.separation)
    believed &= best.share[:, 0] <= chosen.largest_share
    hidden = np.where(enough, 1.0, np.nan)
    return TimeMixtures(
        np.where(believed, np.exp(_crossing(best)), np.nan),
        best.share[:, 0] * hidden,
        best.mean * hidden[:, None],
        best.sd * hidden[:, None],
        evidence * hidden,
    )


def _single(times: ResponseTimes, counts: AnyArray) -> _Components:
    """One lognormal for each item, written as the second of two components."""
    known = np.maximum(counts, 1)
    mean = times.by_item(times.log_seconds) / known
    variance = times.by_item((times.log_seconds - mean[times.item]) ** 2) / known
    sd = np.maximum(np.sqrt(variance), LOWEST_SD)
    share = np.broadcast_to([0.0, 1.0], (len(mean), 2))
    return _Components(share, np.stack([mean, mean], axis=1), np.stack([sd, sd], axis=1))


def _start(times: ResponseTimes, single: _Components, quantile: float) -> _Components:
    """Components on both sides of a quantile of each item's times."""
    order = np.lexsort((times.seconds, times.item))
    counts = np.bincount(times.item, minlength=times.shape[1])
    first = np.cumsum(counts) - counts
    place = np.minimum(first + (quantile * counts).astype(np.int64), max(len(order) - 1, 0))
    edge = times.log_seconds[order][place]
    low = times.log_seconds <= edge[times.item]
    below = np.maximum(times.by_item(low.astype(np.float64)), 1)
    above = np.maximum(counts - below, 1)
    slow_sum = times.by_item(np.where(low, 0.0, times.log_seconds))
    fast_mean = times.by_item(np.where(low, times.log_seconds, 0.0)) / below
    share = np.clip(below / np.maximum(counts, 1), 0.01, 0.5)
    return replace(
        single,
        share=np.stack([share, 1 - share], axis=1),
        mean=np.stack([fast_mean, slow_sum / above], axis=1),
        sd=np.maximum(0.5 * single.sd, LOWEST_SD),
    )


def _fit(times: ResponseTimes, components: _Components, cycles: int) -> tuple[_Components, FloatArray]:
    """EM for some cycles or until no item's likelihood rises; log-likelihood of each item."""
    counts = np.maximum(np.bincount(times.item, minlength=times.shape[1]), 1)
    before = np.full(times.shape[1], -np.inf)
    for _ in range(cycles):
        fast, slow = _densities(times, components)
        total = np.logaddexp(fast, slow)
        now = times.by_item(total)
        if (now - before < TOLERANCE).all():
            break
        before = now
        chance = np.exp(fast - total)
        parts = [_moments(times, weight) for weight in (chance, 1 - chance)]
        share = np.clip(parts[0][0] / counts, 1e-6, 1 - 1e-6)
        components = _Components(
            np.stack([share, 1 - share], axis=1),
            np.stack([part[1] for part in parts], axis=1),
            np.stack([part[2] for part in parts], axis=1),
        )
    return components, before


def _moments(times: ResponseTimes, weight: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum of weights, weighted mean and standard deviation of log seconds of each item, (J,)."""
    total = np.maximum(times.by_item(weight), 1e-12)
    mean = times.by_item(weight * times.log_seconds) / total
    variance = times.by_item(weight * (times.log_seconds - mean[times.item]) ** 2) / total
    return total, mean, np.maximum(np.sqrt(variance), LOWEST_SD)


def _densities(times: ResponseTimes, components: _Components) -> tuple[FloatArray, FloatArray]:
    """log of share × density of both components in each cell."""
    with np.errstate(divide="ignore"):
        scale = np.log(components.share) - np.log(components.sd) - 0.5 * np.log(2 * np.pi)
    columns = tuple(zip(components.mean.T, components.sd.T, strict=True))
    logs = [
        scale[times.item, part]
        - 0.5 * ((times.log_seconds - mean[times.item]) / sd[times.item]) ** 2
        for part, mean, sd in ((0, *columns[0]), (1, *columns[1]))
    ]
    return logs[0], logs[1]


def _log_likelihood(times: ResponseTimes, components: _Components) -> FloatArray:
    return times.by_item(np.logaddexp(*_densities(times, components)))


def _chosen(where: AnyArray, one: _Components, other: _Components) -> _Components:
    rows = where[:, None]
    return _Components(
        np.where(rows, one.share, other.share),
        np.where(rows, one.mean, other.mean),
        np.where(rows, one.sd, other.sd),
    )


def _faster_first(components: _Components) -> _Components:
    order = np.argsort(components.mean, axis=1, kind="stable")
    return _Components(
        np.take_along_axis(components.share, order, axis=1),
        np.take_along_axis(components.mean, order, axis=1),
        np.take_along_axis(components.sd, order, axis=1),
    )


def _crossing(components: _Components) -> FloatArray:
    """log time between the means where share × density of both components is the same, (J,), by halving."""
    low, high = components.mean[:, 0].copy(), components.mean[:, 1].copy()
    for _ in range(60):
        middle = 0.5 * (low + high)
        logs = np.log(components.share) - np.log(components.sd)
        logs = logs - 0.5 * ((middle[:, None] - components.mean) / components.sd) ** 2
        fast = logs[:, 0] > logs[:, 1]
        low, high = np.where(fast, middle, low), np.where(fast, high, middle)
    return np.asarray(0.5 * (low + high))
