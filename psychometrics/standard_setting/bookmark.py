"""Bookmark: judges mark the first page of the ordered booklet that a candidate at the border does not master.

Mitzel, Lewis, Patz & Green (2001). The cut is the θ of the last mastered page; of the marked page, as some
agencies take it; or midway between them, which corrects most of the bias of both (Reckase 2006).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.standard_setting.cut_scores import MEDIAN_PLAN, CutPlan, CutScore
from psychometrics.standard_setting.ordered_booklet import OrderedItemBooklet
from psychometrics.standard_setting.panels import PanelCut, panel_cut, table_codes

BookmarkRule = Literal["last_mastered", "marked", "midpoint"]


@dataclass(frozen=True, eq=False, init=False)
class BookmarkPages:
    """Marked pages (K, R) of K rounds and R judges, from 1 to M + 1, the latter if every page is mastered.

    ``tables`` (R,): labels of the judges' tables. One round may be given as (R,). Raises InvalidParameters.
    """

    pages: IntArray
    tables: tuple[Hashable, ...] | None

    def __init__(self, pages: ArrayLike, tables: Sequence[Hashable] | None = None) -> None:
        try:
            marked = np.atleast_2d(np.array(pages, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise InvalidParameters(
                "Bookmarks must be page numbers of the same judges in every round."
            ) from error
        if marked.ndim != 2 or 0 in marked.shape or not np.isfinite(marked).all():
            raise InvalidParameters("Bookmarks must be an array of rounds × judges without gaps.")
        if (marked < 1).any() or (marked % 1 != 0).any():
            raise InvalidParameters("A bookmark is a whole page number, 1 or more.")
        table_codes(tables, marked.shape[1])
        object.__setattr__(self, "pages", marked.astype(np.int64))
        object.__setattr__(self, "tables", None if tables is None else tuple(tables))


@dataclass(frozen=True, eq=False)
class BookmarkStandard:
    """``panels``: the cut on θ of each round; the last one sets the ``cut``. ``page``: mean or median of the
    marked pages in each round (K,)."""

    panels: tuple[PanelCut, ...]
    page: FloatArray

    @property
    def cut(self) -> CutScore:
        """Cut of the last round on θ; ``cut.on("percent", form)`` is its percent."""
        return self.panels[-1].cut


def bookmark(
    booklet: OrderedItemBooklet,
    marks: BookmarkPages,
    plan: CutPlan | None = None,
    rule: BookmarkRule = "last_mastered",
) -> BookmarkStandard:
    """Cut of every round; by default the median over judges. Raises InvalidParameters.

    A mark on the first page has no page before it, one after the last page no marked page: there the
    nearest page of the booklet stands for both.
    """
    settings = plan or MEDIAN_PLAN
    theta = bookmark_theta(booklet, marks.pages, rule)
    return BookmarkStandard(
        panels=tuple(panel_cut(row, "theta", marks.tables, settings) for row in theta),
        page=settings.summary(marks.pages.astype(np.float64), axis=1),
    )


def bookmark_theta(
    booklet: OrderedItemBooklet, pages: ArrayLike, rule: BookmarkRule = "last_mastered"
) -> FloatArray:
    """θ of bookmarks on ``pages``, of any shape, under ``rule``. Raises InvalidParameters."""
    if rule not in get_args(BookmarkRule):
        raise InvalidParameters(f"Unknown rule {rule!r}; choose one of {', '.join(get_args(BookmarkRule))}.")
    marked = np.asarray(pages, dtype=np.int64)
    last = len(booklet)
    if (marked < 1).any() or (marked > last + 1).any():
        raise InvalidParameters(f"Bookmarks in this booklet are on pages 1 to {last + 1}.")
    before = booklet.location[np.maximum(marked - 2, 0)]
    at = booklet.location[np.minimum(marked - 1, last - 1)]
    if rule == "midpoint":
        return np.asarray(0.5 * (before + at))
    return np.asarray(before if rule == "last_mastered" else at)
