"""Decisions by an estimate of θ that is normal about the true θ (Rudner 2001, 2005)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from psychometrics.arrays import finite_vector
from psychometrics.decision_consistency.decisions import DecisionQuality, between_cuts, rising_cuts
from psychometrics.errors import InvalidParameters


def rudner_decisions(
    theta: ArrayLike, standard_error: ArrayLike, cuts: ArrayLike, weights: ArrayLike | None = None
) -> DecisionQuality:
    """Decisions at ``cuts`` on θ for estimates with ``standard_error`` at each θ, all (N,).

    For a sample pass its estimates and errors; for a form and a population the nodes of a quadrature, the
    ``conditional_standard_error`` of the form there, and the quadrature's ``weights`` (N,), otherwise equal.
    Unlike Lee's method it needs no fixed form, so that it serves adaptive tests. Raises InvalidParameters,
    also for an infinite error.
    """
    bounds, points = rising_cuts(cuts), finite_vector(theta, "theta")
    error = finite_vector(standard_error, "standard_error")
    shares = np.ones(len(points)) if weights is None else finite_vector(weights, "weights")
    if not len(points) == len(error) == len(shares) or len(points) == 0:
        raise InvalidParameters("Decisions need one standard error and one weight for each θ.")
    if (error <= 0).any() or (shares < 0).any() or shares.sum() <= 0:
        raise InvalidParameters("Standard errors must be positive, weights not negative nor all zero.")
    below = ndtr((bounds - points[:, None]) / error[:, None])
    return DecisionQuality(
        cuts=bounds,
        points=points,
        weights=shares / shares.sum(),
        chances=between_cuts(below),
        true_category=np.searchsorted(bounds, points, side="right"),
    )
