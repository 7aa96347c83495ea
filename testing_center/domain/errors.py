"""Named refusals of the domain. Each carries an English message identifier and its parameters.

The web layer holds the one table from these classes to status codes and translates ``message``;
nothing here knows HTTP.
"""

from typing import ClassVar

from testing_center.domain.messages import N_


class DomainError(Exception):
    """A request the rules refuse; ``message`` % ``params`` is one sentence that says what to do."""

    code: ClassVar[str] = "refused"
    message: str = N_("This cannot be done now.")

    def __init__(self, message: str | None = None, **params: object) -> None:
        if message is not None:
            self.message = message
        self.params = params
        super().__init__(self.message % params if params else self.message)


class NotFound(DomainError):
    """What was asked for does not exist, or the reader may not know that it does."""

    code = "not-found"
    message = N_("This page or record does not exist. Check the address or go back to the start.")


class Forbidden(DomainError):
    """The actor lacks the permission."""

    code = "forbidden"
    message = N_("You do not have access to this page. Ask an administrator if you need it.")


class InvalidInput(DomainError):
    """A value that a person or program sent cannot be used; nothing was changed."""

    code = "invalid-input"
    message = N_("Some of what was entered cannot be used. Correct it and send it again.")


class SignInRefused(DomainError):
    """Name and password do not match, or the account is closed. Never says which."""

    code = "sign-in-refused"
    message = N_("The user name or password is not right. Check both and try again.")


class AttemptRefusal(DomainError):
    """Base of the refusals of ``decide``."""

    code = "attempt-refused"


class WrongAttemptState(AttemptRefusal):
    """The command does not fit the attempt's status."""

    code = "wrong-attempt-state"
    message = N_("The test is not in a state that allows this. Reload the page.")


class NotCheckedIn(AttemptRefusal):
    """The candidate has not been checked in or the room has not been started."""

    code = "not-checked-in"
    message = N_("The proctor has not opened the test yet. Please wait at your seat.")


class AttemptPaused(AttemptRefusal):
    """Answers wait while the proctor has paused the test."""

    code = "attempt-paused"
    message = N_("The proctor has paused your test. Your time is standing still.")


class TimeIsUp(AttemptRefusal):
    """The server's deadline has passed."""

    code = "time-is-up"
    message = N_("Time is up. Everything saved before the deadline is counted.")


class SectionLocked(AttemptRefusal):
    """The item belongs to a section that is not open."""

    code = "section-locked"
    message = N_("This section is closed. Go on with the next one.")


class SectionTimeIsUp(AttemptRefusal):
    """The section's own time has passed."""

    code = "section-time-is-up"
    message = N_("The time of this section is up. Everything saved before is counted.")


class ItemTimeIsUp(AttemptRefusal):
    """The item's own time has passed."""

    code = "item-time-is-up"
    message = N_("The time of this item is up. Everything saved before is counted.")


class OnBreak(AttemptRefusal):
    """Answers wait while the candidate is on a break."""

    code = "on-break"
    message = N_("You are on a break. Return to the test to go on.")


class BreakRefused(AttemptRefusal):
    """The policy allows no break now; the message says why."""

    code = "break-refused"
    message = N_("This test has no breaks.")


class LeaseLost(AttemptRefusal):
    """The test has since been opened in another window or on another computer."""

    code = "lease-lost"
    message = N_("This test is open in another window. Continue there, or reload this page to continue here.")


class OtherDevice(AttemptRefusal):
    """The test is on another device, by the proctor's decision or because that one opened it first."""

    code = "other-device"
    message = N_(
        "This test now continues on another computer. Answers that were not sent are kept on this one:"
        " tell the proctor."
    )


class DeviceDecided(AttemptRefusal):
    """Somebody else has decided about the device, or it no longer asks."""

    code = "device-decided"
    message = N_("This request was already decided. Look at the board again.")


class ClocksDisagree(AttemptRefusal):
    """The clocks of the installation differ too much for a test to begin."""

    code = "clocks-disagree"
    message = N_(
        "The server's clocks differ by %(seconds)s s, so no test can start."
        " Tell the technical support: the time service of the server must be mended."
    )


class StillRunning(AttemptRefusal):
    """A late answer is decided only when nothing more can be answered."""

    code = "still-running"
    message = N_("This test is still running. Decide about its late answers when it is finished.")


class AlreadyDecided(AttemptRefusal):
    """Somebody else has decided about the late answer."""

    code = "already-decided"
    message = N_("Somebody has already decided about this answer.")


class OwnSitting(AttemptRefusal):
    """Whoever acted in a test does not decide what counts in it."""

    code = "own-sitting"
    message = N_("You acted as proctor in this test. Another person must decide about its late answers.")


class CommandReused(AttemptRefusal):
    """An identifier that was recorded came again with other content; the first stands."""

    code = "command-reused"
    message = N_("This action repeats the number of another one. The first is kept; reload the page.")


class UnknownPresentation(AttemptRefusal):
    """The item is not part of what was presented to this candidate."""

    code = "unknown-presentation"
    message = N_("This item is not open in your test. Reload the page.")


class InvalidResponseGiven(AttemptRefusal):
    """The response does not fit the interaction; the message is the item bank's own when it says why."""

    code = "invalid-response"
    message = N_("The answer could not be read. Give it again.")


class ItemLocked(AttemptRefusal):
    """An adaptive test moves forward only."""

    code = "item-locked"
    message = N_("In this test you move forward only; an answered item cannot be changed.")


class ResponseRequired(AttemptRefusal):
    """An adaptive item must be answered before the next one can be chosen."""

    code = "response-required"
    message = N_("Give an answer before you continue.")


class ReasonRequired(AttemptRefusal):
    """A proctor's action needs a reason."""

    code = "reason-required"
    message = N_("Choose a reason for this action.")


class CommentRequired(AttemptRefusal):
    """The reason says nothing by itself."""

    code = "comment-required"
    message = N_("Write in the comment what happened: the reason alone does not say it.")


class RoomCodeRefused(AttemptRefusal):
    """Ticket code or room code do not match."""

    code = "room-code-refused"
    message = N_("The codes do not match. Check your ticket, and type the room code that is shown now.")


class ProofRequired(AttemptRefusal):
    """The administration runs in the locked-down browser only."""

    code = "proof-required"
    message = N_("This test runs in Safe Exam Browser with the file of the testing centre. Tell the proctor.")


class ConcurrentAppend(DomainError):
    """Another command was recorded first; the caller replays and decides again."""

    code = "concurrent-append"
    message = N_("Another action was recorded at the same moment. Try again.")


class ContentMissing(DomainError):
    """A pinned item, release or form is not in the store: never guessed, always refused."""

    code = "content-missing"
    message = N_("The content of this test cannot be loaded. Tell the proctor.")
