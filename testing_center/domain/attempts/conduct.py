"""Decisions on what the people around a test ask: messages, outages, absence, proof, rescoring.

Importing this module adds its rules to ``decide``.
"""

from testing_center.domain import errors
from testing_center.domain.attempts import conduct_commands as asked
from testing_center.domain.attempts import conduct_events as happened
from testing_center.domain.attempts.delivery import LONGEST_GRANT_SECONDS, Context, Events, decide
from testing_center.domain.attempts.state import AttemptState
from testing_center.domain.messages import N_

PRESENT = frozenset({"checked_in", "permitted", "in_progress", "paused", "on_break"})
RUNNING = frozenset({"in_progress", "paused", "on_break"})
PROOFS = frozenset({"proved", "missing", "failed"})
LONGEST_MESSAGE = 500


@decide.register
def _(command: asked.SendMessage, state: AttemptState, context: Context) -> Events:
    if state.status not in PRESENT:
        raise errors.WrongAttemptState
    text = command.text.strip()
    if not 0 < len(text) <= LONGEST_MESSAGE:
        raise errors.InvalidInput(N_("Write the message: up to 500 characters."))
    return (happened.MessageSent(command.message_id, text),)


@decide.register
def _(command: asked.AcknowledgeMessage, state: AttemptState, context: Context) -> Events:
    if not any(message.message_id == command.message_id for message in state.unread):
        return ()
    return (happened.MessageAcknowledged(command.message_id),)


@decide.register
def _(command: asked.GrantOutage, state: AttemptState, context: Context) -> Events:
    if state.status not in RUNNING or not state.plan.timed:
        raise errors.WrongAttemptState
    if not 0 < command.seconds <= LONGEST_GRANT_SECONDS:
        raise errors.InvalidInput(N_("Enter from 1 to 240 minutes."))
    return (
        happened.OutageGranted(
            command.outage_id,
            command.starts_at,
            command.ends_at,
            command.seconds,
            command.reason,
            command.comment,
        ),
    )


@decide.register
def _(command: asked.MarkAbsent, state: AttemptState, context: Context) -> Events:
    if state.status == "absent":
        return ()
    if state.started_at is not None or state.status == "finished":
        raise errors.WrongAttemptState
    return (happened.MarkedAbsent(),)


@decide.register
def _(command: asked.LeaveRoom, state: AttemptState, context: Context) -> Events:
    if state.status != "finished":
        raise errors.WrongAttemptState
    return () if state.left_room_at else (happened.RoomLeft(),)


@decide.register
def _(command: asked.NoteProof, state: AttemptState, context: Context) -> Events:
    if command.outcome not in PROOFS:
        raise errors.InvalidInput
    if state.status not in PRESENT or (state.proof, state.proof_means) == (command.outcome, command.means):
        return ()
    return (happened.ProofNoted(command.outcome, command.means),)


@decide.register
def _(command: asked.Rescore, state: AttemptState, context: Context) -> Events:
    if state.status != "finished":
        raise errors.WrongAttemptState
    if command.rescoring_id in state.rescorings:
        return ()
    return (
        happened.Rescored(
            command.rescoring_id,
            tuple(dict(one) for one in command.adjustments),
            dict(command.item_scores),
            dict(command.result),
        ),
    )
