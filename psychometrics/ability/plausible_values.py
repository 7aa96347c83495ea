"""Plausible values: draws from each examinee's posterior (Mislevy 1991)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.ability.likelihood import BLOCK_ROWS, row_blocks, scored
from psychometrics.ability.posterior_density import PosteriorDensity
from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix


def plausible_values(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    rng: np.random.Generator,
    *,
    draws: int = 5,
    quadrature: Quadrature | None = None,
) -> FloatArray:
    """``draws`` values of θ from the posterior of each examinee, (N, draws).

    They are for statistics of populations; no single one is an estimate of anybody's θ. The posterior is
    continuous between the nodes of ``quadrature``, the prior (default N(0, 1) on ±6). Examinee i gets the
    same draws however the work is cut into blocks. Raises InvalidParameters and InvalidResponses.
    """
    if draws < 1:
        raise InvalidParameters("Ask for one or more plausible values.")
    grid = quadrature or Quadrature.equal_spaced()
    matrix = scored(responses, items)
    shares = rng.random((matrix.examinees, draws))
    values = np.empty_like(shares)
    for start, block in zip(range(0, len(shares), BLOCK_ROWS), row_blocks(matrix), strict=True):
        stop = start + block.examinees
        values[start:stop] = PosteriorDensity.of(block, items, grid).quantiles(shares[start:stop])
    return values
