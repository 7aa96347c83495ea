"""Reproducible draws from a seed.

Option orders and forms are replayed years later for appeals, so they must not depend on the version of
Python: the stream is SHA-256 in counter mode, which never changes, instead of ``random``.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Value = TypeVar("Value")

_WORD_BYTES = 8
_WORD_RANGE = 1 << (8 * _WORD_BYTES)


class SeededStream:
    """A stream of uniform integers fixed by its ``parts`` (a seed and whatever names the use)."""

    def __init__(self, *parts: int | str) -> None:
        self._prefix = "\x1f".join(str(part) for part in parts).encode()
        self._counter = 0

    def below(self, bound: int) -> int:
        """Return a uniform integer in ``[0, bound)``; ``bound`` is from 1 to 2**64."""
        if not 1 <= bound <= _WORD_RANGE:
            raise ValueError(f"bound must be between 1 and 2**64, not {bound}")
        usable = _WORD_RANGE - _WORD_RANGE % bound
        while True:
            word = self._next_word()
            if word < usable:
                return word % bound

    def choice(self, values: Sequence[Value]) -> Value:
        """Return one of ``values`` (not empty), each with the same probability."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[Value]) -> list[Value]:
        """Return ``values`` in a uniformly drawn order (Fisher-Yates)."""
        order = list(values)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def _next_word(self) -> int:
        digest = hashlib.sha256(self._prefix + b"\x1e" + str(self._counter).encode()).digest()
        self._counter += 1
        return int.from_bytes(digest[:_WORD_BYTES], "big")
