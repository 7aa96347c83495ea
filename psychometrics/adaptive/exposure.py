"""Exposure control: the randomesque draw (Kingsbury & Zara 1989), and how evenly a pool was used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychometrics.arrays import FloatArray

_MASK = (1 << 64) - 1


def draw(seed: int, position: int, count: int) -> int:
    """Index below ``count``, uniform over seeds: a fixed function of the attempt's seed and the position.

    Uses the SplitMix64 mixing function (Steele, Lea & Flood 2014), so that a replay years later, on any
    machine and any version of numpy, draws the same.
    """
    state = ((seed & _MASK) * 0x9E3779B97F4A7C15 + (position + 1) * 0xD1B54A32D192ED03) & _MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((state ^ (state >> 31)) * count) >> 64


def exposure_rates(administrations: Sequence[Sequence[int]], items: int) -> FloatArray:
    """Share of the administrations in which each of the items was given, shape (items,)."""
    counts = np.zeros(items)
    for given in administrations:
        counts[list(given)] += 1
    return counts / max(len(administrations), 1)


def overlap_rate(rates: FloatArray, mean_length: float) -> float:
    """Expected share of an attempt that two candidates have in common (Chen, Ankenmann & Spray 2003)."""
    return float((rates**2).sum() / mean_length)
