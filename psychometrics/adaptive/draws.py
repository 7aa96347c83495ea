"""Random numbers as fixed functions of an attempt's seed: a replay draws the same on any machine.

Mixing function: SplitMix64 (Steele, Lea & Flood 2014). The scalar and the vectorized forms agree to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray

_MASK = (1 << 64) - 1
_SEED, _POSITION, _STREAM = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0x8CB92BA72F3D8DD7
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB

WHOLE_ATTEMPT = -1
"""Position of the numbers drawn once for an attempt, such as the exposure lottery of its items."""

ANSWERS = 1 << 40
"""Stream of simulated answers, beyond every item index."""


def draw(seed: int, position: int, count: int) -> int:
    """Index below ``count``, uniform over seeds: a fixed function of the attempt's seed and the position."""
    state = ((seed & _MASK) * _SEED + (position + 1) * _POSITION) & _MASK
    state = ((state ^ (state >> 30)) * _FIRST) & _MASK
    state = ((state ^ (state >> 27)) * _SECOND) & _MASK
    return ((state ^ (state >> 31)) * count) >> 64


def seed_array(seeds: Iterable[int]) -> AnyArray:
    """Seeds of any size as unsigned 64-bit words, shape (N,)."""
    return np.array([int(seed) & _MASK for seed in seeds], dtype=np.uint64)


def draws(seeds: AnyArray, position: int, counts: IntArray) -> IntArray:
    """:func:`draw` for seeds (N,) and counts (N,) below 2³²: (N,)."""
    word = _mixed(_base(seeds, position))
    size = counts.astype(np.uint64)
    high, low = word >> np.uint64(32), word & np.uint64(0xFFFFFFFF)
    return ((high * size + ((low * size) >> np.uint64(32))) >> np.uint64(32)).astype(np.int64)


def uniforms(seeds: AnyArray, position: int, streams: AnyArray) -> FloatArray:
    """Numbers in (0, 1) for seeds (N,) and streams (S,): (N, S).

    Each is a fixed function of its seed, the position and its stream.
    """
    start = _mixed(_base(seeds, position))
    steps = (np.asarray(streams).astype(np.uint64) + np.uint64(1)) * np.uint64(_STREAM)
    word = _mixed(start[:, None] + steps)
    return np.asarray(((word >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53)


def _base(seeds: AnyArray, position: int) -> AnyArray:
    return np.asarray(seeds * np.uint64(_SEED) + np.uint64(((position + 1) * _POSITION) & _MASK))


def _mixed(state: AnyArray) -> AnyArray:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(_FIRST)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(_SECOND)
    return np.asarray(state ^ (state >> np.uint64(31)))
