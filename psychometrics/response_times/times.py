"""Response times of N examinees to J items, most of which may not have been presented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidResponses


@dataclass(frozen=True, eq=False)
class ResponseTimes:
    """Times of the presented cells, examinee by examinee.

    ``examinee``, ``item`` and ``seconds`` are (n,), one entry for each cell, examinees in order; the times
    are positive. Build it with :meth:`from_array` or :meth:`from_triples`; both raise InvalidResponses.
    """

    shape: tuple[int, int]
    examinee: IntArray
    item: IntArray
    seconds: FloatArray

    @classmethod
    def from_array(cls, seconds: ArrayLike) -> ResponseTimes:
        """From an (N, J) array of seconds, NaN where an item was not presented or its time is unknown."""
        table = np.asarray(seconds)
        if table.ndim != 2 or 0 in table.shape or table.dtype.kind not in "iuf":
            raise InvalidResponses("Response times must be a table of seconds, examinees by items.")
        table = table.astype(np.float64)
        examinee, item = np.nonzero(~np.isnan(table))
        return cls._checked((table.shape[0], table.shape[1]), examinee, item, table[examinee, item])

    @classmethod
    def from_triples(
        cls, examinees: ArrayLike, items: ArrayLike, seconds: ArrayLike, shape: tuple[int, int]
    ) -> ResponseTimes:
        """From parallel arrays (examinee row, item column, seconds) in any order, never made dense."""
        rows, columns = np.asarray(examinees, dtype=np.int64), np.asarray(items, dtype=np.int64)
        times = np.asarray(seconds, dtype=np.float64)
        if not rows.shape == columns.shape == times.shape or rows.ndim != 1:
            raise InvalidResponses("Examinees, items and seconds must be vectors of the same length.")
        if rows.size and (min(rows.min(), columns.min()) < 0 or rows.max() >= shape[0]):
            raise InvalidResponses(f"The examinee indices must lie between 0 and {shape[0] - 1}.")
        if rows.size and columns.max() >= shape[1]:
            raise InvalidResponses(f"The item indices must lie between 0 and {shape[1] - 1}.")
        order = np.lexsort((columns, rows))
        keys = rows[order] * shape[1] + columns[order]
        if (np.diff(keys) == 0).any():
            row, column = divmod(int(keys[:-1][np.diff(keys) == 0][0]), shape[1])
            raise InvalidResponses(f"Examinee {row} has two times on item {column}.")
        return cls._checked(shape, rows[order], columns[order], times[order])

    @classmethod
    def _checked(
        cls, shape: tuple[int, int], examinee: IntArray, item: IntArray, seconds: FloatArray
    ) -> ResponseTimes:
        wrong = ~(np.isfinite(seconds) & (seconds > 0))
        if wrong.any():
            cell = int(np.flatnonzero(wrong)[0])
            raise InvalidResponses(
                f"The time of examinee {examinee[cell]} on item {item[cell]} is {seconds[cell]}; "
                "times must be positive seconds, NaN if unknown."
            )
        return cls(shape, examinee.astype(np.int64), item.astype(np.int64), seconds)

    @cached_property
    def log_seconds(self) -> FloatArray:
        """log of the times, (n,)."""
        return np.asarray(np.log(self.seconds))

    def table(self, values: FloatArray) -> csr_array:
        """Sparse (N, J) table with ``values`` (n,) in the presented cells."""
        starts = np.searchsorted(self.examinee, np.arange(self.shape[0] + 1))
        return csr_array((values, self.item, starts), shape=self.shape)

    def to_array(self, values: FloatArray) -> FloatArray:
        """Dense (N, J) table with ``values`` (n,) in the presented cells and NaN elsewhere."""
        table = np.full(self.shape, np.nan)
        table[self.examinee, self.item] = values
        return table

    def by_item(self, values: FloatArray) -> FloatArray:
        """Sum of ``values`` (n,) over the examinees of each item, (J,)."""
        return np.asarray(np.bincount(self.item, values, minlength=self.shape[1]))

    def by_examinee(self, values: FloatArray) -> FloatArray:
        """Sum of ``values`` (n,) over the items of each examinee, (N,)."""
        return np.asarray(np.bincount(self.examinee, values, minlength=self.shape[0]))


def as_response_times(times: ResponseTimes | ArrayLike) -> ResponseTimes:
    """``times`` itself if it is ResponseTimes, otherwise built from the (N, J) array of seconds."""
    return times if isinstance(times, ResponseTimes) else ResponseTimes.from_array(times)
