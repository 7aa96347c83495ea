"""Scoring: θ and expected percents of examinees for given item parameters, with their errors."""

from psychometrics.ability.estimation import (
    ABILITY_METHODS,
    AbilityEstimates,
    AbilityMethod,
    estimate_ability,
)
from psychometrics.ability.expected_percent import (
    ExpectedPercent,
    expected_percent,
    percent_at,
    posterior_percent,
    probability_of_percent,
    theta_at_percent,
)
from psychometrics.ability.likelihood import log_likelihood, posterior
from psychometrics.ability.plausible_values import plausible_values
from psychometrics.ability.sum_scores import SumScoreTable, eap_from_sum_score, sum_score_distribution

__all__ = [
    "ABILITY_METHODS",
    "AbilityEstimates",
    "AbilityMethod",
    "ExpectedPercent",
    "SumScoreTable",
    "eap_from_sum_score",
    "estimate_ability",
    "expected_percent",
    "log_likelihood",
    "percent_at",
    "plausible_values",
    "posterior",
    "posterior_percent",
    "probability_of_percent",
    "sum_score_distribution",
    "theta_at_percent",
]
