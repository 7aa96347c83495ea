"""Array types shared by the package and the conversions from what callers pass in."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from psychometrics.errors import InvalidParameters

FloatArray: TypeAlias = NDArray[np.float64]
"""Array of float64."""

IntArray: TypeAlias = NDArray[np.int64]
"""Array of int64."""

ScoreArray: TypeAlias = NDArray[np.int8]
"""Array of item scores: 1 right, 0 wrong, -1 not presented."""

AnyArray: TypeAlias = NDArray[Any]


def finite_vector(values: ArrayLike, name: str) -> FloatArray:
    """Read-only float64 copy of shape (n,); InvalidParameters if it is not one finite number per entry."""
    try:
        vector = np.array(values, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError) as error:
        raise InvalidParameters(f"{name} must be numbers.") from error
    if vector.ndim != 1:
        raise InvalidParameters(f"{name} must be one-dimensional, not of shape {vector.shape}.")
    if not np.isfinite(vector).all():
        position = int(np.flatnonzero(~np.isfinite(vector))[0])
        raise InvalidParameters(f"{name} must be finite; entry {position} is {vector[position]}.")
    vector.flags.writeable = False
    return vector
