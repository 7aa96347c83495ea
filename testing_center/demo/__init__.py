"""The demonstration: the shipped item bank under simulated parameters, sites, sittings and accounts."""

from testing_center.demo.accounts import DemoAccounts
from testing_center.demo.loading import DemonstrationRefused, load

__all__ = ["DemoAccounts", "DemonstrationRefused", "load"]
