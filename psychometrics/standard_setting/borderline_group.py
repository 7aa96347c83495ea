"""Borderline group: the middle of the scores of examinees judged to be at the border.

Livingston & Zieky (1982): the median, which a few examinees judged wrongly hardly move.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from psychometrics.arrays import finite_vector
from psychometrics.errors import NotEstimable
from psychometrics.standard_setting.cut_scores import MEDIAN_PLAN, CutPlan, CutScore, ScoreUnit
from psychometrics.standard_setting.panels import panel_cut


@dataclass(frozen=True)
class BorderlineStandard:
    """``cut``; ``spread``: standard deviation of the group, which is no smaller than a sound judgment makes
    it: near that of all examinees, the judgments tell little."""

    cut: CutScore
    examinees: int
    spread: float


def borderline_group(
    scores: ArrayLike,
    unit: ScoreUnit = "raw",
    schools: Sequence[Hashable] | None = None,
    plan: CutPlan | None = None,
) -> BorderlineStandard:
    """Cut from ``scores`` (N,) of the group, by default their median with the bootstrap's error.

    ``schools`` (N,): who was judged by the same people; the error is then that of a sample of schools.
    Raises InvalidParameters and NotEstimable.
    """
    group = finite_vector(scores, "scores")
    if len(group) < 2:
        raise NotEstimable("A borderline group needs two or more examinees.")
    found = panel_cut(group, unit, schools, plan or MEDIAN_PLAN)
    return BorderlineStandard(found.cut, len(group), float(group.std(ddof=1)))
