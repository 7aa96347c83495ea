"""How items, parameters and responses are laid out for estimation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.multidimensional.clusters import Cluster
from psychometrics.multidimensional.grids import NODES_BY_SCALES, Lattice, Line, MultidimensionalPlan
from psychometrics.multidimensional.model import MultidimensionalModel
from psychometrics.multidimensional.structures import Format, Scales, Structure, Testlets
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix

CHUNK_CELLS = 2_000_000
"""Posterior weights held at once."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Blocks of items that share nodes, cut into clusters of one format.

    With scales there is one block for each; with testlets one for each, whose nodes are pairs of a general
    and a specific coordinate, general first, and a last one for items without a testlet, if any.
    ``features`` are the coordinates (K, F) of each block's nodes.
    """

    structure: Structure
    formats: tuple[Format, ...]
    categories: IntArray
    clusters: tuple[Cluster, ...]
    features: tuple[FloatArray, ...]
    lattice: Lattice
    specific: Line

    @classmethod
    def of(
        cls,
        structure: Structure,
        formats: tuple[Format, ...],
        categories: IntArray,
        plan: MultidimensionalPlan,
    ) -> Layout:
        """The layout of a structure on the plan's grid."""
        if isinstance(structure, Scales):
            places, dimensions = structure.scale_of, structure.dimensions
            count = plan.nodes or NODES_BY_SCALES[dimensions]
        else:
            places, dimensions, count = structure.testlet_of, 1, plan.nodes or NODES_BY_SCALES[3]
            places = np.where(places < 0, structure.testlets, places)
        lattice = Lattice(Line.of(count, plan.reach), dimensions)
        specific = Line.of(plan.specific_nodes, plan.reach)
        features = _features(structure, int(places.max()) + 1, lattice.line, specific)
        clusters = _clusters(places, formats, categories)
        return cls(structure, formats, categories, clusters, features, lattice, specific)

    def block_clusters(self, block: int) -> list[int]:
        """Indices of the clusters of a block."""
        return [number for number, cluster in enumerate(self.clusters) if cluster.block == block]

    def indicators(self, rows: AnyArray) -> list[FloatArray]:
        """For each block the indicators (n, Σ C) of the scores given, from responses (n, J)."""
        parts = []
        for block in range(len(self.features)):
            columns = [
                (rows[:, self.clusters[number].items, None] == np.arange(self.clusters[number].categories))
                for number in self.block_clusters(block)
            ]
            parts.append(np.concatenate([part.reshape(len(rows), -1) for part in columns], axis=1))
        return [part.astype(np.float64) for part in parts]

    def chunks(self, matrix: ResponseMatrix) -> Iterator[AnyArray]:
        """Rows of responses (n, J), few enough for the posterior of a chunk to stay small."""
        widths = [len(part) for part in self.features]
        width = sum(widths) if isinstance(self.structure, Testlets) else 3 * self.lattice.weights_size
        size = int(np.clip(CHUNK_CELLS // width, 32, 2048))
        for start in range(0, matrix.examinees, size):
            yield _dense_rows(matrix, start, min(start + size, matrix.examinees))

    def stacked(self, tables: Sequence[FloatArray]) -> list[FloatArray]:
        """Tables of the clusters (n, K, C) as one (Σ C, K) for each block."""
        return [
            np.concatenate(
                [
                    np.swapaxes(tables[number], 1, 2).reshape(-1, tables[number].shape[1])
                    for number in self.block_clusters(block)
                ]
            )
            for block in range(len(self.features))
        ]

    def unstacked(self, counts: Sequence[FloatArray]) -> list[FloatArray]:
        """Counts (Σ C, K) of each block as (n, K, C) of each cluster."""
        result: list[FloatArray] = [np.empty(0)] * len(self.clusters)
        for block in range(len(self.features)):
            start = 0
            for number in self.block_clusters(block):
                cluster = self.clusters[number]
                stop = start + len(cluster.items) * cluster.categories
                part = counts[block][start:stop].reshape(len(cluster.items), cluster.categories, -1)
                result[number] = np.swapaxes(part, 1, 2)
                start = stop
        return result

    def parameters_of(self, model: MultidimensionalModel) -> list[FloatArray]:
        """Parameters of each cluster, (n, C − 1 + F), from a model of the same structure."""
        parts = []
        for cluster in self.clusters:
            intercepts = model.intercepts[cluster.items, : cluster.categories - 1]
            slopes = model.slopes[cluster.items][:, self.dimensions_of(cluster.block)]
            parts.append(np.concatenate([intercepts, slopes], axis=1))
        return parts

    def model_of(self, parameters: Sequence[FloatArray], correlation: FloatArray) -> MultidimensionalModel:
        """The model of parameters of each cluster."""
        items = self.structure.items
        slopes = np.zeros((items, self.structure.dimensions))
        intercepts = np.full((items, int(self.categories.max()) - 1), np.nan)
        for cluster, values in zip(self.clusters, parameters, strict=True):
            steps = cluster.categories - 1
            intercepts[np.ix_(cluster.items, np.arange(steps))] = values[:, :steps]
            slopes[np.ix_(cluster.items, np.array(self.dimensions_of(cluster.block)))] = values[:, steps:]
        return MultidimensionalModel(self.structure, self.formats, slopes, intercepts, correlation)

    def dimensions_of(self, block: int) -> list[int]:
        """Dimensions whose slopes the items of a block have."""
        if isinstance(self.structure, Scales):
            return [block]
        return [0] if block == self.structure.testlets else [0, 1 + block]


def _features(structure: Structure, blocks: int, line: Line, specific: Line) -> tuple[FloatArray, ...]:
    alone = line.nodes[:, None]
    if isinstance(structure, Scales):
        return (alone,) * blocks
    general = np.repeat(line.nodes, len(specific.nodes))
    pairs = np.stack([general, np.tile(specific.nodes, len(line.nodes))], axis=1)
    return tuple(alone if block == structure.testlets else pairs for block in range(blocks))


def _clusters(places: IntArray, formats: tuple[Format, ...], categories: IntArray) -> tuple[Cluster, ...]:
    keys = list(zip(places.tolist(), formats, categories.tolist(), strict=True))
    return tuple(
        Cluster(key[1], key[2], np.array([item for item, own in enumerate(keys) if own == key]), key[0])
        for key in sorted(set(keys))
    )


def _dense_rows(matrix: ResponseMatrix, start: int, stop: int) -> AnyArray:
    if matrix.dense is not None:
        return matrix.dense[start:stop]
    cells = matrix.to_sparse()
    first, last = int(cells.starts[start]), int(cells.starts[stop])
    table = np.full((stop - start, matrix.items), NOT_PRESENTED, dtype=np.int8)
    rows = np.repeat(np.arange(stop - start), np.diff(cells.starts[start : stop + 1]))
    table[rows, cells.items[first:last]] = cells.scores[first:last]
    return table
