"""The weighted deviation model (Stocking & Swanson 1993)."""

from __future__ import annotations

import numpy as np

from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.arrays import AnyArray, FloatArray


def weighted_deviation_values(
    prepared: PreparedPlan, values: FloatArray, amounts: FloatArray, open_items: AnyArray, position: int
) -> FloatArray:
    """criterion weight · value − Σ weight · expected deviation from the bounds of each quota: (n, J).

    The attempt is projected to its maximum length: what was given (``amounts``, (n, C)), the item, and for
    every item after it the mean of the open ones (``open_items`` (n, J) of bool, blocks as wholes).
    """
    quotas, whole = prepared.quotas, prepared.unit_quotas
    sizes = prepared.pool.unit_sizes.astype(np.float64)
    ready = open_items.astype(np.float64)
    mean = np.vecdot(ready[:, None, :], whole) / np.maximum(np.vecdot(ready, sizes), 1.0)[:, None]
    following = np.maximum(prepared.plan.maximum_length - position - sizes, 0.0)
    result = prepared.plan.content.criterion_weight * values
    for number in range(len(quotas.names)):
        final = amounts[:, number, None] + whole[number] + mean[:, number, None] * following
        outside = np.maximum(quotas.minimum[number] - final, 0) + np.maximum(
            final - quotas.maximum[number], 0
        )
        result = result - quotas.weight[number] * outside
    return np.asarray(result)
