"""How passwords are kept: slow to guess, quick to check once."""

from typing import Protocol


class Passwords(Protocol):
    """Hashes that carry their own parameters."""

    def hash(self, password: str) -> str:
        """Return a new salted hash."""

    def verify(self, password_hash: str, password: str) -> bool:
        """Whether *password* made *password_hash*; an unreadable hash is never right."""
