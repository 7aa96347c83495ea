"""The hash chain of an attempt's log: each link covers the one before it, so that a changed,
removed or inserted event is found by anyone who recomputes it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from testing_center.domain.attempts.events import event_from_data
from testing_center.domain.attempts.state import Recorded

GENESIS = "0" * 64
COMMAND_HASH = 7
"""Where the hash of the command stands among the parts of a link."""


@dataclass(frozen=True)
class LogRow:
    """One row of the log as stored; ``data`` is the canonical JSON text that was hashed."""

    attempt_id: str
    sequence: int
    kind: str
    data: str
    occurred_at: datetime
    actor: str
    command_id: str | None
    command_hash: str | None
    previous_hash: str
    hash: str

    def recorded(self) -> Recorded:
        """Return the event with what the log knows of it."""
        event = event_from_data(self.kind, json.loads(self.data))
        source = (self.actor, self.command_id, self.command_hash)
        return Recorded(self.sequence, event, self.occurred_at, *source, self.hash)


def canonical(data: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value, on every machine."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link(attempt_id: str, recorded: Recorded, previous_hash: str) -> LogRow:
    """Return the row that appends *recorded* after the row with *previous_hash*."""
    data = canonical(recorded.event.to_data())
    row = (
        attempt_id,
        recorded.sequence,
        recorded.event.kind,
        data,
        recorded.occurred_at,
        recorded.actor,
        recorded.command_id,
        recorded.command_hash,
        previous_hash,
    )
    return LogRow(*row, _digest(*row))


def verify(rows: Iterable[LogRow]) -> int | None:
    """Return the sequence number of the first broken link, or None when the chain holds."""
    previous, expected = GENESIS, 1
    for row in rows:
        digest = _digest(
            row.attempt_id,
            row.sequence,
            row.kind,
            row.data,
            row.occurred_at,
            row.actor,
            row.command_id,
            row.command_hash,
            previous,
        )
        if row.sequence != expected or row.previous_hash != previous or row.hash != digest:
            return expected
        previous, expected = row.hash, expected + 1
    return None


def _digest(*parts: object) -> str:
    texts = [part.isoformat() if isinstance(part, datetime) else part for part in parts]
    # Rows recorded before commands had a hash were linked without one, and still hold.
    if texts[COMMAND_HASH] is None:
        del texts[COMMAND_HASH]
    return hashlib.sha256(canonical(texts).encode()).hexdigest()
