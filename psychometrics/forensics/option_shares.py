"""Option probabilities without a response model: shares of options among examinees of a similar score."""

from __future__ import annotations

import numpy as np

from psychometrics.arrays import FloatArray
from psychometrics.errors import InvalidParameters
from psychometrics.forensics.choices import NOT_PRESENTED, OptionChoices

PSEUDO_COUNT = 0.5
"""Examinees added to the shares of an item, spread as its options are overall, so that none is zero."""


def option_shares(choices: OptionChoices, *, bandwidth: float | None = None) -> FloatArray:
    """Probability of each option for each examinee, (N, J, C), from the score groups of all examinees.

    Score: share of right responses among the presented, times J. Shares are smoothed over neighbouring scores
    by a Gaussian kernel with ``bandwidth`` in score points, by default Ramsay's (1991) 1.1 σ N^(−1/5); with a
    bandwidth near 0 each score is a group of its own. Wants some hundreds of examinees; where there are
    fewer, a nominal model estimated elsewhere is better. Raises InvalidParameters.
    """
    presented = choices.chosen != NOT_PRESENTED
    count = choices.chosen.shape[1]
    share = choices.right.sum(axis=1) / np.maximum(presented.sum(axis=1), 1)
    score = np.round(share * count).astype(np.int64)
    width = 1.1 * float(score.std()) * len(score) ** -0.2 if bandwidth is None else bandwidth
    if not width > 0:
        raise InvalidParameters("Score groups need scores that differ and a positive bandwidth.")
    met = np.unique(score)
    weights = np.exp(-0.5 * ((met[:, None] - score) / width) ** 2)
    chosen = choices.indicators(np.arange(len(score)))
    overall = chosen.sum(axis=0).reshape(count, -1) + 1e-3
    overall /= overall.sum(axis=1, keepdims=True)
    counts = (weights @ chosen).reshape(len(met), count, -1) + PSEUDO_COUNT * overall
    shares = counts / counts.sum(axis=2, keepdims=True)
    return np.asarray(shares[np.searchsorted(met, score)])
