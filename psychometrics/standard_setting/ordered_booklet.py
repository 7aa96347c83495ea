"""Ordered item booklet: the score points of a form in the order of the θ that masters them.

A score point k of an item is mastered at the θ where P(X ≥ k) is the response probability (Mitzel, Lewis,
Patz & Green 2001; Huynh 2006 on 2/3): each step of an item with several points is a page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.item_collections import ItemCollection, category_probabilities

LOWEST_THETA, HIGHEST_THETA = -30.0, 30.0
GRID_POINTS = 601
HALVINGS = 60
REMOTE = -1e6
"""θ at which only guessing is left of a probability."""


@dataclass(frozen=True, eq=False)
class OrderedItemBooklet:
    """Pages (M,) by rising ``location`` θ: ``item`` is its index in the form, ``score`` the points it stands
    for, at ``response_probability``."""

    item: IntArray
    score: IntArray
    location: FloatArray
    response_probability: float

    def __len__(self) -> int:
        return len(self.location)


def ordered_item_booklet(
    form: ItemCollection, response_probability: float = 0.67, *, adjust_guessing: bool = False
) -> OrderedItemBooklet:
    """Booklet of all score points of ``form``; equal locations stay in the order of the form.

    ``adjust_guessing``: the response probability is of knowing, (P − c) / (1 − c) with c the limit of P for
    low θ. Raises NotEstimable, naming the items, if P(X ≥ k) does not rise through it between θ = −30 and
    θ = 30, and InvalidParameters.
    """
    if not 0 < response_probability < 1:
        raise InvalidParameters("The response probability must lie between 0 and 1.")
    item, score = _pages(form)
    floor = _reached(np.array([REMOTE]), form, item, score)[0]
    wanted = floor + (1 - floor) * response_probability if adjust_guessing else response_probability
    grid = np.linspace(LOWEST_THETA, HIGHEST_THETA, GRID_POINTS)
    above = _reached(grid, form, item, score) >= wanted
    # Mastered once and for all: below the response probability up to some θ, not below it from there on.
    unclear = above[0] | ~above[-1] | (np.diff(above.astype(np.int8), axis=0) < 0).any(axis=0)
    if unclear.any():
        raise NotEstimable(
            "Some score points are mastered at no θ or at several; leave their items out of the booklet.",
            {
                int(place): f"P does not rise through {response_probability:g}"
                for place in item[np.flatnonzero(unclear)]
            },
        )
    start = above.argmax(axis=0)
    location = _bisect(form, (item, score), wanted, (grid[start - 1], grid[start]))
    order = np.argsort(location, kind="stable")
    return OrderedItemBooklet(item[order], score[order], location[order], response_probability)


def _pages(form: ItemCollection) -> tuple[IntArray, IntArray]:
    """Items and scores of all pages in the order of the form."""
    highest = form.category_counts - 1
    item = np.repeat(np.arange(len(form)), highest)
    score = np.concatenate([np.arange(1, top + 1) for top in highest])
    return item, score


def _reached(theta: FloatArray, form: ItemCollection, item: IntArray, score: IntArray) -> FloatArray:
    """P(X ≥ score) of each page at θ (N,): (N, M)."""
    chances = category_probabilities(theta, form)
    beyond = chances[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    return np.asarray(beyond[:, item, score])


def _bisect(
    form: ItemCollection,
    pages: tuple[IntArray, IntArray],
    wanted: FloatArray | float,
    bracket: tuple[FloatArray, FloatArray],
) -> FloatArray:
    low, high = bracket
    item, score = pages
    each = np.arange(len(item))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        short = _reached(middle, form, item, score)[each, each] < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray(0.5 * (low + high))
