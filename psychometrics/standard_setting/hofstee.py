"""Hofstee's compromise between an absolute standard and an acceptable failure rate (Hofstee 1983).

Judges name the lowest and highest cut and the lowest and highest share of failures they would accept. The cut
is where the observed share of failures, rising with the cut, meets the line from (lowest cut, highest share)
to (highest cut, lowest share).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, finite_vector
from psychometrics.errors import InvalidParameters
from psychometrics.standard_setting.cut_scores import CutPlan, CutScore, ScoreUnit
from psychometrics.standard_setting.panels import table_codes, unit_draws
from psychometrics.standard_setting.score_shares import (
    ScoreShares,
    failure_rates,
    first_crossing,
)

HofsteeOutcome = Literal["crossing", "lowest_cut", "highest_cut"]

OUTCOMES: tuple[HofsteeOutcome, ...] = get_args(HofsteeOutcome)


@dataclass(frozen=True, eq=False)
class HofsteeJudgments:
    """One number of each of R judges: acceptable cuts in ``unit``, acceptable failure rates 0…1.

    ``tables`` (R,): labels of the judges' tables. Raises InvalidParameters.
    """

    lowest_cut: FloatArray
    highest_cut: FloatArray
    lowest_failing: FloatArray
    highest_failing: FloatArray
    unit: ScoreUnit = "raw"
    tables: Sequence[Hashable] | None = None

    def __post_init__(self) -> None:
        for name in ("lowest_cut", "highest_cut", "lowest_failing", "highest_failing"):
            object.__setattr__(self, name, finite_vector(getattr(self, name), name))
            if len(getattr(self, name)) != len(self.lowest_cut) or len(self.lowest_cut) == 0:
                raise InvalidParameters("Each judge gives two cuts and two failure rates.")
        crossed = (self.lowest_cut > self.highest_cut) | (self.lowest_failing > self.highest_failing)
        if crossed.any():
            judge = int(np.flatnonzero(crossed)[0])
            raise InvalidParameters(f"Judge {judge}: a lowest acceptable value is above the highest.")
        if (self.lowest_failing < 0).any() or (self.highest_failing > 1).any():
            raise InvalidParameters("Failure rates are shares between 0 and 1.")
        table_codes(self.tables, len(self.lowest_cut))

    @property
    def table(self) -> FloatArray:
        """The four numbers of every judge, (R, 4)."""
        sides = (self.lowest_cut, self.highest_cut, self.lowest_failing, self.highest_failing)
        return np.stack(sides, axis=1)


@dataclass(frozen=True, eq=False)
class HofsteeStandard:
    """``cut`` with the bootstrap's error over judges and examinees, and the share ``failing`` below it.

    ``outcome``: "crossing"; or "lowest_cut" if even that fails more than the panel accepts, and "highest_cut"
    if even that fails fewer: the curve then misses the box and the nearest acceptable cut stands.
    ``box``: lowest and highest cut, lowest and highest failure rate of the panel. ``outcomes``: share of
    bootstrap replicates with each outcome. ``curve``: observed failure rates.
    """

    cut: CutScore
    failing: float
    outcome: HofsteeOutcome
    box: FloatArray
    outcomes: dict[HofsteeOutcome, float]
    curve: ScoreShares


def hofstee(judgments: HofsteeJudgments, scores: ArrayLike, plan: CutPlan | None = None) -> HofsteeStandard:
    """Compromise of the panel's mean or median judgments with the ``scores`` (N,) of examinees.

    Scores are in the unit of the judgments; between observed scores the failure rate is interpolated. Raises
    InvalidParameters.
    """
    settings = plan or CutPlan()
    curve = ScoreShares.of(scores)
    box = settings.summary(judgments.table, axis=0)
    value, outcome = _compromise(box, curve.knots, curve.rates)
    rates = (row for counts in curve.resampled(settings) for row in failure_rates(counts))
    drawn = [
        _compromise(each, curve.knots, row)
        for each, row in zip(_boxes(judgments, settings), rates, strict=True)
    ]
    replicates = np.array([cut for cut, _ in drawn])
    return HofsteeStandard(
        cut=CutScore.from_replicates(value, replicates, judgments.unit, settings.confidence),
        failing=curve.below(value),
        outcome=outcome,
        box=box,
        outcomes={kind: float(np.mean([found == kind for _, found in drawn])) for kind in OUTCOMES},
        curve=curve,
    )


def _boxes(judgments: HofsteeJudgments, plan: CutPlan) -> Iterator[FloatArray]:
    """Boxes of bootstrap panels: tables, else judges, drawn whole."""
    table = judgments.table
    _, units = table_codes(judgments.tables, len(table))
    members = [table[units == code] for code in range(int(units.max()) + 1)]
    for draws in unit_draws(len(members), plan):
        for row in draws:
            yield plan.summary(np.concatenate([members[code] for code in row]), axis=0)


def _compromise(box: FloatArray, knots: FloatArray, rates: FloatArray) -> tuple[float, HofsteeOutcome]:
    """Cut and outcome for failure ``rates`` at ``knots``, linear between them."""
    lowest, highest, fewest, most = (float(side) for side in box)
    ends = np.interp([lowest, highest], knots, rates)
    if ends[0] > most:
        return lowest, "lowest_cut"
    if ends[1] < fewest:
        return highest, "highest_cut"
    if lowest == highest:
        return lowest, "crossing"
    inside = (knots > lowest) & (knots < highest)
    points = np.concatenate([[lowest], knots[inside], [highest]])
    line = most - (most - fewest) * (points - lowest) / (highest - lowest)
    heights = np.concatenate([ends[:1], rates[inside], ends[1:]]) - line
    return float(first_crossing(points, heights[None])[0]), "crossing"
