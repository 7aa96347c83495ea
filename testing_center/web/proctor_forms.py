"""What the proctor's forms send, read with care: acts, reasons, chosen seats."""

import uuid

from flask import request
from flask_babel import gettext

from testing_center.domain import reasons
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.conduct import LONGEST_MESSAGE
from testing_center.domain.attempts.conduct_commands import LeaveRoom, SendMessage
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.services.invigilation import DeviceDecision, ProctorCommand

LONGEST_TEXT = 500
LONGEST_ID = 64

ReasonChoices = dict[str, list[tuple[str, list[tuple[str, str]]]]]


def reason_names() -> dict[str, str]:
    """Return every reason with its name in the reader's language."""
    return {code: str(gettext(name)) for code, name in reasons.REASONS.items()}


def common_reasons(act: str) -> list[tuple[str, str]]:
    """Return the reasons that an act is mostly done for, with their names."""
    return reason_choices(act)["common"][0][1]


def reason_choices(act: str) -> ReasonChoices:
    """Return the reasons of an act: ``common`` to tap at once, ``other`` by category behind one tap."""
    common = reasons.COMMON.get(act, reasons.COMMON["incident"])
    names = reason_names()
    other = [
        (names[category], [(code, names[code]) for cause in causes if (code := f"{category}.{cause}")])
        for category, causes in reasons.CAUSES.items()
    ]
    kept = [(title, [one for one in listed if one[0] not in common]) for title, listed in other]
    return {
        "common": [("", [(code, names[code]) for code in common])],
        "other": [(title, listed) for title, listed in kept if listed],
    }


def command() -> ProctorCommand:
    """Return what the form asks of an attempt; raises ``InvalidInput``."""
    reason, comment = request.form.get("reason", ""), text("comment")
    match request.form.get("act"):
        case "pause":
            return asked.Pause(reason, comment)
        case "resume":
            return asked.Resume(reason, comment)
        case "minutes":
            return asked.GrantTime(_minutes() * 60, reason, comment)
        case "incident":
            return asked.NoteIncident(reason, comment)
        case "end":
            return asked.EndAttempt(reason, comment)
        case "message":
            return SendMessage(command_id(), request.form.get("message", "").strip()[: LONGEST_MESSAGE + 1])
        case "left":
            return LeaveRoom()
    raise InvalidInput


def chosen() -> frozenset[str] | None:
    """Return the bookings that were ticked, None when the act is for the whole room."""
    ticked = request.form.get("chosen", "")
    return frozenset(part for part in ticked.split(",") if part) if ticked else None


def device_decision() -> DeviceDecision:
    """Return what the form decides about another device; raises ``InvalidInput``."""
    form = request.form
    act, seat = form.get("act"), form.get("seat", "").strip()
    if act not in ("approve_device", "refuse_device") or (seat and not seat.isdecimal()):
        raise InvalidInput
    return DeviceDecision(
        request_id=form.get("request", "")[:LONGEST_ID],
        approve=act == "approve_device",
        reason=form.get("reason", ""),
        comment=text("comment"),
        seat=int(seat[:4]) if seat else None,
    )


def command_id() -> str:
    """Return the identifier under which the form may be sent twice; raises ``InvalidInput``."""
    try:
        return uuid.UUID(request.form.get("command_id", "")).hex
    except ValueError:
        raise InvalidInput(N_("The form is out of date. Reload the page and try again.")) from None


def text(name: str) -> str:
    """Return a text field, cut to what is kept."""
    return request.form.get(name, "").strip()[:LONGEST_TEXT]


def _minutes() -> int:
    minutes = request.form.get("minutes", 0, type=int)
    if not 1 <= minutes <= 240:
        raise InvalidInput(N_("Enter from 1 to 240 minutes."))
    return minutes
