"""Items eligible for adaptive delivery, with everything that can be computed before the first candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.quadrature import Quadrature
from psychometrics.response_models import information

THETA_STEP = 0.05
"""Grid step of the ranking: half of it changes an item's information by at most 6 % at a = 2.5."""

LOG_ZERO = -1e6
"""Logarithm that stands for a probability of zero."""

Ranking: TypeAlias = NDArray[np.int32]
AttributeValues: TypeAlias = Sequence[str] | Sequence[float]


@dataclass(frozen=True)
class PoolContent:
    """What is known of J items beside their parameters, one entry per item.

    ``areas``: content area. ``families``: enemies that must not meet in one attempt share a name (None: no
    enemies). ``blocks``: items of one testlet or stimulus share a name and are given in a row in the order of
    the pool (None: alone). ``attributes``: further named attributes, values as text to count or numbers to
    sum. Empty families or blocks mean None for all. ``enemy_sets``: further sets of items, by index, of which
    at most one may be met; an item may be in several. Raises InvalidParameters.
    """

    areas: Sequence[str]
    families: Sequence[str | None] = ()
    blocks: Sequence[str | None] = ()
    attributes: Mapping[str, AttributeValues] = field(default_factory=dict)
    enemy_sets: Sequence[Sequence[int]] = ()

    def __post_init__(self) -> None:
        count = len(self.areas)
        none: tuple[str | None, ...] = (None,) * count
        object.__setattr__(self, "areas", tuple(self.areas))
        object.__setattr__(self, "families", tuple(self.families) or none)
        object.__setattr__(self, "blocks", tuple(self.blocks) or none)
        columns: list[Sequence[object]] = [self.families, self.blocks, *self.attributes.values()]
        if any(len(column) != count for column in columns) or count == 0:
            raise InvalidParameters(
                "A pool needs items, and one area, family, block and value of each attribute for each."
            )
        if "area" in self.attributes:
            raise InvalidParameters('The attribute "area" is that of the areas; give another name.')

    def values(self, attribute: str) -> AttributeValues:
        """Values of an attribute, "area" among them. Raises InvalidParameters when there is none."""
        if attribute == "area":
            return self.areas
        if attribute not in self.attributes:
            raise InvalidParameters(f"The pool has no attribute {attribute!r}.")
        return self.attributes[attribute]


