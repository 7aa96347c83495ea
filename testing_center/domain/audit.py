"""Audit entries: who did what, to what, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class AuditEntry:
    """``actor`` is ``person:<uid>`` or ``system:<part>``; ``subject`` is ``kind:<key>``."""

    at: datetime
    actor: str
    action: str
    subject: str
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
