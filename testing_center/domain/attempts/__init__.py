"""Attempts. Importing the package adds the rules of conduct to ``decide`` and to the fold."""

from testing_center.domain.attempts import conduct, conduct_fold

__all__ = ["conduct", "conduct_fold"]
