"""Settings of an analysis of differential item functioning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray, finite_vector
from psychometrics.errors import InvalidParameters

MatchingScore = Literal["sum", "rest"]
FlagRule = Literal["significance", "effect"]

THETA_STRATA = 20
"""Strata of a continuous matching variable in the methods that compare within strata."""


@dataclass(frozen=True, eq=False)
class Matching:
    """What makes examinees of two groups comparable.

    ``score`` is the sum over the anchor items with the studied item ("sum") or without it ("rest"); where
    some items were not presented it is scaled to the whole set and rounded. ``theta`` (N,), when given,
    replaces the score: use it for adaptive data, whose sum scores mean nothing. ``strata`` merges the
    matching variable into that many groups of about equal size; None keeps every score apart.
    """

    score: MatchingScore = "sum"
    theta: FloatArray | None = None
    strata: int | None = None

    def __post_init__(self) -> None:
        if self.score not in get_args(MatchingScore):
            raise InvalidParameters(f"Unknown matching score {self.score!r}; choose sum or rest.")
        if self.theta is not None:
            object.__setattr__(self, "theta", finite_vector(self.theta, "theta"))
        if self.strata is not None and self.strata < 2:
            raise InvalidParameters("Matching needs two or more strata.")


@dataclass(frozen=True, eq=False)
class DifPlan:
    """``matching`` and the rule by which items are flagged.

    An item is flagged if its p-value, adjusted over the items by Benjamini & Hochberg (1995) when ``adjust``
    is set, is below ``significance``; under the rule "effect" its effect must also be more than negligible.
    ``purify`` repeats the analysis with the flagged items left out of the matching score, at most
    ``purification_limit`` times. ``continuity`` takes one half from the Mantel–Haenszel difference.
    ``anchors`` (indices) are the only items of the matching score when given; they are still tested.
    """

    matching: Matching = field(default_factory=Matching)
    significance: float = 0.05
    adjust: bool = True
    flag_rule: FlagRule = "significance"
    purify: bool = True
    purification_limit: int = 10
    continuity: bool = True
    anchors: IntArray | None = None

    def __post_init__(self) -> None:
        if not 0 < self.significance < 1:
            raise InvalidParameters("Significance must lie between 0 and 1.")
        if self.flag_rule not in get_args(FlagRule):
            raise InvalidParameters(f"Unknown flag rule {self.flag_rule!r}; choose significance or effect.")
        if self.purification_limit < 1:
            raise InvalidParameters("The purification limit must be at least 1.")
        if self.anchors is not None:
            object.__setattr__(self, "anchors", np.asarray(self.anchors, dtype=np.int64))

    def first_anchors(self, items: int) -> AnyArray:
        """Mask (J,) of the items the matching score starts from."""
        if self.anchors is None:
            return np.ones(items, dtype=bool)
        if self.anchors.ndim != 1 or len(self.anchors) == 0:
            raise InvalidParameters("Anchors must be a list of one or more item indices.")
        if self.anchors.min() < 0 or self.anchors.max() >= items:
            raise InvalidParameters(f"Anchor indices must lie between 0 and {items - 1}.")
        mask = np.zeros(items, dtype=bool)
        mask[self.anchors] = True
        return mask

    def flags(self, adjusted: FloatArray, negligible: AnyArray) -> AnyArray:
        """Mask (J,) of the flagged items for adjusted p-values and a mask of negligible effects."""
        significant = np.asarray(adjusted < self.significance)
        return significant & ~negligible if self.flag_rule == "effect" else significant
