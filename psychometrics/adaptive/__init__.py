"""Adaptive administration: start, select, estimate, stop."""

from psychometrics.adaptive.exposure import exposure_rates, overlap_rate
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool
from psychometrics.adaptive.selection import Candidate
from psychometrics.adaptive.session import Choice, choose, estimate, next_choice
from psychometrics.adaptive.state import AdministrationState
from psychometrics.adaptive.stopping import StopReason

__all__ = [
    "AdaptivePlan",
    "AdaptivePool",
    "AdministrationState",
    "Candidate",
    "Choice",
    "StopReason",
    "choose",
    "estimate",
    "exposure_rates",
    "next_choice",
    "overlap_rate",
]
