"""Assembly of parallel forms and multistage panels by mixed-integer programming (HiGHS through scipy).

Van der Linden (2005), *Linear models for optimal test design*.
"""

from psychometrics.assembly.feasibility import Feasibility, InfeasiblePlan, Shortfall, check_feasibility
from psychometrics.assembly.greedy import GreedyForms, assemble_greedily
from psychometrics.assembly.multistage import PanelSpecification, multistage_plan
from psychometrics.assembly.pool import AssemblyPool
from psychometrics.assembly.solution import (
    Assembly,
    AssemblyUnfinished,
    AssemblyViolation,
    assemble,
    assembly_violations,
)
from psychometrics.assembly.specification import (
    AssemblyPlan,
    CountLimit,
    FormSpecification,
    InformationTarget,
    PathSpecification,
    QuantityLimit,
    StimulusRule,
)

__all__ = [
    "Assembly",
    "AssemblyPlan",
    "AssemblyPool",
    "AssemblyUnfinished",
    "AssemblyViolation",
    "CountLimit",
    "Feasibility",
    "FormSpecification",
    "GreedyForms",
    "InfeasiblePlan",
    "InformationTarget",
    "PanelSpecification",
    "PathSpecification",
    "QuantityLimit",
    "Shortfall",
    "StimulusRule",
    "assemble",
    "assemble_greedily",
    "assembly_violations",
    "check_feasibility",
    "multistage_plan",
]