@dataclass(frozen=True, eq=False)
class AdaptivePool:
    """J items with their content, and precomputed tables. Build with :meth:`build` or :meth:`of`.

    ``log_table`` is log P of each score at the nodes, (J, C, Q). ``information`` is (G, J) on ``theta_grid``
    (G,); a block stands under its first item with the mean of its items. ``ranking`` holds the items by
    falling information at every grid point, (G, J), ``area_ranking`` the same area by area, area k from
    column ``area_starts[k]`` on; ties go to the lower index. ``area_sizes`` counts what can be chosen: single
    items and blocks. ``family_members`` lists the enemies of each item, a block by its first item.
    """

    items: ItemCollection
    content: PoolContent
    nodes: FloatArray
    log_table: FloatArray
    theta_grid: FloatArray
    information: FloatArray
    areas: tuple[str, ...]
    area_codes: IntArray
    area_starts: IntArray
    area_sizes: dict[str, int]
    family_members: tuple[tuple[int, ...], ...]
    blocks: tuple[tuple[int, ...], ...]
    ranking: Ranking
    area_ranking: Ranking

    @classmethod
    def build(
        cls,
        items: ItemCollection,
        areas: Sequence[str],
        families: Sequence[str | None],
        quadrature: Quadrature | None = None,
    ) -> AdaptivePool:
        """Precompute the tables of J items with one area and one family (or None) each.

        ``quadrature`` gives equally spaced nodes for the posterior; its weights are not used, since the plan
        brings the prior. Raises InvalidParameters.
        """
        return cls.of(items, PoolContent(areas, families), quadrature)

    @classmethod
    def of(
        cls, items: ItemCollection, content: PoolContent, quadrature: Quadrature | None = None
    ) -> AdaptivePool:
        """Precompute the tables of J items and their content; ``quadrature`` as in :meth:`build`."""
        if len(items) != len(content.areas):
            raise InvalidParameters(f"The pool has {len(items)} items but {len(content.areas)} areas.")
        nodes = (quadrature or Quadrature.equal_spaced()).nodes
        if not np.allclose(np.diff(nodes), nodes[1] - nodes[0]):
            raise InvalidParameters("The nodes of an adaptive pool must be equally spaced.")
        grid = np.linspace(nodes[0], nodes[-1], round((nodes[-1] - nodes[0]) / THETA_STEP) + 1)
        names = tuple(sorted(set(content.areas)))
        codes = np.array([names.index(area) for area in content.areas])
        blocks = _blocks(content)
        followers = np.array([item for block in blocks for item in block[1:]], dtype=np.int64)
        table = block_means(information(grid, items), blocks)
        order = np.argsort(-np.where(_flags(followers, len(items)), -np.inf, table), axis=1, kind="stable")
        grouped = np.take_along_axis(order, np.argsort(codes[order], axis=1, kind="stable"), axis=1)
        counts = np.bincount(codes, minlength=len(names))
        chosen = np.bincount(np.delete(codes, followers), minlength=len(names))
        return cls(
            items=items,
            content=content,
            nodes=nodes,
            log_table=_log_table(items, nodes),
            theta_grid=grid,
            information=table,
            areas=names,
            area_codes=codes,
            area_starts=np.concatenate([[0], counts.cumsum()]),
            area_sizes={name: int(chosen[code]) for code, name in enumerate(names)},
            family_members=_enemies(content, blocks),
            blocks=blocks,
            ranking=order.astype(np.int32),
            area_ranking=grouped.astype(np.int32),
        )

    def __len__(self) -> int:
        return len(self.area_codes)

    @property
    def area_of(self) -> Sequence[str]:
        """Content area of each item."""
        return self.content.areas

    def grid_index(self, theta: float) -> int:
        """Index of the grid point nearest to θ; the ends stand for everything beyond them."""
        position = round((theta - float(self.theta_grid[0])) / THETA_STEP)
        return min(max(position, 0), len(self.theta_grid) - 1)

    def grid_indices(self, theta: FloatArray) -> IntArray:
        """:meth:`grid_index` of θ (N,): (N,)."""
        position = np.rint((theta - self.theta_grid[0]) / THETA_STEP)
        return np.asarray(np.clip(position, 0, len(self.theta_grid) - 1), dtype=np.int64)

    @cached_property
    def category_counts(self) -> list[int]:
        """Number of scores of each item."""
        return [int(count) for count in self.items.category_counts]

    @cached_property
    def starts(self) -> list[int]:
        """``area_starts`` as plain numbers."""
        return [int(start) for start in self.area_starts]

    @cached_property
    def area_code_list(self) -> list[int]:
        """``area_codes`` as plain numbers."""
        return [int(code) for code in self.area_codes]

    @cached_property
    def block_of(self) -> IntArray:
        """Index of each item's block, −1 for a single item, shape (J,)."""
        codes = np.full(len(self), -1)
        for number, block in enumerate(self.blocks):
            codes[list(block)] = number
        return codes

    @cached_property
    def unit_sizes(self) -> IntArray:
        """How many items follow from choosing an item: 1, or those of the block it heads; (J,)."""
        sizes = np.ones(len(self), dtype=np.int64)
        for block in self.blocks:
            sizes[block[0]] = len(block)
        return sizes

    @cached_property
    def followers(self) -> IntArray:
        """Items of blocks beside their heads: never chosen by themselves."""
        return np.array([item for block in self.blocks for item in block[1:]], dtype=np.int64)

    @cached_property
    def next_in_block(self) -> IntArray:
        """The item that must follow each, −1 if none; (J,)."""
        following = np.full(len(self), -1)
        for block in self.blocks:
            following[list(block[:-1])] = block[1:]
        return following

    @cached_property
    def node_information(self) -> FloatArray:
        """Fisher information at the nodes, (J, Q)."""
        return np.ascontiguousarray(information(self.nodes, self.items).T)

    @cached_property
    def node_probabilities(self) -> FloatArray:
        """P of each score at the nodes, (J, C, Q)."""
        return np.asarray(np.exp(self.log_table))

    @cached_property
    def grid_log_table(self) -> FloatArray:
        """log P of each score at the grid points, (J, C, G)."""
        return _log_table(self.items, self.theta_grid)

    @cached_property
    def families_of(self) -> AnyArray:
        """``family_members`` as an array padded with −1: (J, largest number of enemies)."""
        width = max((len(members) for members in self.family_members), default=0)
        table = np.full((len(self), width), -1, dtype=np.int64)
        for item, members in enumerate(self.family_members):
            table[item, : len(members)] = members
        return table


def block_means(values: FloatArray, blocks: Sequence[Sequence[int]]) -> FloatArray:
    """``values`` (N, J) with each block's head holding the mean of its items."""
    if not blocks:
        return values
    means = values.copy()
    for block in blocks:
        means[:, block[0]] = values[:, list(block)].mean(axis=1)
    return means


def _log_table(items: ItemCollection, theta: FloatArray) -> FloatArray:
    table = items.log_category_probabilities(theta).transpose(1, 2, 0)
    return np.maximum(np.ascontiguousarray(table), LOG_ZERO)


def _flags(indices: IntArray, count: int) -> AnyArray:
    flags = np.zeros(count, dtype=bool)
    flags[indices] = True
    return flags


def _blocks(content: PoolContent) -> tuple[tuple[int, ...], ...]:
    members: dict[str, list[int]] = {}
    for item, block in enumerate(content.blocks):
        if block is not None:
            members.setdefault(block, []).append(item)
    return tuple(tuple(block) for block in members.values() if len(block) > 1)


def enemy_groups(content: PoolContent, blocks: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Families and enemy sets of at least two, a block by its first item: at most one of each may be met."""
    head = list(range(len(content.areas)))
    for block in blocks:
        for item in block:
            head[item] = block[0]
    families: dict[str, list[int]] = {}
    for item, family in enumerate(content.families):
        if family is not None:
            families.setdefault(family, []).append(item)
    groups = (tuple(dict.fromkeys(head[item] for item in group)) for group in
              (*families.values(), *content.enemy_sets))  # fmt: skip
    return tuple(group for group in groups if len(group) > 1)


def _enemies(content: PoolContent, blocks: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """For each item those it excludes; items of a block exclude what its head does."""
    enemies: dict[int, dict[int, None]] = {}
    for group in enemy_groups(content, blocks):
        for item in group:
            enemies.setdefault(item, {}).update(dict.fromkeys(other for other in group if other != item))
    for block in blocks:
        for item in block[1:]:
            enemies[item] = enemies.get(block[0], {})
    return tuple(tuple(enemies.get(item, ())) for item in range(len(content.areas)))
