"""Accuracy and consistency of decisions at cut scores."""

from psychometrics.decision_consistency.beta_true_scores import BetaTrueScores
from psychometrics.decision_consistency.decisions import DecisionQuality
from psychometrics.decision_consistency.lee import lee_decisions
from psychometrics.decision_consistency.livingston_lewis import (
    LivingstonLewisDecisions,
    livingston_lewis_decisions,
)
from psychometrics.decision_consistency.rudner import rudner_decisions

__all__ = [
    "BetaTrueScores",
    "DecisionQuality",
    "LivingstonLewisDecisions",
    "lee_decisions",
    "livingston_lewis_decisions",
    "rudner_decisions",
]
