"""Linear transformations of the θ scale and of item parameters with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, MixedItems
from psychometrics.polytomous_models import GradedItems, NominalItems, PartialCreditItems
from psychometrics.response_models import ItemParameters


@dataclass(frozen=True)
class ScaleTransformation:
    """θ on the base scale = ``slope`` · θ on the new scale + ``intercept``; the slope is positive.

    Raises InvalidParameters.
    """

    slope: float = 1.0
    intercept: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.slope < np.inf and np.isfinite(self.intercept)):
            raise InvalidParameters(
                f"A scale needs a positive slope and a finite intercept, not {self.slope}, {self.intercept}."
            )

    def theta(self, theta: ArrayLike) -> FloatArray:
        """θ of the new scale on the base scale, of the same shape."""
        return np.asarray(self.slope * np.asarray(theta, dtype=np.float64) + self.intercept)

    def standard_error(self, standard_error: ArrayLike) -> FloatArray:
        """Standard errors of θ of the new scale on the base scale."""
        return np.asarray(self.slope * np.asarray(standard_error, dtype=np.float64))

    def inverse(self) -> ScaleTransformation:
        """From the base scale back to the new one."""
        return ScaleTransformation(1 / self.slope, -self.intercept / self.slope)

    def then(self, following: ScaleTransformation) -> ScaleTransformation:
        """This transformation followed by another one, as in a chain of releases."""
        return ScaleTransformation(
            following.slope * self.slope, following.slope * self.intercept + following.intercept
        )

    def items(self, items: ItemCollection) -> ItemCollection:
        """Parameters of the new scale on the base scale: a / A, Ab + B; asymptotes stay.

        Raises InvalidParameters for a collection of an unknown kind.
        """
        if isinstance(items, MixedItems):
            return MixedItems(tuple(self.items(part) for part in items.parts), items.positions)
        if isinstance(items, ItemParameters):
            return ItemParameters(
                items.discrimination / self.slope,
                self.theta(items.difficulty),
                items.guessing,
                items.upper_asymptote,
            )
        if isinstance(items, GradedItems):
            return GradedItems(items.discrimination / self.slope, self.theta(items.thresholds))
        if isinstance(items, PartialCreditItems):
            return PartialCreditItems(items.discrimination / self.slope, self.theta(items.steps))
        if isinstance(items, NominalItems):
            slopes = items.slopes / self.slope
            return NominalItems(slopes, items.intercepts - slopes * self.intercept)
        raise InvalidParameters(f"Items of the kind {type(items).__name__} cannot be put on another scale.")
