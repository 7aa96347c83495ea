"""What an attempt's log proves: the chain recomputed, the attempt replayed, the score counted again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.hash_chain import LogRow, verify
from testing_center.domain.attempts.state import AttemptState, fold
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import NotFound
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.rescoring import Adjustment
from testing_center.services.adjusted_scores import adjusted_result
from testing_center.services.clock import Clock
from testing_center.services.pinned_materials import PinnedMaterials
from testing_center.services.presented_items import option_letter
from testing_center.services.release_library import ReleaseLibrary


@dataclass(frozen=True)
class TimelineEntry:
    """One event: when the server recorded it, what the candidate's clock said, by whom, and its data."""

    sequence: int
    at: datetime
    client_time: str
    kind: str
    actor: str
    data: dict[str, Any]


@dataclass(frozen=True)
class ItemLine:
    """One item as the candidate saw it: options in their order, every save, and the score counted again.

    ``chosen`` is written in the letters that stood before the options.
    """

    position: int
    item_key: str
    version: int
    option_order: tuple[str, ...]
    chosen: str
    saves: int
    saved_at: datetime | None
    recorded_score: int
    counted_score: int


@dataclass(frozen=True)
class DisputeReport:
    """``broken_at`` is the sequence number of the first broken link, None when the chain holds."""

    attempt_id: str
    state: AttemptState
    broken_at: int | None
    last_hash: str
    timeline: tuple[TimelineEntry, ...]
    items: tuple[ItemLine, ...]
    recorded_result: Any
    counted_result: Any

    @property
    def scores_agree(self) -> bool:
        """Whether every item score and the result, counted again, are what was recorded."""
        agreed = all(line.recorded_score == line.counted_score for line in self.items)
        return agreed and self.recorded_result == self.counted_result

    @property
    def holds(self) -> bool:
        """Whether the log is whole and says what the result says."""
        return self.broken_at is None and self.scores_agree


@dataclass(frozen=True)
class Disputes:
    """Makes reports from the log alone; each is noted in the audit log."""

    unit_of_work: UnitOfWorkFactory
    library: ReleaseLibrary
    clock: Clock

    def report(self, attempt_id: str, actor: str, reason: str) -> DisputeReport:
        """Replay and check an exam attempt; raises ``NotFound``."""
        with self.unit_of_work(write=True) as work:
            rows = work.attempts.rows(attempt_id)
            entry = AuditEntry(self.clock(), actor, "dispute-report", f"attempt:{attempt_id}", reason)
            work.audit.add(entry)
            work.commit()
        state = fold(attempt_id, (row.recorded() for row in rows))
        if state is None or state.plan.kind != "exam":
            raise NotFound
        counted = self._result(state) if state.status == "finished" else state.result
        return DisputeReport(
            attempt_id,
            state,
            verify(rows),
            rows[-1].hash,
            tuple(_entry(row) for row in rows),
            tuple(self._items(state, rows)),
            state.result,
            counted,
        )

    def _result(self, state: AttemptState) -> Any:
        adjustments = tuple(Adjustment.from_data(data) for data in state.adjustments)
        return adjusted_result(state, adjustments, self.library)

    def _items(self, state: AttemptState, rows: Sequence[LogRow]) -> list[ItemLine]:
        materials = PinnedMaterials(self.library, self.library.release(state.plan.release_number))
        events = [row.recorded().event for row in rows]
        saves = [one.presentation_id for one in events if isinstance(one, happened.ResponseSaved)]
        language = state.plan.language
        lines = []
        for shown in state.presentations:
            counted = 0
            if shown.response:
                judged = materials.judge(shown.item_key, shown.version, shown.response, language)
                counted = judged.item_score
            order = shown.option_order
            letters = [
                option_letter(order.index(one), language) if one in order else one for one in shown.response
            ]
            lines.append(
                ItemLine(
                    shown.position,
                    shown.item_key,
                    shown.version,
                    order,
                    " ".join(letters),
                    saves.count(shown.presentation_id),
                    shown.saved_at,
                    shown.item_score,
                    counted,
                )
            )
        return sorted(lines, key=lambda line: line.position)


def _entry(row: LogRow) -> TimelineEntry:
    recorded = row.recorded()
    client_time = str(getattr(recorded.event, "client_time", ""))
    data = recorded.event.to_data()
    data.pop("plan", None)
    return TimelineEntry(row.sequence, row.occurred_at, client_time, row.kind, row.actor, data)
