"""Where the categories of each item stand in the stacked tables of the expectation step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class CategoryRows:
    """Item j owns the rows ``starts[j]`` … ``starts[j + 1]`` − 1, one for each score from 0 on.

    ``starts`` is (J + 1,), ``total`` the number R of rows.
    """

    starts: IntArray

    @classmethod
    def of(cls, category_counts: IntArray) -> CategoryRows:
        """Rows for items with these numbers of scores, (J,)."""
        return cls(np.concatenate([[0], np.cumsum(category_counts)]).astype(np.int64))

    @property
    def items(self) -> int:
        return len(self.starts) - 1

    @property
    def total(self) -> int:
        return int(self.starts[-1])

    @property
    def lowest(self) -> IntArray:
        """Rows of score 0, (J,)."""
        return self.starts[:-1]

    @property
    def raised(self) -> IntArray:
        """Rows of the scores from 1 on, (R − J,)."""
        marked = np.ones(self.total, dtype=bool)
        marked[self.lowest] = False
        return np.flatnonzero(marked)

    @property
    def item_of_row(self) -> IntArray:
        """Item of each row, (R,)."""
        return np.repeat(np.arange(self.items), np.diff(self.starts))

    def of_items(self, items: AnyArray, categories: int) -> IntArray:
        """Rows of items that all have this many scores, (len(items), categories)."""
        return np.asarray(self.starts[items][:, None] + np.arange(categories))

    def item_sums(self, table: FloatArray) -> FloatArray:
        """Sum over the rows of each item, (J, …)."""
        return np.asarray(np.add.reduceat(table, self.lowest, axis=0))
