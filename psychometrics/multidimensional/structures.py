"""Which dimensions an item measures: one of several correlated scales, or a general one and its testlet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import IntArray
from psychometrics.errors import InvalidParameters

Format = Literal["2pl", "graded", "gpcm"]

MOST_SCALES = 4
FEWEST_ITEMS_PER_SCALE = 2


@dataclass(frozen=True, eq=False)
class Scales:
    """Simple structure: item j measures the scale ``scale_of[j]`` alone, 0…D − 1, D at most 4.

    The scales are correlated normal variables with mean 0 and variance 1. Raises InvalidParameters.
    """

    scale_of: IntArray

    def __post_init__(self) -> None:
        places = _places(self.scale_of, lowest=0, name="scale")
        object.__setattr__(self, "scale_of", places)
        counts = np.bincount(places)
        if len(counts) > MOST_SCALES:
            raise InvalidParameters(f"At most {MOST_SCALES} scales can be estimated, not {len(counts)}.")
        if (counts < FEWEST_ITEMS_PER_SCALE).any():
            raise InvalidParameters("Each scale needs two or more items, and scales are numbered from 0.")

    @property
    def items(self) -> int:
        return len(self.scale_of)

    @property
    def dimensions(self) -> int:
        """Number of scales D."""
        return int(self.scale_of.max()) + 1

    def pattern(self) -> IntArray:
        """1 where an item has a slope, (J, D)."""
        return np.eye(self.dimensions, dtype=np.int64)[self.scale_of]


@dataclass(frozen=True, eq=False)
class Testlets:
    """Bifactor structure: every item measures the general dimension, and item j also the specific one of the
    testlet ``testlet_of[j]``, 0…T − 1, or none for −1.

    All dimensions are independent and N(0, 1). ``proportional`` makes the specific slope of an item its
    general slope times one number for the testlet: the testlet response model of Bradlow, Wainer & Wang
    (1999), in which that number is the standard deviation of the testlet effect. Raises InvalidParameters.
    """

    __test__ = False

    testlet_of: IntArray
    proportional: bool = False

    def __post_init__(self) -> None:
        places = _places(self.testlet_of, lowest=-1, name="testlet")
        object.__setattr__(self, "testlet_of", places)
        if (places < 0).all():
            raise InvalidParameters("A bifactor structure needs at least one testlet.")
        counts = np.bincount(places[places >= 0])
        if (counts < FEWEST_ITEMS_PER_SCALE).any():
            raise InvalidParameters("Each testlet needs two or more items, and testlets are numbered from 0.")

    @property
    def items(self) -> int:
        return len(self.testlet_of)

    @property
    def testlets(self) -> int:
        """Number of testlets T."""
        return int(self.testlet_of.max()) + 1

    @property
    def dimensions(self) -> int:
        """The general dimension and one for each testlet."""
        return 1 + self.testlets

    def pattern(self) -> IntArray:
        """1 where an item has a slope, (J, 1 + T); the general dimension first."""
        specific = np.zeros((self.items, self.testlets + 1), dtype=np.int64)
        specific[np.arange(self.items), self.testlet_of] = 1
        return np.concatenate([np.ones((self.items, 1), dtype=np.int64), specific[:, :-1]], axis=1)


Structure = Scales | Testlets


def _places(values: ArrayLike, lowest: int, name: str) -> IntArray:
    places = np.asarray(values)
    if places.ndim != 1 or len(places) == 0 or places.dtype.kind not in "iu" or places.min() < lowest:
        raise InvalidParameters(f"Each item needs the number of its {name}, from {lowest} on.")
    return places.astype(np.int64)
