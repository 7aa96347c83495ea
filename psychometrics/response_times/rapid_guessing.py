"""Responses given faster than the item can be read: thresholds, effort, and scoring without them.

Normative thresholds: Wise & Ma (2012). Mixture of two lognormal distributions: Schnipke & Scrams (1997).
Response-time effort: Wise & Kong (2005). Effort-moderated scoring: Wise & DeMars (2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray, ScoreArray
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.response_times.times import ResponseTimes, as_response_times
from psychometrics.responses import NOT_PRESENTED, ResponseMatrix, score_array

HIGHEST_COUNT = 127
"""Scores an item may have at most."""


@dataclass(frozen=True, eq=False)
class ResponseTimeEffort:
    """Which responses were rapid, and the effort of examinees and items.

    ``rapid`` (N, J) bool; ``effort`` (N,) and ``item_effort`` (J,) are shares of the timed responses that
    were not rapid, NaN without any; ``flagged`` (N,) is effort below the limit (0.90: Wise & Kong 2005).
    """

    rapid: AnyArray
    effort: FloatArray
    item_effort: FloatArray
    flagged: AnyArray


def normative_thresholds(
    times: ResponseTimes | ArrayLike, *, share: float = 0.10, ceiling: float = 10.0
) -> FloatArray:
    """Threshold of each item in seconds, (J,): ``share`` of its mean time, at most ``ceiling`` seconds.

    NT10 by default. NaN for items without times. Raises InvalidParameters and InvalidResponses.
    """
    if not 0 < share < 1 or not ceiling > 0:
        raise InvalidParameters("A threshold needs a share between 0 and 1 and a positive ceiling.")
    given = as_response_times(times)
    counts = np.bincount(given.item, minlength=given.shape[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.minimum(share * given.by_item(given.seconds) / counts, ceiling))


def response_time_effort(
    times: ResponseTimes | ArrayLike, thresholds: ArrayLike, *, limit: float = 0.90
) -> ResponseTimeEffort:
    """Effort of examinees from times (N, J) and ``thresholds`` (J,) in seconds; NaN: nothing is rapid there.

    Raises InvalidParameters and InvalidResponses.
    """
    given, bounds = as_response_times(times), np.asarray(thresholds, dtype=np.float64)
    if bounds.shape != (given.shape[1],) or not 0 < limit <= 1:
        raise InvalidParameters("Effort needs one threshold for each item and a limit between 0 and 1.")
    fast = given.seconds < bounds[given.item]
    rapid = np.zeros(given.shape, dtype=np.bool_)
    rapid[given.examinee, given.item] = fast
    ones, slow = np.ones(len(fast)), (~fast).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        effort = given.by_examinee(slow) / given.by_examinee(ones)
        item_effort = given.by_item(slow) / given.by_item(ones)
    return ResponseTimeEffort(rapid, effort, item_effort, effort < limit)


def effort_moderated(responses: ResponseMatrix | ArrayLike, effort: ResponseTimeEffort) -> ScoreArray:
    """Scores (N, J) with rapid responses as not presented (−1), so that scoring leaves them out.

    Scores are whole numbers of any format. Raises InvalidResponses.
    """
    given = responses if isinstance(responses, ResponseMatrix) else None
    table = score_array(np.asarray(responses), HIGHEST_COUNT) if given is None else given.to_array()
    if table.shape != effort.rapid.shape:
        raise InvalidResponses(f"Responses {table.shape} do not match times {effort.rapid.shape}.")
    return np.asarray(np.where(effort.rapid, NOT_PRESENTED, table), dtype=np.int8)
