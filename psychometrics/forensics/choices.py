"""Which option each examinee chose, and which pairs of examinees could have seen each other's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidParameters, InvalidResponses

NOT_PRESENTED = -1


@dataclass(frozen=True, eq=False)
class OptionChoices:
    """Options chosen by N examinees on J items.

    ``chosen`` (N, J) holds option numbers 0…C − 1, −1 not presented; ``key`` (J,) the right option. Give
    omitted responses an option number of their own: leaving out the same items is evidence as well.
    Raises InvalidResponses and InvalidParameters.
    """

    chosen: IntArray
    key: IntArray

    def __post_init__(self) -> None:
        chosen, key = np.asarray(self.chosen), np.asarray(self.key)
        if chosen.ndim != 2 or 0 in chosen.shape or chosen.dtype.kind not in "iu":
            raise InvalidResponses("Choices must be a table of option numbers, examinees by items.")
        if (chosen < NOT_PRESENTED).any():
            raise InvalidResponses("Option numbers start at 0; -1 stands for not presented.")
        if key.shape != (chosen.shape[1],) or key.dtype.kind not in "iu" or (key < 0).any():
            raise InvalidParameters("The key must be one option number for each item.")
        object.__setattr__(self, "chosen", chosen.astype(np.int64))
        object.__setattr__(self, "key", key.astype(np.int64))

    @property
    def options(self) -> int:
        """Number of options C, the largest of all items."""
        return int(max(self.chosen.max(), self.key.max())) + 1

    @property
    def right(self) -> AnyArray:
        """Whether each response is the keyed one, (N, J); False where not presented."""
        return np.asarray(self.chosen == self.key)

    def indicators(self, rows: AnyArray) -> FloatArray:
        """1 for the chosen option of each item, (len(rows), J · C), zeros where not presented."""
        table = self.chosen[rows][:, :, None] == np.arange(self.options)
        return np.asarray(table, dtype=np.float64).reshape(len(rows), -1)


def room_members(rooms: ArrayLike | None, examinees: int) -> list[IntArray]:
    """Rows of the examinees of each room with two or more, from labels (N,); everyone together if None."""
    if rooms is None:
        return [np.arange(examinees)] if examinees > 1 else []
    labels = np.asarray(rooms)
    if labels.shape != (examinees,):
        raise InvalidParameters(f"Rooms must be one label for each of {examinees} examinees.")
    _, number = np.unique(labels, return_inverse=True)
    order = np.argsort(number, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    return [rows for rows in members if len(rows) > 1]


def checked_probabilities(choices: OptionChoices, probabilities: ArrayLike) -> FloatArray:
    """Option probabilities (N, J, C) that fit the choices, zero where an item was not presented.

    Raises InvalidParameters.
    """
    table = np.asarray(probabilities, dtype=np.float64)
    if table.ndim != 3 or table.shape[:2] != choices.chosen.shape or table.shape[2] < choices.options:
        raise InvalidParameters(
            f"Option probabilities of shape {table.shape} do not fit choices of shape "
            f"{choices.chosen.shape} among {choices.options} options."
        )
    presented = choices.chosen != NOT_PRESENTED
    sums = table.sum(axis=2)[presented]
    if not (np.abs(sums - 1) < 1e-6).all() or (table[presented] < 0).any():
        raise InvalidParameters("Option probabilities must not be negative and must sum to 1 over options.")
    return np.asarray(np.where(presented[:, :, None], table, 0.0))
