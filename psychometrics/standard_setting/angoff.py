"""Modified Angoff: judges estimate what a candidate at the border scores on each item, in several rounds.

A judge's cut is the sum of their estimates (Angoff 1971; several rounds with discussion and data between
them: Hambleton & Plake 1995; items with more than one point: mean points of such candidates, ibid.).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.standard_setting.cut_scores import CutPlan, CutScore
from psychometrics.standard_setting.panels import PanelCut, panel_cut, table_codes
from psychometrics.standard_setting.variance_components import VarianceComponents, variance_components


@dataclass(frozen=True, eq=False, init=False)
class AngoffRatings:
    """Ratings (K, R, J) of K rounds, R judges, J items in score points, NaN where a judge gave none.

    ``highest`` (J,): highest score of each item, by default 1, when a rating is the probability of a right
    response. ``tables`` (R,): labels of the judges' tables. One round may be given as (R, J).
    Raises InvalidParameters.
    """

    rounds: FloatArray
    highest: IntArray
    tables: tuple[Hashable, ...] | None

    def __init__(
        self,
        rounds: ArrayLike,
        highest: ArrayLike | None = None,
        tables: Sequence[Hashable] | None = None,
    ) -> None:
        ratings = _rounds(rounds)
        points = np.ones(ratings.shape[2], dtype=np.int64) if highest is None else np.array(highest, ndmin=1)
        if points.shape != ratings.shape[2:] or (points < 1).any() or (points % 1 != 0).any():
            raise InvalidParameters("highest needs the highest score, 1 or more, of each rated item.")
        with np.errstate(invalid="ignore"):
            outside = (ratings < 0) | (ratings > points)
        if outside.any():
            number, judge, item = (int(place) for place in np.argwhere(outside)[0])
            raise InvalidParameters(
                f"Round {number}, judge {judge}, item {item}: the rating {ratings[number, judge, item]:g} is "
                f"outside 0 to {points[item]:g}."
            )
        table_codes(tables, ratings.shape[1])
        object.__setattr__(self, "rounds", ratings)
        object.__setattr__(self, "highest", points.astype(np.int64))
        object.__setattr__(self, "tables", None if tables is None else tuple(tables))

    def __len__(self) -> int:
        return len(self.rounds)


@dataclass(frozen=True, eq=False)
class AngoffRound:
    """One round: the ``panel``'s cut in raw points, ``item_means`` and ``item_spread`` (J,) over judges, and
    the variance ``components`` of the ratings (None for one judge or one item)."""

    panel: PanelCut
    item_means: FloatArray
    item_spread: FloatArray
    components: VarianceComponents | None

    @property
    def rater_spread(self) -> float:
        """Standard deviation of the judges' cuts; it should fall from round to round."""
        cuts = self.panel.rater_cuts
        return float(np.std(cuts, ddof=1)) if len(cuts) > 1 else float("nan")


@dataclass(frozen=True, eq=False)
class AngoffStandard:
    """All rounds; the last one sets the ``cut``."""

    rounds: tuple[AngoffRound, ...]

    @property
    def cut(self) -> CutScore:
        """Cut of the last round, in raw points."""
        return self.rounds[-1].panel.cut

    @property
    def rater_cuts(self) -> FloatArray:
        """Cuts of each judge in each round (K, R)."""
        return np.stack([each.panel.rater_cuts for each in self.rounds])

    @property
    def spread(self) -> FloatArray:
        """Standard deviation of the judges' cuts in each round (K,)."""
        return np.array([each.rater_spread for each in self.rounds])


def angoff(ratings: AngoffRatings, plan: CutPlan | None = None) -> AngoffStandard:
    """Cut of every round with its error, and how far judges and items account for the ratings.

    Empty cells are filled by the additive model of judges and items. The error is that of a panel rating this
    form; ``components.cut_error`` gives others. Raises NotEstimable for a judge or item without a rating, or
    if the empty cells leave judges without common items.
    """
    settings = plan or CutPlan()
    return AngoffStandard(
        tuple(_round(table, ratings.highest, ratings.tables, settings) for table in ratings.rounds)
    )


def filled(ratings: FloatArray, highest: IntArray) -> FloatArray:
    """Ratings (R, J) with empty cells from the additive least-squares fit judge + item, kept in 0…highest.

    Raises NotEstimable if judges and items are not connected by ratings.
    """
    known = np.isfinite(ratings)
    if known.all():
        return ratings
    judges, items = ratings.shape
    rater, item = np.nonzero(known)
    design = np.zeros((len(rater), judges + items))
    design[np.arange(len(rater)), rater] = 1.0
    design[np.arange(len(rater)), judges + item] = 1.0
    effects, _, rank, _ = np.linalg.lstsq(design, ratings[known], rcond=None)
    if rank < judges + items - 1:
        raise NotEstimable(
            "The empty cells leave judges or items that share no ratings with the others.",
            {int(place): "rated by no judge" for place in np.flatnonzero(~known.any(axis=0))},
        )
    fitted = np.clip(effects[:judges, None] + effects[judges:], 0, highest)
    return np.where(known, ratings, fitted)


def _round(
    table: FloatArray, highest: IntArray, tables: tuple[Hashable, ...] | None, plan: CutPlan
) -> AngoffRound:
    whole = filled(table, highest)
    several = len(table) > 1 and table.shape[1] > 1
    return AngoffRound(
        panel=panel_cut(whole.sum(axis=1), "raw", tables, plan),
        item_means=whole.mean(axis=0),
        item_spread=whole.std(axis=0, ddof=1) if len(table) > 1 else np.full(table.shape[1], np.nan),
        components=variance_components(table) if several else None,
    )


def _rounds(rounds: ArrayLike) -> FloatArray:
    try:
        ratings = np.array(rounds, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidParameters(
            "Ratings must be numbers, the same judges and items in every round."
        ) from error
    if ratings.ndim == 2:
        ratings = ratings[None]
    if ratings.ndim != 3 or 0 in ratings.shape or np.isinf(ratings).any():
        raise InvalidParameters("Ratings must be an array of rounds × judges × items, NaN where none is.")
    ratings.flags.writeable = False
    return ratings
