"""The cut of a panel of judges from the cuts of its members, who may sit at tables.

Judges who talk at a table agree more than strangers do, so that tables, not judges, are the independent
units: the standard error is that of a cluster sample (Cochran 1977, ch. 9; Mitzel, Lewis, Patz & Green 2001).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.standard_setting.cut_scores import CutPlan, CutScore, ScoreUnit

BLOCK_DRAWS = 1_000_000
"""Bootstrap draws held at once."""


@dataclass(frozen=True, eq=False)
class PanelCut:
    """Cut of R judges.

    ``cut`` has the error of a cluster sample and Student's interval if the statistic is the mean, the
    bootstrap's if it is the median; ``resampled`` has the bootstrap's anyway. ``rater_cuts`` (R,);
    ``table_cuts`` by label of the table, empty without tables; ``table_correlation`` is the intraclass
    correlation of judges at one table, 0 without tables. NaN errors: one judge or one table alone.
    """

    cut: CutScore
    resampled: CutScore
    rater_cuts: FloatArray
    table_cuts: dict[Hashable, float]
    table_correlation: float


def panel_cut(
    rater_cuts: ArrayLike,
    unit: ScoreUnit,
    tables: Sequence[Hashable] | None = None,
    plan: CutPlan | None = None,
) -> PanelCut:
    """Cut of a panel from those of its judges (R,), with ``tables`` (R,) labels of their tables.

    The bootstrap draws n − 1 of the n independent units (tables, else judges), which makes its variance of a
    mean unbiased (Rao & Wu 1988). Raises InvalidParameters.
    """
    settings = plan or CutPlan()
    cuts = finite_vector(rater_cuts, "rater_cuts")
    if len(cuts) == 0:
        raise InvalidParameters("A panel needs at least one judge.")
    labels, units = table_codes(tables, len(cuts))
    value = float(settings.summary(cuts))
    resampled = CutScore.from_replicates(
        value, _replicates(cuts, units, settings), unit, settings.confidence
    )
    analytic = _sampled_cut(cuts, units, value, unit, settings)
    return PanelCut(
        cut=analytic if settings.statistic == "mean" else resampled,
        resampled=resampled,
        rater_cuts=cuts,
        table_cuts={
            label: float(settings.summary(cuts[units == code])) for code, label in enumerate(labels)
        },
        table_correlation=_table_correlation(cuts, units) if labels else 0.0,
    )


def table_codes(tables: Sequence[Hashable] | None, judges: int) -> tuple[list[Hashable], IntArray]:
    """Labels of tables in order of appearance and each judge's independent unit (R,)."""
    if tables is None:
        return [], np.arange(judges)
    if len(tables) != judges:
        raise InvalidParameters(f"{len(tables)} tables were given for {judges} judges.")
    labels = list(dict.fromkeys(tables))
    place = {label: code for code, label in enumerate(labels)}
    return labels, np.array([place[table] for table in tables], dtype=np.int64)


def unit_draws(units: int, plan: CutPlan) -> Iterator[AnyArray]:
    """Bootstrap draws (B, n − 1) of ``units`` (Rao & Wu 1988), some replicates at a time."""
    rng, width = np.random.default_rng(plan.seed), max(units - 1, 1)
    block = max(1, BLOCK_DRAWS // width)
    for start in range(0, plan.replicates, block):
        yield rng.integers(0, units, size=(min(block, plan.replicates - start), width))


def _sampled_cut(
    cuts: FloatArray, units: IntArray, value: float, unit: ScoreUnit, plan: CutPlan
) -> CutScore:
    count = int(units.max()) + 1
    if count < 2:
        return CutScore(value, np.nan, np.nan, np.nan, unit, plan.confidence)
    sizes = np.bincount(units).astype(np.float64)
    within, between = _components(cuts, units)
    variance = within / len(cuts) + between * (sizes @ sizes) / len(cuts) ** 2
    error = float(np.sqrt(variance))
    reach = float(stdtrit(count - 1, plan.tails[1])) * error
    return CutScore(value, error, value - reach, value + reach, unit, plan.confidence)


def _components(cuts: FloatArray, units: IntArray) -> tuple[float, float]:
    """Variances within and between units by analysis of variance, none below zero (Searle 1971, ch. 11)."""
    sizes = np.bincount(units).astype(np.float64)
    means = np.bincount(units, cuts) / sizes
    freedom = len(cuts) - len(sizes)
    squares = sizes @ (means - cuts.mean()) ** 2 / (len(sizes) - 1)
    if freedom == 0:
        return 0.0, float(squares)
    within = float(((cuts - means[units]) ** 2).sum() / freedom)
    typical = (len(cuts) - sizes @ sizes / len(cuts)) / (len(sizes) - 1)
    between = (squares - within) / typical
    if between > 0:
        return within, float(between)
    return float(np.var(cuts, ddof=1)), 0.0


def _table_correlation(cuts: FloatArray, units: IntArray) -> float:
    if units.max() == 0 or len(cuts) == units.max() + 1:
        return float("nan")
    within, between = _components(cuts, units)
    return between / (within + between) if within + between > 0 else 0.0


def _replicates(cuts: FloatArray, units: IntArray, plan: CutPlan) -> FloatArray:
    members = [cuts[units == code] for code in range(int(units.max()) + 1)]
    if len(members) == 1:
        return np.full(plan.replicates, np.nan)
    if len({len(member) for member in members}) == 1:
        table = np.stack(members)
        return np.concatenate(
            [plan.summary(table[draws].reshape(len(draws), -1)) for draws in unit_draws(len(members), plan)]
        )
    rows = (row for draws in unit_draws(len(members), plan) for row in draws)
    return np.array([plan.summary(np.concatenate([members[code] for code in row])) for row in rows])
