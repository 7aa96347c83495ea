"""Forensics: answer copying and other signs that a result does not show what a candidate can do."""

from psychometrics.forensics.choices import OptionChoices
from psychometrics.forensics.k_indices import KIndices, k_indices
from psychometrics.forensics.option_shares import option_shares
from psychometrics.forensics.similarity import (
    AnswerSimilarity,
    generalized_binomial_tail,
    generalized_binomial_test,
    wollack_omega,
)

__all__ = [
    "AnswerSimilarity",
    "KIndices",
    "OptionChoices",
    "generalized_binomial_tail",
    "generalized_binomial_test",
    "k_indices",
    "option_shares",
    "wollack_omega",
]
