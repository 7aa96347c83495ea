"""How many dimensions the responses have: polychoric correlations, parallel analysis, DETECT, bootstrap."""

from psychometrics.dimensionality.detect import DetectResult, detect
from psychometrics.dimensionality.parallel_analysis import (
    EigenvalueTest,
    ParallelAnalysis,
    parallel_analysis,
    unidimensionality_test,
)
from psychometrics.dimensionality.polychoric import PolychoricCorrelations, polychoric_correlations

__all__ = [
    "DetectResult",
    "EigenvalueTest",
    "ParallelAnalysis",
    "PolychoricCorrelations",
    "detect",
    "parallel_analysis",
    "polychoric_correlations",
    "unidimensionality_test",
]
