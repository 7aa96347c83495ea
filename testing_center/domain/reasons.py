"""Why a proctor acts: categories of irregularity and the reasons within them.

A reason is ``category.cause``. A bare category is a reason as well: older logs and programs hold no
more than that. What the list cannot say is said by the comment, which the open causes require.
"""

from collections.abc import Mapping

from testing_center.domain.messages import N_

CATEGORIES: Mapping[str, str] = {
    "environment": N_("Room or building"),
    "candidate": N_("Candidate"),
    "staff": N_("Staff"),
    "technical": N_("Equipment or network"),
    "identity": N_("Identity"),
    "other": N_("Other"),
}

CAUSES: Mapping[str, Mapping[str, str]] = {
    "environment": {
        "power_outage": N_("Power outage"),
        "noise": N_("Noise"),
        "disturbance": N_("Disturbance"),
        "comfort": N_("Heat, cold or light"),
        "weather": N_("Weather"),
        "evacuation": N_("Evacuation"),
    },
    "candidate": {
        "illness": N_("Illness"),
        "break": N_("Leaves the room"),
        "late": N_("Late"),
        "no_show": N_("Did not come"),
        "complaint": N_("Complaint"),
        "behaviour": N_("Behaviour"),
        "device": N_("Phone or other device"),
        "camera": N_("Camera, wire or earpiece"),
        "notes": N_("Notes or literature"),
        "talking": N_("Talking or exchanging papers"),
        "refusal": N_("Refuses the rules"),
    },
    "staff": {
        "error": N_("Staff error"),
        "late": N_("Staff late or absent"),
        "behaviour": N_("Staff behaviour"),
        "prompting": N_("Prompting by staff"),
    },
    "technical": {
        "network": N_("Network"),
        "freezing": N_("Computer freezes"),
        "launching": N_("Test does not open"),
        "workstation": N_("Keyboard, mouse or screen"),
        "printing": N_("Printing"),
        "safe_browser": N_("Safe Exam Browser"),
    },
    "identity": {
        "document": N_("Document missing or not valid"),
        "impersonation": N_("Another person in place of the candidate"),
    },
    "other": {"other": N_("Something else")},
}

COMMENT_NEEDED = frozenset({"other", "other.other"})
"""Reasons that say nothing by themselves."""

REASONS: Mapping[str, str] = {
    **CATEGORIES,
    **{f"{category}.{cause}": name for category, causes in CAUSES.items() for cause, name in causes.items()},
}
"""Every reason that may be recorded, with its name."""

COMMON: Mapping[str, tuple[str, ...]] = {
    "pause": ("technical.network", "technical.freezing", "environment.power_outage", "candidate.break",
              "candidate.illness"),
    "resume": ("technical.network", "technical.freezing", "environment.power_outage", "candidate.break",
               "candidate.illness"),
    "minutes": ("technical.network", "technical.freezing", "environment.power_outage", "staff.error"),
    "outage": ("environment.power_outage", "technical.network"),
    "incident": ("candidate.behaviour", "candidate.talking", "candidate.device", "candidate.notes",
                 "technical.workstation"),
    "accommodations": ("candidate.illness", "candidate.complaint", "staff.error", "environment.comfort"),
    "end": ("candidate.device", "candidate.camera", "candidate.illness", "identity.impersonation"),
}  # fmt: skip
"""What each act is mostly done for: offered first, the rest of the list behind one tap."""


def category_of(reason: str) -> str:
    """Return the category of a reason, ``other`` for one that this list does not know."""
    category = reason.partition(".")[0]
    return category if category in CATEGORIES else "other"


def reason_name(reason: str) -> str:
    """Return the message of a reason, or the reason itself when the list does not know it."""
    return REASONS.get(reason, reason)
