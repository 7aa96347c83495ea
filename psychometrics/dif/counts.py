"""Examinees counted by item, stratum of the matching variable, group and score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray, ScoreArray
from psychometrics.dif.groups import Contrast
from psychometrics.dif.plan import THETA_STRATA, Matching
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.responses import ResponseMatrix


@dataclass(frozen=True, eq=False)
class StratifiedCounts:
    """``counts`` (J, S, G, C) of examinees and ``values`` (J, S) of the matching variable in each stratum."""

    counts: FloatArray
    values: FloatArray

    @property
    def sizes(self) -> FloatArray:
        """Examinees of each group in each stratum, (J, S, G)."""
        return np.asarray(self.counts.sum(axis=3))

    @property
    def means(self) -> FloatArray:
        """Mean item score of each group in each stratum, (J, S, G); 0 where there is nobody."""
        return _share(self.counts @ self._scores, self.sizes)

    @property
    def variances(self) -> FloatArray:
        """Variance of the item score of each group in each stratum, divisor n, (J, S, G)."""
        return np.asarray(_share(self.counts @ self._scores**2, self.sizes) - self.means**2)

    @property
    def _scores(self) -> FloatArray:
        return np.arange(self.counts.shape[3], dtype=np.float64)


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


@dataclass(frozen=True, eq=False)
class ContrastCells:
    """Presented cells of the examinees of one contrast, item by item.

    Cells of item j are ``starts[j]:starts[j + 1]`` of ``examinees`` and ``scores``; ``groups`` (n,) and
    ``theta`` (n,) belong to the examinees, renumbered from 0.
    """

    starts: IntArray
    examinees: IntArray
    scores: ScoreArray
    groups: IntArray
    group_count: int
    highest: IntArray
    matching: Matching
    theta: FloatArray | None

    @classmethod
    def of(cls, matrix: ResponseMatrix, contrast: Contrast, matching: Matching) -> ContrastCells:
        """Cells of ``matrix`` that belong to the groups compared. Raises InvalidResponses."""
        if len(contrast.membership) != matrix.examinees:
            raise InvalidResponses(
                f"{len(contrast.membership)} group labels were given for {matrix.examinees} examinees."
            )
        if matching.theta is not None and len(matching.theta) != matrix.examinees:
            raise InvalidResponses(f"{len(matching.theta)} θ were given for {matrix.examinees} examinees.")
        members = np.flatnonzero(contrast.membership >= 0)
        items, examinees, scores = _cells_by_item(matrix, members)
        starts = np.concatenate([[0], np.cumsum(np.bincount(items, minlength=matrix.items))])
        return cls(
            starts=starts.astype(np.int64),
            examinees=examinees,
            scores=scores,
            groups=contrast.membership[members],
            group_count=len(contrast.labels),
            highest=matrix.category_counts - 1,
            matching=matching,
            theta=None if matching.theta is None else matching.theta[members],
        )

    @property
    def items(self) -> int:
        return len(self.highest)

    def item(self, item: int) -> tuple[IntArray, ScoreArray]:
        """Examinees who met the item and their scores."""
        cells = slice(self.starts[item], self.starts[item + 1])
        return self.examinees[cells], self.scores[cells]

    def points(self, anchors: AnyArray) -> AnchorPoints:
        """Points earned and points possible on the anchor items, for each examinee."""
        cell_item = np.repeat(np.arange(self.items), np.diff(self.starts))
        counted = anchors[cell_item]
        who, count = self.examinees[counted], len(self.groups)
        earned = np.bincount(who, weights=self.scores[counted], minlength=count)
        possible = np.bincount(who, weights=self.highest[cell_item[counted]], minlength=count)
        whole = int(self.highest[anchors].sum())
        return AnchorPoints(earned.astype(float), possible.astype(float), anchors, whole)

    def stratified(
        self, items: Sequence[int] | AnyArray, points: AnchorPoints, *, exact: bool = False
    ) -> StratifiedCounts:
        """Counts for ``items``. ``exact`` keeps every distinct θ apart instead of making 20 strata of it."""
        tables = [self._table(int(item), points, exact) for item in items]
        depth = max(len(values) for _, values in tables)
        categories = int(self.highest.max()) + 1
        counts = np.zeros((len(tables), depth, self.group_count, categories))
        places = np.zeros((len(tables), depth))
        for row, (table, values) in enumerate(tables):
            counts[row, : len(values), :, : table.shape[2]] = table
            places[row, : len(values)] = values
        return StratifiedCounts(counts, places)

    def _table(self, item: int, points: AnchorPoints, exact: bool) -> tuple[FloatArray, FloatArray]:
        examinees, scores = self.item(item)
        if self.theta is not None:
            matched, known = self.theta[examinees], np.ones(len(examinees), dtype=bool)
        else:
            matched, known = self._scores(item, examinees, scores, points)
        wanted = self.matching.strata or (THETA_STRATA if self.theta is not None and not exact else None)
        strata, values = _strata(matched[known], wanted, whole=self.theta is None)
        categories = int(self.highest[item]) + 1
        cell = (strata * self.group_count + self.groups[examinees[known]]) * categories + scores[known]
        shape = (len(values), self.group_count, categories)
        return np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(float), values

    def _scores(
        self, item: int, examinees: IntArray, scores: ScoreArray, points: AnchorPoints
    ) -> tuple[FloatArray, AnyArray]:
        """Matching score of those who met the item and whether they have one."""
        change = int(self.matching.score == "sum") - int(points.anchors[item])
        highest = int(self.highest[item])
        earned = points.earned[examinees] + change * scores
        possible = points.possible[examinees] + change * highest
        whole = points.whole + change * highest
        known = possible > 0
        return np.rint(np.where(known, earned, 0.0) * whole / np.where(known, possible, 1.0)), known


@dataclass(frozen=True, eq=False)
class AnchorPoints:
    """Points ``earned`` and ``possible`` (n,) on the ``anchors`` (J,), and on the ``whole`` set of them."""

    earned: FloatArray
    possible: FloatArray
    anchors: AnyArray
    whole: int


def _cells_by_item(matrix: ResponseMatrix, members: IntArray) -> tuple[IntArray, IntArray, ScoreArray]:
    if matrix.dense is not None:
        table = matrix.dense[members].T
        items, examinees = np.nonzero(table >= 0)
        return items, examinees, table[items, examinees]
    cells = matrix.to_sparse()
    number = np.full(matrix.examinees, -1, dtype=np.int64)
    number[members] = np.arange(len(members))
    owner = np.repeat(number, np.diff(cells.starts))
    kept = np.flatnonzero(owner >= 0)
    order = kept[np.argsort(cells.items[kept], kind="stable")]
    return cells.items[order], owner[order], cells.scores[order]


def _strata(matched: FloatArray, wanted: int | None, *, whole: bool) -> tuple[IntArray, FloatArray]:
    """Stratum of each value and the mean value of each stratum."""
    if wanted is not None and len(matched):
        edges = np.unique(np.quantile(matched, np.arange(1, wanted) / wanted))
        strata = np.searchsorted(edges, matched, side="right")
        sizes = np.bincount(strata, minlength=len(edges) + 1)
        sums = np.bincount(strata, weights=matched, minlength=len(edges) + 1)
        return strata, _share(sums.astype(float), sizes.astype(float))
    if whole:
        strata = matched.astype(np.int64)
        return strata, np.arange(int(strata.max(initial=0)) + 1, dtype=np.float64)
    values, strata = np.unique(matched, return_inverse=True)
    return strata, values


def checked_pair(contrast: Contrast, method: str) -> Contrast:
    """The contrast itself; InvalidParameters if it has more than two groups."""
    if len(contrast.labels) != 2:
        raise InvalidParameters(f"{method} compares two groups; take the contrasts one by one.")
    return contrast
