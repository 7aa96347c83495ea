"""Multistage tests: panels of modules, routing between stages, scoring, exact and simulated evaluation.

Panels are assembled by :mod:`psychometrics.assembly`.
"""

from psychometrics.multistage.administration import ModuleChoice, MultistageTest, next_module
from psychometrics.multistage.evaluation import (
    MultistageExpectation,
    evaluate_multistage,
    number_correct_table,
)
from psychometrics.multistage.panel import Panel, Route
from psychometrics.multistage.routing import Branch, RoutingPlan, RoutingRule, plan_routing
from psychometrics.multistage.simulation import MultistageSimulation, simulate_multistage

__all__ = [
    "Branch",
    "ModuleChoice",
    "MultistageExpectation",
    "MultistageSimulation",
    "MultistageTest",
    "Panel",
    "Route",
    "RoutingPlan",
    "RoutingRule",
    "evaluate_multistage",
    "next_module",
    "number_correct_table",
    "plan_routing",
    "simulate_multistage",
]
