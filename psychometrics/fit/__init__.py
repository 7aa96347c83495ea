"""Fit of items, examinees, pairs of items and the whole model."""

from psychometrics.fit.item_fit import ItemFit, s_x2
from psychometrics.fit.item_parameters import Slopes, parameter_counts
from psychometrics.fit.limited_information import ModelFit, model_fit
from psychometrics.fit.local_dependence import LocalDependence, Q3Bootstrap, q3_bootstrap, yen_q3
from psychometrics.fit.mean_squares import MeanSquares, ResidualFit, infit_outfit
from psychometrics.fit.person_fit import PersonFit, lz, lz_star
from psychometrics.fit.theta_groups import ThetaGroups, theta_groups

__all__ = [
    "ItemFit",
    "LocalDependence",
    "MeanSquares",
    "ModelFit",
    "PersonFit",
    "Q3Bootstrap",
    "ResidualFit",
    "Slopes",
    "ThetaGroups",
    "infit_outfit",
    "lz",
    "lz_star",
    "model_fit",
    "parameter_counts",
    "q3_bootstrap",
    "s_x2",
    "theta_groups",
    "yen_q3",
]
