"""Psychometrics of Synak: calibration, ability, adaptive administration and item analysis.

Arrays are examinees by items. Parameters are in the logistic metric (D = 1). The formulas and their sources
are listed in docs/formulas.md.
"""

from psychometrics.ability import (
    ABILITY_METHODS,
    AbilityEstimates,
    AbilityMethod,
    SumScoreTable,
    eap_from_sum_score,
    estimate_ability,
    posterior,
    sum_score_distribution,
)
from psychometrics.adaptive import (
    AdaptivePlan,
    AdaptivePool,
    AdministrationState,
    Candidate,
    Choice,
    StopReason,
    choose,
    estimate,
    exposure_rates,
    next_choice,
    overlap_rate,
)
from psychometrics.calibration import (
    DEFAULT_GUESSING_PRIOR,
    MODELS,
    Calibration,
    CalibrationPlan,
    ItemStandardErrors,
    Model,
    NormalPrior,
    Priors,
    Progress,
    calibrate,
)
from psychometrics.classical import (
    AlphaCoefficient,
    ItemStatistics,
    OptionTable,
    cronbach_alpha,
    item_statistics,
    option_table,
)
from psychometrics.errors import InvalidParameters, InvalidResponses, NotEstimable, PsychometricError
from psychometrics.girth_check import CrossCheck, cross_check, girth_estimates
from psychometrics.item_collections import (
    CategoryCurves,
    ItemCollection,
    MixedItems,
    category_probabilities,
    expected_item_scores,
    highest_scores,
)
from psychometrics.polytomous_models import GradedItems, NominalItems, PartialCreditItems
from psychometrics.quadrature import Quadrature
from psychometrics.reliability import (
    conditional_standard_error,
    empirical_reliability,
    marginal_reliability,
)
from psychometrics.response_models import (
    ItemParameters,
    ResponseCurves,
    expected_score,
    information,
    log_probabilities,
    probability,
    response_curves,
)
from psychometrics.responses import ResponseMatrix
from psychometrics.simulation import AdaptiveSimulation, simulate_adaptive, simulate_responses

__all__ = [
    "ABILITY_METHODS",
    "DEFAULT_GUESSING_PRIOR",
    "MODELS",
    "AbilityEstimates",
    "AbilityMethod",
    "AdaptivePlan",
    "AdaptivePool",
    "AdaptiveSimulation",
    "AdministrationState",
    "AlphaCoefficient",
    "Calibration",
    "CalibrationPlan",
    "Candidate",
    "CategoryCurves",
    "Choice",
    "CrossCheck",
    "GradedItems",
    "InvalidParameters",
    "InvalidResponses",
    "ItemCollection",
    "ItemParameters",
    "ItemStandardErrors",
    "ItemStatistics",
    "MixedItems",
    "Model",
    "NominalItems",
    "NormalPrior",
    "NotEstimable",
    "OptionTable",
    "PartialCreditItems",
    "Priors",
    "Progress",
    "PsychometricError",
    "Quadrature",
    "ResponseCurves",
    "ResponseMatrix",
    "StopReason",
    "SumScoreTable",
    "calibrate",
    "category_probabilities",
    "choose",
    "conditional_standard_error",
    "cronbach_alpha",
    "cross_check",
    "eap_from_sum_score",
    "empirical_reliability",
    "estimate",
    "estimate_ability",
    "expected_item_scores",
    "expected_score",
    "exposure_rates",
    "girth_estimates",
    "highest_scores",
    "information",
    "item_statistics",
    "log_probabilities",
    "marginal_reliability",
    "next_choice",
    "option_table",
    "overlap_rate",
    "posterior",
    "probability",
    "response_curves",
    "simulate_adaptive",
    "simulate_responses",
    "sum_score_distribution",
]
