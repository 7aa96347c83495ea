"""Ratios of specific to general slopes in the testlet response model (Bradlow, Wainer & Wang 1999)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.multidimensional.expectation import Counts
from psychometrics.multidimensional.layout import Layout

RATIO_LIMIT = 5.0
HALVINGS = 12


def ratio_features(layout: Layout, block: int, ratios: FloatArray) -> FloatArray:
    """The one coordinate (K, 1) on which the slopes work: general + ratio · specific."""
    own = layout.features[block]
    return own if own.shape[1] == 1 else np.asarray(own[:, :1] + ratios[block] * own[:, 1:])


def improved_ratios(
    ratios: FloatArray, parts: Sequence[FloatArray], counts: Counts, layout: Layout
) -> tuple[FloatArray, FloatArray]:
    """A Fisher step for each testlet's ratio (T,), and the gradient at the old ones in standard errors.

    The step is shortened until the objective does not fall.
    """
    gradient, information = _derivatives(ratios, parts, counts, layout)
    step, before = gradient / information, _objective(ratios, parts, counts, layout)
    fresh, pending = ratios.copy(), np.ones(len(ratios), dtype=bool)
    for share in 0.5 ** np.arange(HALVINGS):
        proposal = np.clip(ratios + share * step, -RATIO_LIMIT, RATIO_LIMIT)
        fine = pending & (_objective(proposal, parts, counts, layout) >= before)
        fresh[fine] = proposal[fine]
        pending &= ~fine
        if not pending.any():
            break
    return fresh, np.abs(gradient) / np.sqrt(information)


def _derivatives(
    ratios: FloatArray, parts: Sequence[FloatArray], counts: Counts, layout: Layout
) -> tuple[FloatArray, FloatArray]:
    """Gradient and information: those of a slope of size zero on (general slope · specific coordinate)."""
    gradient, information = np.zeros(len(ratios)), np.full(len(ratios), 1e-12)
    for cluster, values, own in zip(layout.clusters, parts, counts.clusters, strict=True):
        if cluster.block >= len(ratios):
            continue
        line = ratio_features(layout, cluster.block, ratios)
        specific = values[:, -1][:, None, None] * layout.features[cluster.block][:, 1:]
        features = np.concatenate([np.broadcast_to(line, (len(values), *line.shape)), specific], axis=2)
        widened = np.concatenate([values, np.zeros((len(values), 1))], axis=1)
        slope, bend = cluster.derivatives(widened, own, features)
        gradient[cluster.block] += slope[:, -1].sum()
        information[cluster.block] += bend[:, -1, -1].sum()
    return gradient, information


def _objective(
    ratios: FloatArray, parts: Sequence[FloatArray], counts: Counts, layout: Layout
) -> FloatArray:
    """Expected complete-data log-likelihood of the items of each testlet, (T,)."""
    value = np.zeros(len(ratios))
    for cluster, values, own in zip(layout.clusters, parts, counts.clusters, strict=True):
        if cluster.block < len(ratios):
            logs = cluster.log_probabilities(values, ratio_features(layout, cluster.block, ratios))
            value[cluster.block] += np.einsum("jkc,jkc->", own, np.maximum(logs, -1e6))
    return value
