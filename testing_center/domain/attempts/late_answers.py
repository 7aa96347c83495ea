"""Answers that arrive when they can no longer be taken: kept with their evidence until a person decides.

A page signs what it queues: each entry carries an HMAC-SHA-256, keyed for the attempt, over the entry
before it, its number and its body; the body holds what the page's own clocks say. Evidence is weighed here
and never trusted: the verdict helps whoever decides, and an answer with a bad signature is kept as well.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from testing_center.domain import errors
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.delivery import (
    Context,
    Events,
    JudgedResponse,
    decide,
    present,
    presentation_id,
)
from testing_center.domain.attempts.state import AttemptState

Verdict = Literal["in_time", "after_limit", "bad_signature", "broken_chain", "doubtful_clock"]
Cause = Literal["time", "other_device", "finished"]

MOST_LATE_ANSWERS = 500
CLOCKS_AGREE = timedelta(seconds=30)
"""How far the two clocks of a computer may part before neither is believed: it slept, or was turned."""
NO_FUTURE = timedelta(seconds=5)


@dataclass(frozen=True)
class SignedEntry:
    """One queued command: ``body`` is the JSON text that was signed, ``chain`` the window that queued it."""

    chain: str
    number: int
    previous: str
    body: str
    mac: str

    def signed_with(self, key: str) -> bool:
        """Whether the signature was made with *key* (hexadecimal, used as its text)."""
        return hmac.compare_digest(signature(key, self.previous, self.number, self.body), self.mac)

    def follows(self, before: "SignedEntry | None") -> bool:
        """Whether the entry continues the chain, as far as the entries at hand can tell."""
        if before is None or before.chain != self.chain:
            return self.number > 1 or self.previous == self.chain
        if before.number + 1 != self.number:
            return before.number < self.number  # what lay between was heard before
        return before.mac == self.previous


@dataclass(frozen=True)
class Clocks:
    """What a page's clocks say of an entry: the server was last heard at ``heard_at``, ``elapsed_ms`` before
    by the clock that nobody can turn and ``wall_ms`` before by the one on the wall; ``rtt_ms`` is how long
    that answer of the server took."""

    heard_at: datetime | None
    elapsed_ms: float
    wall_ms: float
    rtt_ms: float

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Clocks":
        """Read the clocks of a body; what is missing or unreadable is no evidence."""
        try:
            heard_at = datetime.fromisoformat(str(body.get("heard_at")))
        except ValueError:
            heard_at = None
        if heard_at is not None and heard_at.tzinfo is None:
            heard_at = None
        return cls(heard_at, *(_milliseconds(body.get(name)) for name in ("elapsed_ms", "wall_ms", "rtt_ms")))

    @property
    def given_at(self) -> datetime | None:
        """When the answer was given, by the clock that nobody can turn."""
        return None if self.heard_at is None else self.heard_at + timedelta(milliseconds=self.elapsed_ms)

    @property
    def agree(self) -> bool:
        """Whether both clocks went on alike."""
        return abs(timedelta(milliseconds=self.elapsed_ms - self.wall_ms)) <= CLOCKS_AGREE


@dataclass(frozen=True)
class LateDecision:
    """What a person decided about a late answer."""

    accepted: bool
    reason: str
    decided_by: int
    at: datetime


@dataclass(frozen=True)
class LateAnswer:
    """An answer in quarantine; ``evidence`` holds the entry as it came and what was made of it."""

    uid: str
    attempt_id: str
    command_id: str
    presentation_id: str
    position: int
    response: tuple[str, ...]
    client_sequence: int
    received_at: datetime
    limit_at: datetime
    cause: Cause
    verdict: Verdict
    evidence: Mapping[str, Any] = field(default_factory=dict)
    decision: LateDecision | None = None


def signature(key: str, previous: str, number: int, body: str) -> str:
    """Return the HMAC-SHA-256 (64 hexadecimal digits) of an entry; the page computes the same."""
    message = f"{previous}\n{number}\n{body}".encode()
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def judge(signed: bool, chained: bool, clocks: Clocks, limit_at: datetime, now: datetime) -> Verdict:
    """Return what the evidence says of an answer that came at *now*, after *limit_at*."""
    if not signed:
        return "bad_signature"
    if not chained:
        return "broken_chain"
    given_at = clocks.given_at
    if given_at is None or not clocks.agree or given_at > now + NO_FUTURE:
        return "doubtful_clock"
    return "in_time" if given_at <= limit_at else "after_limit"


def position_of(state: AttemptState, identifier: str) -> int:
    """Return where an item stands that may have been shown without the server; raises
    ``UnknownPresentation``."""
    shown = state.presentation(identifier)
    if shown is not None:
        return shown.position
    if state.plan.mode == "fixed":
        for position in range(1, state.plan.length + 1):
            if presentation_id(state.attempt_id, position) == identifier:
                return position
    raise errors.UnknownPresentation


def body_of(entry: SignedEntry) -> Mapping[str, Any]:
    """Return the fields of an entry's body; raises ``InvalidInput`` when it is none."""
    try:
        body = json.loads(entry.body)
    except ValueError:
        raise errors.InvalidInput from None
    if not isinstance(body, dict):
        raise errors.InvalidInput
    return body


def entries_in_order(entries: Sequence[SignedEntry]) -> list[tuple[SignedEntry, bool]]:
    """Return the entries in the order given, each with whether it continues its chain."""
    befores: list[SignedEntry | None] = [None, *entries[:-1]]
    return [(entry, entry.follows(before)) for entry, before in zip(entries, befores, strict=True)]


def _milliseconds(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < 1e12 else 0.0


@decide.register
def _(command: asked.KeepLateAnswer, state: AttemptState, context: Context) -> Events:
    if state.late_answers_kept >= MOST_LATE_ANSWERS:
        raise errors.InvalidInput
    return (happened.LateAnswerKept(command.command_id, command.presentation_id, command.verdict),)


@decide.register
def _(command: asked.AcceptLateAnswer, state: AttemptState, context: Context) -> Events:
    if state.status != "finished":
        raise errors.StillRunning
    if not command.reason.strip():
        raise errors.ReasonRequired
    position = position_of(state, command.presentation_id)
    shown = state.at(position)
    first = () if shown else present(state, context, position)
    item = shown or state.plan.slot(position)[1]
    judged = JudgedResponse()
    if command.response:
        given, language = tuple(command.response), state.plan.language
        judged = context.materials.judge(item.item_key, item.version, given, language)
    accepted = happened.LateAnswerAccepted(
        command.command_id,
        command.presentation_id,
        judged.response,
        judged.item_score,
        command.client_sequence,
        command.reason,
    )
    return (*first, accepted)


@decide.register
def _(command: asked.RejectLateAnswer, state: AttemptState, context: Context) -> Events:
    if state.status != "finished":
        raise errors.StillRunning
    if not command.reason.strip():
        raise errors.ReasonRequired
    return (happened.LateAnswerRejected(command.command_id, command.reason),)
