"""Differential item functioning: do items work alike for comparable examinees of different groups."""

from psychometrics.dif.curve_differences import (
    CurveAreas,
    SampleDifferences,
    bounded_areas,
    raju_areas,
    sample_differences,
)
from psychometrics.dif.groups import Contrast, ContrastKind, contrasts_of
from psychometrics.dif.intersections import (
    ContrastFindings,
    IntersectionPlan,
    IntersectionReport,
    SkippedCell,
    intersection_report,
)
from psychometrics.dif.logistic import DifKind, LogisticDif, logistic_dif
from psychometrics.dif.mantel import ChiSquared
from psychometrics.dif.mantel_haenszel import (
    MantelHaenszelDif,
    generalized_mantel_haenszel,
    mantel_haenszel_dif,
)
from psychometrics.dif.model_comparison import (
    ComparisonMethod,
    ComparisonPlan,
    ModelComparisonDif,
    lord_test,
    model_comparison_dif,
)
from psychometrics.dif.multiplicity import benjamini_hochberg
from psychometrics.dif.plan import DifPlan, Matching
from psychometrics.dif.sibtest import SibtestDif, sibtest_dif

__all__ = [
    "ChiSquared",
    "ComparisonMethod",
    "ComparisonPlan",
    "Contrast",
    "ContrastFindings",
    "ContrastKind",
    "CurveAreas",
    "DifKind",
    "DifPlan",
    "IntersectionPlan",
    "IntersectionReport",
    "LogisticDif",
    "MantelHaenszelDif",
    "Matching",
    "ModelComparisonDif",
    "SampleDifferences",
    "SibtestDif",
    "SkippedCell",
    "benjamini_hochberg",
    "bounded_areas",
    "contrasts_of",
    "generalized_mantel_haenszel",
    "intersection_report",
    "logistic_dif",
    "lord_test",
    "mantel_haenszel_dif",
    "model_comparison_dif",
    "raju_areas",
    "sample_differences",
    "sibtest_dif",
]
