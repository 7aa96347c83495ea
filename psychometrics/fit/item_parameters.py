"""Free parameters of items: how many there are, and how category probabilities depend on them."""

from __future__ import annotations

from typing import Literal

import numpy as np

from psychometrics.arrays import FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection, MixedItems, category_probabilities
from psychometrics.polytomous_models import GradedItems, NominalItems, PartialCreditItems
from psychometrics.response_models import ItemParameters, response_curves

Slopes = Literal["free", "equal", "fixed"]
"""How slopes were estimated: each its own; one for all items, which is also what slopes of 1 with a free
variance of θ amount to (Rasch, partial credit); or known."""


def parameter_counts(items: ItemCollection, slopes: Slopes = "free") -> IntArray:
    """Estimated parameters that bear on each item, (J,): slopes, thresholds, and guessing or upper asymptotes
    other than 0 and 1.

    Equal slopes count once for each item, since each item's curve depends on them.
    """
    counts = np.array([len(part) for part in parameter_derivatives(np.zeros(1), items)], dtype=np.int64)
    return counts if slopes != "fixed" else counts - slope_counts(items)


def slope_counts(items: ItemCollection) -> IntArray:
    """Slope parameters of each item, (J,): C − 1 for nominal items, otherwise 1."""
    if isinstance(items, MixedItems):
        counts = np.empty(len(items), dtype=np.int64)
        for part, places in zip(items.parts, items.positions, strict=True):
            counts[places] = slope_counts(part)
        return counts
    return np.where(isinstance(items, NominalItems), items.category_counts - 1, 1)


def parameter_derivatives(theta: FloatArray, items: ItemCollection) -> list[FloatArray]:
    """For each item the derivatives of P (Q, C) in its own parameters, (parameters, Q, C), slopes first.

    The parameters are slopes and intercepts, guessing and upper asymptote; which scale they are on makes no
    difference to the tests of fit that use them. Raises InvalidParameters for items of an unknown kind.
    """
    if isinstance(items, MixedItems):
        whole: list[FloatArray] = [np.empty(0)] * len(items)
        for part, places in zip(items.parts, items.positions, strict=True):
            for place, table in zip(places.tolist(), parameter_derivatives(theta, part), strict=True):
                whole[place] = table
        return whole
    if isinstance(items, ItemParameters):
        return _logistic_derivatives(theta, items)
    if isinstance(items, GradedItems):
        return _graded_derivatives(theta, items)
    if isinstance(items, (PartialCreditItems, NominalItems)):
        return _share_derivatives(theta, items)
    raise InvalidParameters(f"The parameters of items of the kind {type(items).__name__} are not known.")


def _logistic_derivatives(theta: FloatArray, items: ItemParameters) -> list[FloatArray]:
    curves = response_curves(theta, items)
    spread = items.upper_asymptote - items.guessing
    high = np.clip((curves.right - items.guessing) / spread, 0.0, 1.0)
    density = spread * high * (1 - high)
    tables = []
    for item in range(len(items)):
        right = [theta * density[:, item], density[:, item]]
        right += [1 - high[:, item]] if items.guessing[item] > 0 else []
        right += [high[:, item]] if items.upper_asymptote[item] < 1 else []
        tables.append(np.stack([-np.array(right), np.array(right)], axis=2))
    return tables


def _graded_derivatives(theta: FloatArray, items: GradedItems) -> list[FloatArray]:
    tables = []
    for slope, row in zip(items.discrimination, items.thresholds, strict=True):
        thresholds = row[np.isfinite(row)]
        reached = 1 / (1 + np.exp(-np.clip(slope * (theta[:, None] - thresholds), -700, 700)))
        density = reached * (1 - reached)
        # P of score k is reached(k) − reached(k + 1).
        steps = np.eye(len(thresholds) + 1)[1:] - np.eye(len(thresholds) + 1)[:-1]
        own = density.T[:, :, None] * steps[:, None, :]
        tables.append(np.concatenate([(own * theta[None, :, None]).sum(axis=0, keepdims=True), own]))
    return tables


def _share_derivatives(theta: FloatArray, items: PartialCreditItems | NominalItems) -> list[FloatArray]:
    chances = category_probabilities(theta, items)
    tables = []
    for item, count in enumerate(items.category_counts.tolist()):
        share = chances[:, item, :count]
        # ∂P of score k / ∂(logit of score m) = Pₖ(δₖₘ − Pₘ).
        logits = share[:, :, None] * (np.eye(count) - share[:, None, :])
        moved = logits.transpose(2, 0, 1)
        if isinstance(items, NominalItems):
            slopes = moved[1:] * theta[None, :, None]
        else:
            slopes = (np.arange(count)[:, None, None] * moved).sum(axis=0, keepdims=True) * theta[:, None]
        tables.append(np.concatenate([slopes, moved[1:]]))
    return tables
