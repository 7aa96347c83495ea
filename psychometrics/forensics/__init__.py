"""Forensics: answer copying and other signs that a result does not show what a candidate can do."""

from psychometrics.forensics.ability_shift import AbilityShift, ScoredSet, signed_likelihood_ratio
from psychometrics.forensics.choices import OptionChoices
from psychometrics.forensics.cusum import Cusum, CusumPlan, cusum
from psychometrics.forensics.gains import (
    ScoreGains,
    SiteGains,
    ability_gains,
    regression_gains,
    site_gains,
)
from psychometrics.forensics.k_indices import KIndices, k_indices
from psychometrics.forensics.option_shares import option_shares
from psychometrics.forensics.preknowledge import (
    JointShift,
    PosteriorShift,
    SpeedShift,
    joint_shift,
    posterior_shift,
    preknowledge_ratio,
    speed_shift,
)
from psychometrics.forensics.similarity import (
    AnswerSimilarity,
    generalized_binomial_tail,
    generalized_binomial_test,
    wollack_omega,
)

__all__ = [
    "AbilityShift",
    "AnswerSimilarity",
    "Cusum",
    "CusumPlan",
    "JointShift",
    "KIndices",
    "OptionChoices",
    "PosteriorShift",
    "ScoreGains",
    "ScoredSet",
    "SiteGains",
    "SpeedShift",
    "ability_gains",
    "cusum",
    "generalized_binomial_tail",
    "generalized_binomial_test",
    "joint_shift",
    "k_indices",
    "option_shares",
    "posterior_shift",
    "preknowledge_ratio",
    "regression_gains",
    "signed_likelihood_ratio",
    "site_gains",
    "speed_shift",
    "wollack_omega",
]
