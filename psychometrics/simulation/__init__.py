"""Simulated populations, administrations and what they tell about a plan."""

from psychometrics.simulation.administrations import AdaptiveSimulation, simulate_adaptive
from psychometrics.simulation.population import Population, PopulationGroup, simulate_responses

__all__ = [
    "AdaptiveSimulation",
    "Population",
    "PopulationGroup",
    "simulate_adaptive",
    "simulate_responses",
]
