"""Items eligible for adaptive delivery, with everything that can be computed before the first candidate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import ItemParameters, information, log_probabilities

THETA_STEP = 0.05
"""Grid step of the ranking: half of it changes an item's information by at most 6 % at a = 2.5."""

Ranking: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class AdaptivePool:
    """J items with their content areas and families, and precomputed tables. Build with :meth:`build`.

    ``log_right`` and ``log_wrong`` are log P and log(1 − P) at the nodes, (J, Q). ``information`` is (G, J)
    on ``theta_grid`` (G,). ``rankings`` holds, for each content area, its items by falling information at
    every grid point, (G, items of the area); ties go to the lower index. ``family_members`` lists, for each
    item, the other items of its family (enemies that must not meet in one attempt).
    """

    items: ItemParameters
    nodes: FloatArray
    log_right: FloatArray
    log_wrong: FloatArray
    theta_grid: FloatArray
    information: FloatArray
    areas: tuple[str, ...]
    area_of: tuple[str, ...]
    area_sizes: dict[str, int]
    family_members: tuple[tuple[int, ...], ...]
    rankings: dict[str, Ranking]
    whole_ranking: Ranking

    @classmethod
    def build(
        cls,
        items: ItemParameters,
        areas: Sequence[str],
        families: Sequence[str | None],
        quadrature: Quadrature | None = None,
    ) -> AdaptivePool:
        """Precompute the tables of J items with one area and one family (or None) each.

        ``quadrature`` gives equally spaced nodes for the posterior; its weights are not used, since the plan
        brings the prior. Raises InvalidParameters.
        """
        if not len(items) == len(areas) == len(families) or len(items) == 0:
            raise InvalidParameters("A pool needs items, and one area and one family entry for each.")
        nodes = (quadrature or Quadrature.equal_spaced()).nodes
        if not np.allclose(np.diff(nodes), nodes[1] - nodes[0]):
            raise InvalidParameters("The nodes of an adaptive pool must be equally spaced.")
        right, wrong = (np.ascontiguousarray(part.T) for part in log_probabilities(nodes, items))
        grid = np.linspace(nodes[0], nodes[-1], round((nodes[-1] - nodes[0]) / THETA_STEP) + 1)
        table = information(grid, items)
        names = tuple(sorted(set(areas)))
        codes = np.array([names.index(area) for area in areas])
        ranking = np.argsort(-table, axis=1, kind="stable").astype(np.int32)
        return cls(
            items=items,
            nodes=nodes,
            log_right=np.maximum(right, -1e6),
            log_wrong=np.maximum(wrong, -1e6),
            theta_grid=grid,
            information=table,
            areas=names,
            area_of=tuple(areas),
            area_sizes={name: int((codes == code).sum()) for code, name in enumerate(names)},
            family_members=_family_members(families),
            rankings={
                name: ranking[codes[ranking] == code].reshape(len(grid), -1)
                for code, name in enumerate(names)
            },
            whole_ranking=ranking,
        )

    def __len__(self) -> int:
        return len(self.area_of)

    def grid_index(self, theta: float) -> int:
        """Index of the grid point nearest to θ; the ends stand for everything beyond them."""
        position = round((theta - float(self.theta_grid[0])) / THETA_STEP)
        return min(max(position, 0), len(self.theta_grid) - 1)


def _family_members(families: Sequence[str | None]) -> tuple[tuple[int, ...], ...]:
    members: dict[str, list[int]] = {}
    for item, family in enumerate(families):
        if family is not None:
            members.setdefault(family, []).append(item)
    return tuple(
        () if family is None else tuple(other for other in members[family] if other != item)
        for item, family in enumerate(families)
    )
