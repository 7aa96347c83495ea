"""Standard errors of the lognormal response-time model from the exact observed information.

Observed information = expected complete information − variance of the complete score given the times: Louis
(1982). Given the times speed is normal and the score is quadratic in it, so that both parts are closed forms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse import csr_array, diags_array, hstack

from psychometrics.arrays import FloatArray
from psychometrics.errors import NotEstimable
from psychometrics.response_times.model import TimeParameters
from psychometrics.response_times.times import ResponseTimes

BLOCK_ROWS = 8_192
DENSE_SHARE = 0.1
"""Above this share of presented cells a dense product is faster than a sparse one."""


@dataclass(frozen=True, eq=False)
class TimeStandardErrors:
    """Standard errors of ``intensity`` (J,), ``discrimination`` (J,) and ``speed_sd``."""

    intensity: FloatArray
    discrimination: FloatArray
    speed_sd: float


def time_standard_errors(
    times: ResponseTimes, parameters: TimeParameters, speed: FloatArray, variance: FloatArray
) -> TimeStandardErrors:
    """At the maximum, from the posterior mean and variance of speed (N,). Raises NotEstimable."""
    residual = times.log_seconds - parameters.intensity[times.item] + speed[times.examinee]
    information = _complete(times, parameters, residual, speed, variance)
    information -= _missing(times, parameters, residual, speed, variance)
    try:
        root = cholesky(information, lower=True, overwrite_a=True)
    except np.linalg.LinAlgError as error:
        raise NotEstimable("The times carry no information on some time parameter.") from error
    half = solve_triangular(root, np.eye(len(root)), lower=True, overwrite_b=True)
    errors = np.sqrt(np.einsum("ij,ij->j", half, half))
    count = len(parameters)
    return TimeStandardErrors(
        errors[:count],
        parameters.discrimination * errors[count:-1],
        float(parameters.speed_sd * errors[-1]),
    )


def _complete(
    times: ResponseTimes,
    parameters: TimeParameters,
    residual: FloatArray,
    speed: FloatArray,
    variance: FloatArray,
) -> FloatArray:
    """Expected complete information in β, log α, log σ: (2J + 1, 2J + 1)."""
    count, precision = len(parameters), parameters.discrimination**2
    total = np.zeros((2 * count + 1, 2 * count + 1))
    items = np.arange(count)
    total[items, items] = precision * np.bincount(times.item, minlength=count)
    cross = -2 * precision * times.by_item(residual)
    total[items, count + items] = total[count + items, items] = cross
    squares = times.by_item(residual**2 + variance[times.examinee])
    total[count + items, count + items] = 2 * precision * squares
    total[-1, -1] = 2 * float((speed**2 + variance).sum()) / parameters.speed_sd**2
    return total


def _missing(
    times: ResponseTimes,
    parameters: TimeParameters,
    residual: FloatArray,
    speed: FloatArray,
    variance: FloatArray,
) -> FloatArray:
    """Variance of the complete score given the times.

    Each examinee's score is constant + B·e + C·e² for the error e ~ N(0, v) of speed, with variance
    v BB' + 2v² CC'.
    """
    count, precision = len(parameters), (parameters.discrimination**2)[times.item]
    slope = times.table(precision)
    spread = csr_array(2 * speed[:, None] / parameters.speed_sd**2)
    constant = csr_array(np.full((len(speed), 1), parameters.speed_sd**-2))
    linear = hstack([slope, times.table(-2 * precision * residual), spread]).tocsr()
    quadratic = hstack([-slope, constant]).tocsr()
    total = _weighted_products(linear, variance)
    total[count:, count:] += _weighted_products(quadratic, 2 * variance**2)
    return total


def _weighted_products(table: csr_array, weights: FloatArray) -> FloatArray:
    """Σ over rows of weight × row row', (P, P): by dense blocks unless the table is thin."""
    if table.nnz < DENSE_SHARE * table.shape[0] * table.shape[1]:
        return np.asarray((table.T @ (diags_array(weights) @ table)).toarray())
    total = np.zeros((table.shape[1], table.shape[1]))
    for start in range(0, table.shape[0], BLOCK_ROWS):
        rows = table[start : start + BLOCK_ROWS].toarray()
        total += (rows * weights[start : start + BLOCK_ROWS, None]).T @ rows
    return total
