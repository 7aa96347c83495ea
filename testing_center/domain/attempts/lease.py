"""Who may write: one window of one device. Another device asks, and a proctor lets it take over or not.

A device is a browser with an identifier of its own; a lease is one window of it. Among windows of the
same device the newest writes. A device that was refused does not ask again unless its person does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts import events as happened

if TYPE_CHECKING:
    from testing_center.domain.attempts.state import AttemptState

MOST_DEVICE_REQUESTS = 20
"""How often other devices may ask in one attempt: enough for every mishap, too few to fill a log."""

Standing = Literal["holder", "waiting", "refused", "stranger"]


@dataclass(frozen=True)
class DeviceRequest:
    """A device that asked to take over; ``seat`` is where the candidate sat when it asked."""

    request_id: str
    device_id: str
    agent: str
    address: str
    seat: int | None
    requested_at: datetime
    refused: bool = False


def standing(state: "AttemptState", device_id: str) -> Standing:
    """Return what a device is to an attempt; a test that no device holds yet is everyone's to open."""
    if state.device in (None, device_id):
        return "holder"
    own = [request for request in state.device_requests if request.device_id == device_id]
    if not own:
        return "stranger"
    return "refused" if own[-1].refused else "waiting"


def pending(state: "AttemptState") -> tuple[DeviceRequest, ...]:
    """Return the requests that nobody has decided, oldest first."""
    return tuple(request for request in state.device_requests if not request.refused)


def require_holder(state: "AttemptState", device_id: str) -> None:
    """Raise ``OtherDevice`` unless the device holds the running test or nobody does yet."""
    if state.status != "finished" and standing(state, device_id) != "holder":
        raise errors.OtherDevice


def require_lease(state: "AttemptState", lease: str) -> None:
    """Raise ``OtherDevice`` for a window of a device that was replaced, ``LeaseLost`` for an older window."""
    if lease in state.released_leases:
        raise errors.OtherDevice
    if lease != state.lease:
        raise errors.LeaseLost


def take(command: asked.TakeLease, state: "AttemptState") -> tuple[happened.Event, ...]:
    """Make the window the writer, or let its device ask."""
    if state.status == "finished" or state.lease == command.lease:
        return ()
    place = standing(state, command.device_id)
    if place == "holder":
        return (happened.LeaseTaken(command.lease, command.device, command.device_id, command.address),)
    if place == "waiting" or (place == "refused" and not command.again):
        return ()
    if state.device_requests_made >= MOST_DEVICE_REQUESTS:
        return ()
    return (
        happened.LeaseRequested(
            command.lease, command.device_id, command.device, command.address, state.seat
        ),
    )


def approve(command: asked.ApproveDevice, state: "AttemptState") -> tuple[happened.Event, ...]:
    """Let the device take over; what the old one holds unsent stays there."""
    found = _undecided(state, command.request_id)
    if found is None:
        return ()
    seat = state.seat if command.seat is None else command.seat
    return (
        happened.LeaseTransferred(found.request_id, found.device_id, seat, command.reason, command.comment),
    )


def refuse(command: asked.RefuseDevice, state: "AttemptState") -> tuple[happened.Event, ...]:
    """Leave the test where it is."""
    if any(request.request_id == command.request_id and request.refused for request in state.device_requests):
        return ()
    found = _undecided(state, command.request_id)
    if found is None:
        raise errors.DeviceDecided
    return (happened.LeaseRefused(found.request_id, command.reason, command.comment),)


def _undecided(state: "AttemptState", request_id: str) -> DeviceRequest | None:
    """Return the open request, None when that very one holds the test already; raises ``DeviceDecided``."""
    found = next((request for request in pending(state) if request.request_id == request_id), None)
    if state.status == "finished":
        raise errors.WrongAttemptState
    if found is None and state.device_approval != request_id:
        raise errors.DeviceDecided
    return found
