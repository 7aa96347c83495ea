"""Items of several dimensions with slopes and intercepts, and the population they are calibrated in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.multidimensional.structures import Format, Structure, Testlets
from psychometrics.polytomous_models import ragged_rows


@dataclass(frozen=True, eq=False)
class MultidimensionalModel:
    """J items with z = Σ slopes·θ.

    ``slopes`` (J, D), zero where the structure has none; ``intercepts`` (J, C − 1), NaN after an item's last;
    ``correlation`` (D, D) of the dimensions, the identity for testlets. Formats: "2pl" and "graded" have
    P(X ≥ k) = logistic(z + dₖ) with falling dₖ, "gpcm" P(X = k) ∝ exp(kz + cₖ) with c₀ = 0.
    Raises InvalidParameters.
    """

    structure: Structure
    formats: tuple[Format, ...]
    slopes: FloatArray
    intercepts: FloatArray
    correlation: FloatArray

    def __post_init__(self) -> None:
        items, dimensions = self.structure.items, self.structure.dimensions
        object.__setattr__(self, "intercepts", ragged_rows(self.intercepts, items, "intercepts"))
        slopes = np.asarray(self.slopes, dtype=np.float64)
        correlation = np.asarray(self.correlation, dtype=np.float64)
        object.__setattr__(self, "slopes", slopes)
        object.__setattr__(self, "correlation", correlation)
        if slopes.shape != (items, dimensions) or not np.isfinite(slopes).all():
            raise InvalidParameters(f"Slopes must be finite and of shape ({items}, {dimensions}).")
        if (slopes[self.structure.pattern() == 0] != 0).any():
            raise InvalidParameters("An item has a slope on a dimension it does not measure.")
        if correlation.shape != (dimensions, dimensions) or not np.allclose(np.diag(correlation), 1):
            raise InvalidParameters("Correlations must be a square matrix with ones on its diagonal.")
        if not np.allclose(correlation, correlation.T) or np.linalg.eigvalsh(correlation)[0] < -1e-9:
            raise InvalidParameters("Correlations must form a symmetric, positive semidefinite matrix.")
        if isinstance(self.structure, Testlets) and not np.allclose(correlation, np.eye(dimensions)):
            raise InvalidParameters("The dimensions of a bifactor model are independent.")
        object.__setattr__(self, "formats", checked_formats(self.formats, self.category_counts))

    def __len__(self) -> int:
        return len(self.slopes)

    @property
    def category_counts(self) -> IntArray:
        """Number of scores of each item, (J,)."""
        return np.asarray(np.isfinite(self.intercepts).sum(axis=1) + 1)

    @property
    def difficulties(self) -> FloatArray:
        """−d / √Σa² (J, C − 1): where on the line of steepest ascent each threshold lies (Reckase 1985).

        For "gpcm" the steps are differences of the intercepts.
        """
        length = np.sqrt((self.slopes**2).sum(axis=1, keepdims=True))
        steps = np.diff(self.intercepts, axis=1, prepend=0.0)
        gpcm = np.array([name == "gpcm" for name in self.formats])[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(-np.where(gpcm, steps, self.intercepts) / length)


def checked_formats(formats: Format | Sequence[Format], categories: IntArray) -> tuple[Format, ...]:
    """One format for each item. Raises InvalidParameters if one does not fit the item's scores."""
    names = (formats,) * len(categories) if isinstance(formats, str) else tuple(formats)
    if len(names) != len(categories):
        raise InvalidParameters(f"{len(names)} formats were given for {len(categories)} items.")
    for item, (name, count) in enumerate(zip(names, categories.tolist(), strict=True)):
        if name not in get_args(Format):
            raise InvalidParameters(f"Unknown format {name!r}; choose one of {', '.join(get_args(Format))}.")
        if name == "2pl" and count != 2:
            raise InvalidParameters(f"Item {item} has {count} scores; 2pl needs 2: use graded or gpcm.")
    return names
