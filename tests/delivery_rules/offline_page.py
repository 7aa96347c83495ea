"""A candidate's page without a network: it queues, signs and chains as static/js/answer-queue.js does."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from exam_hall import WINDOW, ExamHall

from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.late_answers import SignedEntry, signature
from testing_center.services.answer_queue import Outcome, QueuedCommand


@dataclass
class OfflinePage:
    """Queues answers at moments of its own steady clock; ``heard_at`` is when it last heard the server."""

    hall: ExamHall
    heard_at: datetime
    window: str = WINDOW
    key: str = ""
    queue: list[QueuedCommand] = field(default_factory=list)
    wall_offset: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.key = self.key or self.hall.queue.key(self.hall.attempt_id)

    def answer(self, position: int, right: bool = True, sequence: int = 1, **body: object) -> QueuedCommand:
        """Queue an answer to an item that was shown, given now."""
        presentation, response = self.hall.choice(position, right)
        return self.save(presentation, response, sequence, **body)

    def save(
        self, presentation: str, response: list[str], sequence: int = 1, **body: object
    ) -> QueuedCommand:
        elapsed = self.hall.time - self.heard_at
        number, before = len(self.queue) + 1, self.queue[-1].entry if self.queue else None
        told = {
            "heard_at": self.heard_at.isoformat(),
            "elapsed_ms": elapsed.total_seconds() * 1000,
            "wall_ms": (elapsed + self.wall_offset).total_seconds() * 1000,
            "rtt_ms": 42.0,
            "client_time": "2026-03-02T04:00:00Z",
        } | body
        text = json.dumps(told)
        previous = before.mac if before else self.window
        entry = SignedEntry(self.window, number, previous, text, signature(self.key, previous, number, text))
        command = asked.SaveResponse(presentation, response, sequence, self.window)
        self.queue.append(QueuedCommand(entry, str(uuid4()), command))
        return self.queue[-1]

    def alter(self, place: int, **change: object) -> None:
        """Change a queued entry behind the signature's back."""
        one = self.queue[place]
        self.queue[place] = replace(one, entry=replace(one.entry, **change))  # type: ignore[arg-type]

    def send(self) -> list[Outcome]:
        """Send the whole queue, as a page does that is back."""
        _, outcomes = self.hall.queue.replay(self.hall.attempt_id, self.queue, self.hall.actor("teacher1"))
        return outcomes
