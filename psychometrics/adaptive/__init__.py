"""Adaptive administration: start, select, estimate, stop."""

from psychometrics.adaptive.batch import Administrations
from psychometrics.adaptive.choice import Candidate, Choice
from psychometrics.adaptive.exposure import ExposureControl, ExposureCounts, exposure_rates, overlap_rate
from psychometrics.adaptive.plan import AdaptivePlan
from psychometrics.adaptive.pool import AdaptivePool, PoolContent
from psychometrics.adaptive.posterior import LatentRegression
from psychometrics.adaptive.prepared import PreparedPlan
from psychometrics.adaptive.quotas import ContentMethod, ContentRules, Quota
from psychometrics.adaptive.selection import CRITERIA, Criterion, SelectionRules
from psychometrics.adaptive.session import AdaptiveSession, estimate, next_choice, open_session
from psychometrics.adaptive.stopping import Classification, StoppingRules, StopReason

__all__ = [
    "CRITERIA",
    "AdaptivePlan",
    "AdaptivePool",
    "AdaptiveSession",
    "Administrations",
    "Candidate",
    "Choice",
    "Classification",
    "ContentMethod",
    "ContentRules",
    "Criterion",
    "ExposureControl",
    "ExposureCounts",
    "LatentRegression",
    "PoolContent",
    "PreparedPlan",
    "Quota",
    "SelectionRules",
    "StopReason",
    "StoppingRules",
    "estimate",
    "exposure_rates",
    "next_choice",
    "open_session",
    "overlap_rate",
]
