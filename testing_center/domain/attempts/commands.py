"""What may be asked of an attempt. Names are imperatives; a command carries no authority of its own."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from testing_center.domain.attempts.plan import DeliveryPlan
from testing_center.domain.attempts.policy import Accommodations


@dataclass(frozen=True)
class Command:
    """Base of all commands."""

    def content_hash(self) -> str:
        """Return the SHA-256 (64 hexadecimal digits) of what is asked: its name and every field.

        The window that asks is not part of it: after a reload another window repeats the same command.
        """
        fields = {name: value for name, value in vars(self).items() if name != "lease"}
        told = [type(self).__name__, fields]
        content = json.dumps(told, sort_keys=True, ensure_ascii=False, default=asdict)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Prepare(Command):
    """Pin the form for one candidate."""

    candidate_id: int
    plan: DeliveryPlan


@dataclass(frozen=True)
class CheckIn(Command):
    """Seat the candidate after looking at the document; only its kind and last characters are kept."""

    document: str
    document_ending: str
    seat: int


@dataclass(frozen=True)
class PermitStart(Command):
    """Open the test for a checked-in candidate."""


@dataclass(frozen=True)
class Start(Command):
    """Begin; the clock runs from the server's now. ``launch`` says which keys were given."""

    launch: str = ""


@dataclass(frozen=True)
class TakeLease(Command):
    """Make one window the writer: of one device the newest wins, another device asks the proctor.

    ``device`` describes the browser in a few words; ``device_id`` is empty where devices do not matter
    (the trainer). A device that was refused asks only ``again``.
    """

    lease: str
    device: str
    device_id: str = ""
    address: str = ""
    again: bool = False


@dataclass(frozen=True)
class ApproveDevice(Command):
    """Let the device that asked take over, at the same seat or, with ``seat``, at another."""

    request_id: str
    seat: int | None
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class RefuseDevice(Command):
    """Leave the test on the device that holds it."""

    request_id: str
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class OpenItem(Command):
    """Go to a position of a fixed form; *client_time* tells when, for a page that was without a network."""

    position: int
    lease: str
    client_time: str = ""


@dataclass(frozen=True)
class SaveResponse(Command):
    """Record the response as it stands; an empty one clears it."""

    presentation_id: str
    response: Sequence[str]
    client_sequence: int
    lease: str
    client_time: str = ""


@dataclass(frozen=True)
class FlagItem(Command):
    """Mark or unmark an item for another look."""

    presentation_id: str
    flagged: bool
    lease: str


@dataclass(frozen=True)
class ConfirmItem(Command):
    """Lock the response and go forward (adaptive test and trainer)."""

    presentation_id: str
    lease: str


@dataclass(frozen=True)
class PresentNext(Command):
    """Ask for the next item (trainer: after the explanation was read)."""

    lease: str


@dataclass(frozen=True)
class NoteAttention(Command):
    """Record that the page was hidden, shown, left or returned to, and what the candidate's clock says."""

    change: str
    client_time: str
    client_skew: int
    lease: str


@dataclass(frozen=True)
class RequestHelp(Command):
    """Call the proctor."""


@dataclass(frozen=True)
class BeginSection(Command):
    """Open the next section: its items are shown and its time runs from the server's now."""

    lease: str


@dataclass(frozen=True)
class LeaveSection(Command):
    """Lock the section and go to what is between it and the next."""

    lease: str


@dataclass(frozen=True)
class TakeBreak(Command):
    """Leave the desk for a while."""

    lease: str


@dataclass(frozen=True)
class EndBreak(Command):
    """Sit down again."""

    lease: str


@dataclass(frozen=True)
class Finish(Command):
    """End the attempt by the candidate's own decision, or ``timed``: only if the deadline has passed."""

    lease: str
    timed: bool = False


@dataclass(frozen=True)
class Expire(Command):
    """Close an attempt whose deadline has passed."""


@dataclass(frozen=True)
class CloseSitting(Command):
    """End an attempt that still stands paused when its sitting is over."""


@dataclass(frozen=True)
class Pause(Command):
    """Stop the clock."""

    reason: str
    comment: str = ""


@dataclass(frozen=True)
class Resume(Command):
    """Let the clock run again."""

    reason: str
    comment: str = ""


@dataclass(frozen=True)
class GrantTime(Command):
    """Add seconds to the deadline."""

    seconds: int
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class ChangeAccommodations(Command):
    """Grant a candidate other accommodations; time once given is not taken back."""

    accommodations: Accommodations
    reason: str
    comment: str = ""


@dataclass(frozen=True)
class NoteIncident(Command):
    """Record what happened."""

    reason: str
    comment: str = ""


@dataclass(frozen=True)
class EndAttempt(Command):
    """End the attempt by the proctor's decision."""

    reason: str
    comment: str = ""


@dataclass(frozen=True)
class KeepLateAnswer(Command):
    """Note that an answer came too late and was put in quarantine."""

    command_id: str
    presentation_id: str
    verdict: str


@dataclass(frozen=True)
class AcceptLateAnswer(Command):
    """Count an answer that came late."""

    command_id: str
    presentation_id: str
    response: Sequence[str]
    client_sequence: int
    reason: str


@dataclass(frozen=True)
class RejectLateAnswer(Command):
    """Leave an answer that came late out."""

    command_id: str
    reason: str


@dataclass(frozen=True)
class PauseForSilence(Command):
    """Stop the clock of a page that is not heard, where the policy says so."""


@dataclass(frozen=True)
class ResumeAfterSilence(Command):
    """Let the clock run again: the page is heard, or the policy allows no more."""
