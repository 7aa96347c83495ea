"""What a simulation tells of a group of examinees: precision, use of the pool, content, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.simulation.administrations import AdaptiveSimulation

COVERAGE_LEVEL = 0.95
_HALF_WIDTH = NormalDist().inv_cdf(0.5 + COVERAGE_LEVEL / 2)


@dataclass(frozen=True)
class Precision:
    """Errors of θ̂ over n attempts, each figure with its Monte Carlo standard error where it has one.

    ``bias`` is the mean of θ̂ − θ, ``rmse`` the root of its mean square, ``standard_error`` the root of the
    mean squared error that the attempts report, ``coverage`` the share whose interval θ̂ ± 1.96 SE holds θ,
    ``length`` the mean number of items. Errors of the figures: Koehler, Brown & Haneuse (2009); NaN for one
    attempt.
    """

    bias: float
    bias_error: float
    rmse: float
    rmse_error: float
    standard_error: float
    coverage: float
    coverage_error: float
    length: float

    @classmethod
    def of(cls, theta: FloatArray, estimate: FloatArray, error: FloatArray, length: AnyArray) -> Precision:
        """From four arrays (n,)."""
        count = len(theta)
        off = estimate - theta
        rmse = float(np.sqrt(np.mean(off**2)))
        coverage = float(np.mean(np.abs(off) <= _HALF_WIDTH * error))
        many = count > 1
        square_error = float(np.std(off**2, ddof=1)) / np.sqrt(count) if many else float("nan")
        return cls(
            bias=float(off.mean()),
            bias_error=float(np.std(off, ddof=1) / np.sqrt(count)) if many else float("nan"),
            rmse=rmse,
            rmse_error=square_error / (2 * rmse) if rmse > 0 else 0.0,
            standard_error=float(np.sqrt(np.mean(error**2))),
            coverage=coverage,
            coverage_error=float(np.sqrt(coverage * (1 - coverage) / count)),
            length=float(length.mean()),
        )


@dataclass(frozen=True, eq=False)
class PoolUse:
    """How evenly n attempts used the J items of a pool.

    ``rates`` (J,): share of the attempts that met each item. ``overlap``: mean number of items that two
    different attempts have in common, by the mean length (Chen, Ankenmann & Spray 2003); NaN for one
    attempt. ``unused``: share of the pool never given. ``unevenness``: Σ (rate − mean rate)² / mean rate
    (Chang & Ying 1999), 0 if all items are given equally often.
    """

    rates: FloatArray
    highest: float
    unused: float
    overlap: float
    unevenness: float

    @classmethod
    def of(cls, counts: IntArray, attempts: int) -> PoolUse:
        """From the number of attempts that met each item, (J,)."""
        rates = counts / attempts
        given, mean = float(counts.sum()), float(rates.mean())
        pairs = float((counts.astype(float) * (counts - 1)).sum())
        shared = pairs / (given * (attempts - 1)) if attempts > 1 and given else float("nan")
        return cls(
            rates=rates,
            highest=float(rates.max()),
            unused=float(np.mean(counts == 0)),
            overlap=shared,
            unevenness=float(((rates - mean) ** 2).sum() / mean) if mean > 0 else 0.0,
        )


@dataclass(frozen=True)
class CutDecisions:
    """Decisions at one cut: shares of all attempts.

    ``accuracy``: placed on the right side of the cut. ``false_above``: above although truly at or below,
    ``false_below`` the other way. ``consistency``: two independent attempts of an examinee agree;
    ``kappa`` the same beyond chance (Cohen 1960). Both NaN without a second replication, ``kappa`` also if
    all are placed alike.
    """

    cut: float
    accuracy: float
    false_above: float
    false_below: float
    consistency: float
    kappa: float


@dataclass(frozen=True)
class Decisions:
    """Decisions at each cut, and ``accuracy``, ``consistency`` and ``kappa`` of the whole category."""

    cuts: tuple[CutDecisions, ...]
    accuracy: float
    consistency: float
    kappa: float

    @classmethod
    def of(cls, cuts: Sequence[float], theta: FloatArray, placed: IntArray) -> Decisions:
        """From true θ (N,) and the number of cuts below each examinee in R attempts, (R, N)."""
        truth = (theta[:, None] > np.array(cuts)).sum(axis=1)
        found = []
        for number, cut in enumerate(cuts):
            above, really = placed > number, truth > number
            found.append(
                CutDecisions(
                    cut=float(cut),
                    accuracy=float(np.mean(above == really)),
                    false_above=float(np.mean(above & ~really)),
                    false_below=float(np.mean(~above & really)),
                    consistency=_consistency(above),
                    kappa=_kappa(above.astype(np.int64), 2),
                )
            )
        return cls(
            cuts=tuple(found),
            accuracy=float(np.mean(placed == truth)),
            consistency=_consistency(placed),
            kappa=_kappa(placed, len(cuts) + 1),
        )


def _consistency(placed: AnyArray) -> float:
    """Share of pairs of neighbouring replications (R, N) that agree."""
    return float(np.mean(placed[1:] == placed[:-1])) if len(placed) > 1 else float("nan")


def _kappa(placed: IntArray, categories: int) -> float:
    if len(placed) < 2:
        return float("nan")
    shares = np.bincount(placed.ravel(), minlength=categories) / placed.size
    chance = float((shares**2).sum())
    return (_consistency(placed) - chance) / (1 - chance) if chance < 1 else float("nan")


@dataclass(frozen=True, eq=False)
class Figures:
    """Everything about one set of attempts; ``violations`` is the share that misses the content."""

    attempts: int
    precision: Precision
    use: PoolUse
    violations: float
    decisions: Decisions | None

    @classmethod
    def of(
        cls, runs: Sequence[AdaptiveSimulation], cuts: Sequence[float], rows: AnyArray | None = None
    ) -> Figures:
        """Figures of R replications of the same N examinees, or of those at ``rows``."""
        chosen = np.arange(len(runs[0].theta)) if rows is None else np.asarray(rows)

        def joined(name: str) -> AnyArray:
            return np.concatenate([getattr(run, name)[chosen] for run in runs])

        given = joined("given")
        counts = np.bincount(given[given >= 0], minlength=runs[0].items)
        placed = np.stack([placements(run, cuts)[chosen] for run in runs])
        theta = runs[0].theta[chosen]
        return cls(
            attempts=len(given),
            precision=Precision.of(
                joined("theta"), joined("estimate"), joined("standard_error"), joined("length")
            ),
            use=PoolUse.of(counts, len(given)),
            violations=float(joined("violated").mean()),
            decisions=Decisions.of(cuts, theta, placed) if len(cuts) else None,
        )


def placements(run: AdaptiveSimulation, cuts: Sequence[float]) -> IntArray:
    """Number of ``cuts`` below each examinee, (N,): as the attempt's own stop decided for the same cuts."""
    if run.cuts == tuple(cuts):
        return np.asarray(run.category, dtype=np.int64)
    return np.asarray((run.estimate[:, None] > np.array(cuts)).sum(axis=1))
