"""The item characteristic curve, before and after a calibration, and the observed shares beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psychometrics import ItemParameters, probability
from testing_center.domain.bank import ReleasedItem

THETAS = np.linspace(-4.0, 4.0, 41)


@dataclass(frozen=True)
class ItemCurves:
    """Probabilities of a right answer over ``theta``; ``observed`` is None where no group's mean lies."""

    theta: tuple[float, ...]
    new: tuple[float, ...]
    present: tuple[float, ...] | None
    observed: tuple[float | None, ...]


def curves(estimate: Mapping[str, Any], present: ReleasedItem | None) -> ItemCurves:
    """Return the curves of one item on a common grid."""
    observed: list[float | None] = [None] * len(THETAS)
    for mean_theta, share, _ in estimate["observed"]:
        observed[int(np.abs(THETAS - mean_theta).argmin())] = share
    before = None
    if present is not None and present.discrimination is not None and present.difficulty is not None:
        before = _curve(present.discrimination, present.difficulty, present.guessing or 0.0)
    new = _curve(estimate["discrimination"], estimate["difficulty"], 0.0)
    return ItemCurves(tuple(THETAS.tolist()), new, before, tuple(observed))


def _curve(discrimination: float, difficulty: float, guessing: float) -> tuple[float, ...]:
    items = ItemParameters.of(
        np.array([discrimination]), np.array([difficulty]), guessing=np.array([guessing])
    )
    return tuple(probability(THETAS, items)[:, 0].tolist())
