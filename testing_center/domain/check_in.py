"""When a candidate may still be admitted to the room, and why admission is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from testing_center.domain.administrations import Sitting
from testing_center.domain.attestation.rules import CheckInRule
from testing_center.domain.messages import N_

Arrival = Literal["early", "on_time", "late", "too_late"]

REFUSAL_REASONS = {
    "document": N_("No document, or a document that is not valid"),
    "identity": N_("Another person, or the likeness is in doubt"),
    "late": N_("Came after the time allowed for late arrivals"),
    "forbidden_item": N_("Carries a forbidden item and does not hand it over"),
    "condition": N_("Ill, drunk or disturbing others"),
    "not_on_list": N_("Not on the list of this sitting"),
}
"""Why a candidate is not let in: what an act of refusal states."""


@dataclass(frozen=True)
class Refusal:
    """An act of refusal at the door, kept for good."""

    booking_id: int
    reason: str
    comment: str
    at: datetime
    actor: str


def arrival(sitting: Sitting, rule: CheckInRule, now: datetime) -> Arrival:
    """Tell how a candidate who stands at the door at *now* has come.

    Nobody is late before the proctor has started the room: until then the room waits.
    """
    if sitting.opened_at is None:
        opens = sitting.starts_at - timedelta(minutes=rule.opens_minutes_before)
        return "early" if now < opens else "on_time"
    late_by = now - sitting.opened_at
    if late_by <= timedelta(0):
        return "on_time"
    return "late" if late_by <= timedelta(minutes=rule.late_minutes) else "too_late"


def is_absent(sitting: Sitting, rule: CheckInRule, now: datetime) -> bool:
    """Whether somebody who has not checked in by *now* counts as not having come."""
    return sitting.status == "closed" or arrival(sitting, rule, now) == "too_late"
