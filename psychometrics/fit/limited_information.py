"""Fit of the whole model to the margins of single items and pairs: M2, M2*, C2 and the indices from them.

M2: Maydeu-Olivares & Joe (2005, 2006). M2*, with item scores in place of categories: Cai & Hansen (2013).
C2, with categories of single items and scores of pairs: Cai & Monroe (2014). For 0/1 items they are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, chndtr, chndtrinc

from psychometrics.ability.likelihood import scored
from psychometrics.arrays import FloatArray, IntArray, ScoreArray
from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.fit.item_parameters import Slopes, parameter_derivatives, slope_counts
from psychometrics.fit.margins import MarginFunctions, Margins
from psychometrics.item_collections import ItemCollection, category_probabilities
from psychometrics.quadrature import Quadrature
from psychometrics.responses import ResponseMatrix

Statistic = Literal["C2", "M2*"]
SMALLEST_EIGENVALUE = 1e-11


@dataclass(frozen=True)
class ModelFit:
    """Limited-information fit: ``statistic`` with its degrees of freedom and p, the root mean square error
    of approximation with its interval at ``confidence``, the standardized root mean square residual of the
    item correlations, and the comparative fit and Tucker–Lewis indices against independent items."""

    statistic: float
    degrees_of_freedom: int
    p_value: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    confidence: float
    srmsr: float
    cfi: float
    tli: float
    examinees: int


def model_fit(
    responses: ResponseMatrix | ArrayLike,
    items: ItemCollection,
    quadrature: Quadrature | None = None,
    *,
    slopes: Slopes = "free",
    statistic: Statistic = "C2",
    confidence: float = 0.9,
) -> ModelFit:
    """M2 of 0/1 items, C2 (or M2*) of others, from the examinees with complete responses (N, J).

    ``items`` must be maximum-likelihood estimates from these responses for the population ``quadrature``
    (default N(0, 1) on ±6). ``slopes`` tells how they were estimated: "free", "equal" (one for all, which
    Rasch and partial credit with a free variance amount to) or "fixed". Guessing and upper asymptotes other
    than 0 and 1 count as estimated.
    Raises InvalidParameters, InvalidResponses, and NotEstimable without complete responses, with fewer
    margins than parameters, or with parameters that the margins do not identify.
    """
    if not 0 < confidence < 1:
        raise InvalidParameters("Confidence must lie between 0 and 1.")
    if statistic not in ("C2", "M2*"):
        raise InvalidParameters(f"Unknown statistic {statistic!r}; choose C2 or M2*.")
    table = _complete(scored(responses, items))
    grid = quadrature or Quadrature.equal_spaced()
    functions = MarginFunctions.of(items.category_counts, by_category=statistic == "C2")
    model = Margins(category_probabilities(grid.nodes, items), grid.weights, functions)
    derivatives = parameter_derivatives(grid.nodes, items)
    shared = _columns(derivatives, items, slopes)
    value, freedom = _quadratic_form(table, model, derivatives, shared)
    independent, own, columns = _independence(table, functions, items.category_counts)
    base = _quadratic_form(table, independent, own, columns)
    lower, upper = _rmsea_interval(value, freedom, len(table), confidence)
    return ModelFit(
        statistic=value,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, value)),
        rmsea=float(np.sqrt(max(value - freedom, 0) / (freedom * (len(table) - 1)))),
        rmsea_lower=lower,
        rmsea_upper=upper,
        confidence=confidence,
        srmsr=_residual_size(table, model),
        cfi=1 - max(value - freedom, 0) / max(base[0] - base[1], value - freedom, 1e-300),
        tli=(base[0] / base[1] - value / freedom) / (base[0] / base[1] - 1),
        examinees=len(table),
    )


def _quadratic_form(
    table: ScoreArray, model: Margins, derivatives: list[FloatArray], shared: IntArray
) -> tuple[float, int]:
    """N e′[Ξ⁻¹ − Ξ⁻¹Δ(Δ′Ξ⁻¹Δ)⁻¹Δ′Ξ⁻¹]e and its degrees of freedom."""
    single, paired = model.derivatives(derivatives, shared)
    parameters = single.shape[1]
    freedom = len(single) + len(paired) - parameters
    if freedom <= 0:
        raise NotEstimable(
            f"{len(single) + len(paired)} margins cannot test a model of {parameters} parameters."
        )
    pairs = zip(_observed(table, model), model.expected(), strict=True)
    gaps: list[FloatArray] = [seen - wanted for seen, wanted in pairs]
    form = model.inverse_products(
        np.hstack([gaps[0][:, None], single]), np.hstack([gaps[1][:, None], paired])
    )
    scale = 1 / np.sqrt(np.diag(form)[1:])
    sizes, axes = np.linalg.eigh(form[1:, 1:] * scale[:, None] * scale)
    if parameters and not sizes[0] > SMALLEST_EIGENVALUE * sizes[-1]:
        raise NotEstimable("The margins of items and pairs do not identify all parameters of this model.")
    explained = ((axes.T @ (form[1:, 0] * scale)) ** 2 / sizes).sum()
    return float(len(table) * max(form[0, 0] - explained, 0.0)), freedom


def _observed(table: ScoreArray, model: Margins) -> tuple[FloatArray, FloatArray]:
    functions = model.functions
    single = [
        values[table[:, item]].mean()
        for values, item in zip(functions.single, functions.owner, strict=True)
    ]
    scores = functions.paired[np.arange(table.shape[1]), table]
    return np.array(single), (scores.T @ scores / len(table))[model.pairs]


def _independence(
    table: ScoreArray, functions: MarginFunctions, counts: IntArray
) -> tuple[Margins, list[FloatArray], IntArray]:
    """Margins of independent items with the observed shares, their derivatives and columns."""
    width = functions.paired.shape[1]
    seen = np.stack([np.bincount(column, minlength=width) for column in table.T]).astype(np.float64)
    # A score that nobody got keeps a share, so that its variance is not zero.
    known = np.arange(width) < counts[:, None]
    shares = np.where(known, np.maximum(seen, 0.5), 0.0)
    shares /= shares.sum(axis=1, keepdims=True)
    own = [(np.eye(count)[1:] - np.eye(count)[0])[:, None, :] for count in counts.tolist()]
    if len(functions.owner) == len(counts):
        # One margin for each item: only the mean of its scores is free.
        own = [
            (shares[item, :count] * (np.arange(count) - shares[item, :count] @ np.arange(count)))[None, None]
            for item, count in enumerate(counts.tolist())
        ]
    columns = np.arange(sum(len(part) for part in own))
    return Margins(shares[None], np.ones(1), functions), own, columns


def _columns(derivatives: list[FloatArray], items: ItemCollection, slopes: Slopes) -> IntArray:
    """Column of each parameter of each item in turn: −1 for fixed slopes, one for all equal slopes."""
    if slopes not in ("free", "equal", "fixed"):
        raise InvalidParameters(f"Unknown slopes {slopes!r}; choose free, equal or fixed.")
    if slopes == "equal" and len(set(slope_counts(items).tolist())) > 1:
        raise InvalidParameters("Slopes of nominal items cannot be equal to those of other items.")
    first = 0 if slopes != "equal" else int(slope_counts(items)[0])
    columns, following = [], first
    for table, own in zip(derivatives, slope_counts(items).tolist(), strict=True):
        free = len(table) - (0 if slopes == "free" else own)
        start = [] if slopes == "free" else [-1] * own if slopes == "fixed" else list(range(own))
        columns += start + list(range(following, following + free))
        following += free
    return np.array(columns, dtype=np.int64)


def _residual_size(table: ScoreArray, model: Margins) -> float:
    """Root mean square difference of observed and expected correlations of item scores."""
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.asarray(np.corrcoef(table.T.astype(np.float64)))[model.pairs]
    gaps = observed - model.expected_correlations()
    return float(np.sqrt(np.nanmean(gaps**2)))


def _rmsea_interval(value: float, freedom: int, examinees: int, confidence: float) -> tuple[float, float]:
    """Bounds whose noncentral χ² has ``value`` as its quantile (Browne & Cudeck 1992)."""
    bounds = []
    for share in (0.5 + confidence / 2, 0.5 - confidence / 2):
        reached = chndtr(value, freedom, 0.0) > share
        excess = float(chndtrinc(value, freedom, share)) if reached else 0.0
        bounds.append(float(np.sqrt(excess / (freedom * (examinees - 1)))))
    return bounds[0], bounds[1]


def _complete(matrix: ResponseMatrix) -> ScoreArray:
    table = matrix.to_array()
    table = table[(table >= 0).all(axis=1)]
    if len(table) < 2 or table.shape[1] < 3:
        raise NotEstimable(
            "Fit to the margins needs three or more items and examinees with complete responses to them."
        )
    return table
