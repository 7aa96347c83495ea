"""Which examinees are compared: the reference group against one or several focal groups."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np

from psychometrics.arrays import AnyArray, IntArray
from psychometrics.errors import InvalidParameters, InvalidResponses

ContrastKind = Literal["reference", "pairs", "others", "all"]

OTHERS = "others"
"""Name of the reference group that gathers everybody outside the focal group."""


@dataclass(frozen=True, eq=False)
class Contrast:
    """``labels`` of two or more groups, the reference first, and the group of each examinee.

    ``membership`` (N,) holds the index of the examinee's group in ``labels``, −1 for nobody's. Raises
    InvalidResponses if a group is empty.
    """

    labels: tuple[str, ...]
    membership: IntArray

    def __post_init__(self) -> None:
        membership = np.asarray(self.membership, dtype=np.int64)
        object.__setattr__(self, "membership", membership)
        if len(self.labels) < 2 or membership.ndim != 1:
            raise InvalidParameters("A contrast needs two or more groups and one group for each examinee.")
        if ((membership < -1) | (membership >= len(self.labels))).any():
            raise InvalidParameters(f"Group indices must lie between -1 and {len(self.labels) - 1}.")
        for label, size in zip(self.labels, self.sizes, strict=True):
            if size == 0:
                raise InvalidResponses(f"The group {label} has no examinees.")

    @property
    def reference(self) -> str:
        """Label of the reference group."""
        return self.labels[0]

    @property
    def focal(self) -> str:
        """Label of the focal group, or of all of them."""
        return ", ".join(self.labels[1:])

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of examinees of each group."""
        counts = np.bincount(self.membership[self.membership >= 0], minlength=len(self.labels))
        return tuple(int(count) for count in counts)


def contrasts_of(
    groups: Sequence[Hashable] | AnyArray,
    *,
    reference: str | None = None,
    kind: ContrastKind = "reference",
) -> tuple[Contrast, ...]:
    """Contrasts among the ``groups`` of N examinees; None, NaN and "" stand for an unknown group.

    ``kind``: "reference" compares each group with the reference, "pairs" each with each, "others" each with
    everybody else, "all" gives one contrast of all groups for the tests that take more than two. The
    reference is the largest group unless named. Raises InvalidParameters and InvalidResponses.
    """
    if kind not in get_args(ContrastKind):
        raise InvalidParameters(f"Unknown kind of contrast {kind!r}.")
    names = np.array(["" if _unknown(value) else str(value) for value in groups], dtype=object)
    labels = _ordered_labels(names, reference)
    if kind == "all":
        return (_contrast(names, labels),)
    if kind == "pairs":
        return tuple(_contrast(names, pair) for pair in combinations(labels, 2))
    if kind == "others":
        return tuple(_against_others(names, label) for label in labels)
    return tuple(_contrast(names, (labels[0], label)) for label in labels[1:])


def _unknown(value: Hashable) -> bool:
    return value is None or value == "" or value != value


def _ordered_labels(names: AnyArray, reference: str | None) -> tuple[str, ...]:
    known, counts = np.unique(names[names != ""].astype(str), return_counts=True)
    if len(known) < 2:
        raise InvalidResponses("Comparing groups needs examinees of two or more groups.")
    first = str(known[counts.argmax()]) if reference is None else reference
    if first not in known:
        raise InvalidParameters(f"The reference group {first} has no examinees.")
    return (first, *(str(label) for label in known if label != first))


def _contrast(names: AnyArray, labels: tuple[str, ...]) -> Contrast:
    membership = np.full(len(names), -1, dtype=np.int64)
    for number, label in enumerate(labels):
        membership[names == label] = number
    return Contrast(labels, membership)


def _against_others(names: AnyArray, label: str) -> Contrast:
    membership = np.where(names == "", -1, (names == label).astype(np.int64))
    return Contrast((OTHERS, label), membership)
