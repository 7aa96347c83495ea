"""S-X²: do examinees of the same sum score answer an item as the model expects?

Orlando & Thissen (2000, 2003); polytomous: Kang & Chen (2008, 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from psychometrics.ability.likelihood import scored
from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.fit.item_parameters import parameter_counts
from psychometrics.fit.sum_score_tables import sum_score_tables
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

SMALLEST_FORM = 20


@dataclass(frozen=True, eq=False)
class ItemFit:
    """S-X² of each item: ``statistic``, ``degrees_of_freedom``, ``p_value``, ``rmsea`` and ``examinees``
    (those whose responses entered), each (J,). p and RMSEA are NaN without a degree of freedom."""

    statistic: FloatArray
    degrees_of_freedom: IntArray
    p_value: FloatArray
    rmsea: FloatArray
    examinees: IntArray


def s_x2(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    quadrature: Quadrature | None = None,
    *,
    estimated_parameters: ArrayLike | None = None,
    minimum_expected: float = 1.0,
) -> ItemFit:
    """S-X² of each item from responses (N, J).

    ``quadrature`` is the population the items were calibrated for (default N(0, 1) on ±6).
    ``estimated_parameters``, one number or (J,), is subtracted from the degrees of freedom: by default all
    the parameters of an item; 0 for items with known parameters; a Rasch item whose population variance is
    estimated has 2. Cells expected to hold fewer than ``minimum_expected`` are merged.
    Missing by design: sum scores are compared among examinees who were given the same items, in sets of at
    least 20 examinees. Raises InvalidParameters, InvalidResponses, and NotEstimable if no such set exists.
    """
    if not minimum_expected > 0:
        raise InvalidParameters("The minimum expected count must be positive.")
    matrix = scored(responses, items)
    grid = quadrature or Quadrature.equal_spaced()
    subtracted = _subtracted(estimated_parameters, items)
    table = matrix.to_array()
    statistic, cells = np.zeros(len(items)), np.zeros(len(items), dtype=np.int64)
    examinees = np.zeros(len(items), dtype=np.int64)
    for rows, given in _forms(table >= 0):
        scores = table[rows[:, None], given]
        for place, counts in sum_score_tables(scores, items.take(given), grid):
            value, freedom = counts.merged(minimum_expected).statistic()
            statistic[given[place]] += value
            cells[given[place]] += freedom
            examinees[given[place]] += len(rows)
    return _item_fit(statistic, np.maximum(cells - subtracted, 0), examinees)


def _item_fit(statistic: FloatArray, freedom: IntArray, examinees: IntArray) -> ItemFit:
    tested = freedom > 0
    safe = np.where(tested, freedom, 1)
    excess = np.maximum(statistic - freedom, 0) / (safe * np.maximum(examinees - 1, 1))
    return ItemFit(
        statistic=np.where(tested, statistic, np.nan),
        degrees_of_freedom=freedom,
        p_value=np.where(tested, chdtrc(safe, statistic), np.nan),
        rmsea=np.where(tested, np.sqrt(excess), np.nan),
        examinees=examinees,
    )


def _subtracted(estimated: ArrayLike | None, items: ItemCollection) -> IntArray:
    counts = parameter_counts(items) if estimated is None else np.asarray(estimated)
    if counts.dtype.kind not in "iu" or counts.ndim > 1 or (counts < 0).any():
        raise InvalidParameters("Estimated parameters are one whole number, or one for each item.")
    if counts.ndim == 1 and len(counts) != len(items):
        raise InvalidParameters(f"Estimated parameters must have one entry for each of {len(items)} items.")
    return np.array(np.broadcast_to(counts, (len(items),)), dtype=np.int64)


def _forms(presented: np.ndarray) -> list[tuple[IntArray, IntArray]]:
    """(examinees, items) of each set of items given to enough examinees."""
    if presented.all():
        return [(np.arange(len(presented)), np.arange(presented.shape[1]))]
    packed, form = np.unique(np.packbits(presented, axis=1), axis=0, return_inverse=True)
    form = form.ravel()
    sizes = np.bincount(form, minlength=len(packed))
    first = np.unique(form, return_index=True)[1]
    forms = []
    for number in np.flatnonzero(sizes >= SMALLEST_FORM).tolist():
        given = np.flatnonzero(presented[first[number]])
        if len(given) > 1:
            forms.append((np.flatnonzero(form == number), given))
    if not forms:
        raise NotEstimable(
            "S-X² needs a set of items that 20 or more examinees were given in common; after adaptive "
            "delivery use the residuals by theta group instead."
        )
    return forms
