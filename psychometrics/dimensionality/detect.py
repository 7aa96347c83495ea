"""DETECT: how far is the test from one dimension, and which items go together?

Zhang & Stout (1999a, 1999b); polytomous scores: Zhang (2007). Clusters of items from their conditional
covariances: Roussos, Stout & Marden (1998). Cross-validated: the clusters come from one half of the
examinees, the index from the other (Monahan et al. 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from psychometrics.arrays import AnyArray, FloatArray, IntArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.responses import ResponseMatrix, as_response_matrix

SMALLEST_GROUP = 2
SWEEPS = 20


@dataclass(frozen=True, eq=False)
class DetectResult:
    """DETECT of the cluster ``cluster`` (J,) of each item.

    ``index`` is 100 × the mean conditional covariance, positive sign within clusters and negative between:
    below 0.2 essentially one dimension, above 0.4 moderate, above 1 strong multidimensionality. ``assi``
    (share of pairs whose sign agrees with the clusters) and ``ratio`` (index over its upper bound) tell
    whether the structure is simple. ``training_index`` is that of the half that made the clusters.
    """

    index: float
    assi: float
    ratio: float
    training_index: float
    cluster: IntArray
    covariances: FloatArray


def detect(
    responses: ResponseMatrix | ArrayLike,
    rng: np.random.Generator,
    *,
    most_clusters: int = 6,
    categories: ArrayLike = 2,
) -> DetectResult:
    """DETECT of item scores (N, J) with clusters found in a random half of the examinees.

    Covariances are conditional on the score on the test, as a share of the points of the items presented.
    ``most_clusters`` bounds the search. Raises InvalidParameters, InvalidResponses, and NotEstimable for
    fewer than four items or 40 examinees.
    """
    if most_clusters < 1:
        raise InvalidParameters("DETECT needs one or more clusters.")
    matrix = as_response_matrix(responses, categories)
    table = matrix.to_array()
    if table.shape[1] < 4 or len(table) < 40:
        raise NotEstimable("DETECT needs four or more items and 40 or more examinees.")
    order = rng.permutation(len(table))
    training = conditional_covariances(table[order[: len(table) // 2]])
    testing = conditional_covariances(table[order[len(table) // 2 :]])
    cluster = _best_clusters(training, min(most_clusters, table.shape[1] - 1))
    index, assi, ratio = _indices(testing, cluster)
    return DetectResult(index, assi, ratio, _indices(training, cluster)[0], cluster, testing)


def conditional_covariances(table: AnyArray) -> FloatArray:
    """Covariance of each two items given the score on the test, from scores (N, J), −1 missing: (J, J).

    The mean of two: given the score on all other items, which is too high under one dimension, and given the
    score on all items, which is too low. The diagonal is zero.
    """
    given = table >= 0
    scores = np.where(given, table, 0).astype(np.float64)
    tops = given * scores.max(axis=0)
    points, reach = scores.sum(axis=1), tops.sum(axis=1)
    covariances = np.zeros((table.shape[1],) * 2)
    for item in range(table.shape[1]):
        both = given & given[:, [item]]
        both[:, item] = False
        rest = np.maximum(points[:, None] - scores[:, [item]] - scores, 0.0)
        rest_reach = reach[:, None] - tops[:, [item]] - tops
        pairs = (scores[:, [item]], scores, both)
        covariances[item] = 0.5 * _given(_levels(rest, rest_reach), *pairs)
        whole = np.broadcast_to(points[:, None], rest.shape), np.broadcast_to(reach[:, None], rest.shape)
        covariances[item] += 0.5 * _given(_levels(*whole), *pairs)
    np.fill_diagonal(covariances, 0.0)
    return covariances


def _levels(points: FloatArray, reach: FloatArray) -> IntArray:
    """Group of each score: the score itself if all were given the same items, else the rounded share."""
    share = np.divide(points, reach, out=np.zeros_like(points), where=reach > 0)
    return np.asarray(np.rint(share * reach.max()), dtype=np.int64)


def _given(group: IntArray, first: FloatArray, second: FloatArray, both: AnyArray) -> FloatArray:
    """Covariance of ``first`` (N, 1) with each column of ``second`` (N, J) within groups (N, J): (J,)."""
    columns = second.shape[1]
    key = (np.arange(columns) * (int(group.max()) + 1) + group)[both]
    size = columns * (int(group.max()) + 1)
    left, right = np.broadcast_to(first, second.shape)[both], second[both]
    count = np.bincount(key, minlength=size).astype(np.float64)
    sums = [np.bincount(key, part, minlength=size) for part in (left, right, left * right)]
    used = np.where(count >= SMALLEST_GROUP, count, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Within a group of n the covariance has n − 1 in its denominator and counts n times.
        within = np.nan_to_num((sums[2] - sums[0] * sums[1] / count) * used / (count - 1))
        total = used.reshape(columns, -1).sum(axis=1)
        return np.asarray(np.nan_to_num(within.reshape(columns, -1).sum(axis=1) / total))


def _best_clusters(covariances: FloatArray, most: int) -> IntArray:
    """Clusters (J,) of the largest index: hierarchical ones, improved by moving single items."""
    distance = covariances.max() - covariances
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), "average")
    candidates = [
        _improved(covariances, np.asarray(fcluster(tree, count, "maxclust"), dtype=np.int64) - 1, most)
        for count in range(1, most + 1)
    ]
    best = max(candidates, key=lambda cluster: _indices(covariances, cluster)[0])
    return np.unique(best, return_inverse=True)[1].astype(np.int64)


def _improved(covariances: FloatArray, cluster: IntArray, most: int) -> IntArray:
    """Each item in turn moved to the cluster it covaries with most, until none moves."""
    cluster = cluster.copy()
    for _ in range(SWEEPS):
        before = cluster.copy()
        for item in range(len(cluster)):
            sums = np.bincount(cluster, covariances[item], minlength=most)
            if sums.max() > sums[cluster[item]] + 1e-15:
                cluster[item] = int(sums.argmax())
        if np.array_equal(before, cluster):
            break
    return cluster


def _indices(covariances: FloatArray, cluster: IntArray) -> tuple[float, float, float]:
    """(DETECT, ASSI, ratio) of a partition."""
    first, second = np.triu_indices(len(cluster), 1)
    sign = np.where(cluster[first] == cluster[second], 1.0, -1.0)
    values = covariances[first, second]
    size = np.abs(values).mean()
    index = (sign * values).mean()
    return float(100 * index), float((sign * np.sign(values)).mean()), float(index / size) if size else 0.0
