"""Scales over time: linking of calibrations, equating of forms, monitoring of drift."""

from psychometrics.linking.anchor_checks import AnchorChecks, robust_z
from psychometrics.linking.drift import DriftPlan, DriftReport, ItemDrift, ReleaseParameters, monitor_drift
from psychometrics.linking.irt_equating import CalibratedForm, observed_score_equating, true_score_equating
from psychometrics.linking.link import Linking, anchor_influence, bootstrap_covariance, link_scales
from psychometrics.linking.parameter_tables import LabelledCovariance, ParameterTable
from psychometrics.linking.plan import (
    LINKING_METHODS,
    AnchorRule,
    CommonItems,
    LinkingMethod,
    LinkingPlan,
)
from psychometrics.linking.score_distributions import ScoreDistribution, joint_counts, score_counts
from psychometrics.linking.score_equating import (
    EquatedScores,
    EquatingPlan,
    equate_groups,
    equate_with_anchor,
)
from psychometrics.linking.transformation import ScaleTransformation

__all__ = [
    "LINKING_METHODS",
    "AnchorChecks",
    "AnchorRule",
    "CalibratedForm",
    "CommonItems",
    "DriftPlan",
    "DriftReport",
    "EquatedScores",
    "EquatingPlan",
    "ItemDrift",
    "LabelledCovariance",
    "Linking",
    "LinkingMethod",
    "LinkingPlan",
    "ParameterTable",
    "ReleaseParameters",
    "ScaleTransformation",
    "ScoreDistribution",
    "anchor_influence",
    "bootstrap_covariance",
    "equate_groups",
    "equate_with_anchor",
    "joint_counts",
    "link_scales",
    "monitor_drift",
    "observed_score_equating",
    "robust_z",
    "score_counts",
    "true_score_equating",
]
