"""Simulated populations, administrations and what they tell about a plan."""

from psychometrics.simulation.administrations import AdaptiveSimulation, simulate_adaptive
from psychometrics.simulation.exposure_goals import ExposureGoal, FittedExposure, fit_exposure
from psychometrics.simulation.figures import CutDecisions, Decisions, Figures, PoolUse, Precision
from psychometrics.simulation.fixed_form import best_fixed_form
from psychometrics.simulation.population import (
    Population,
    PopulationDraw,
    PopulationGroup,
    simulate_responses,
)
from psychometrics.simulation.report import DesignFigures, SimulationReport, ThetaGroup, run_scenario
from psychometrics.simulation.scenario import FixedFormRule, NormalSpread, Scenario, SimulatedPool
from psychometrics.simulation.scenario_files import load_scenario, parse_scenario

__all__ = [
    "AdaptiveSimulation",
    "CutDecisions",
    "Decisions",
    "DesignFigures",
    "ExposureGoal",
    "Figures",
    "FittedExposure",
    "FixedFormRule",
    "NormalSpread",
    "PoolUse",
    "Population",
    "PopulationDraw",
    "PopulationGroup",
    "Precision",
    "Scenario",
    "SimulatedPool",
    "SimulationReport",
    "ThetaGroup",
    "best_fixed_form",
    "fit_exposure",
    "load_scenario",
    "parse_scenario",
    "run_scenario",
    "simulate_adaptive",
    "simulate_responses",
]
