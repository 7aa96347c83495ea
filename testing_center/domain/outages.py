"""How much of a room's failure fell on one candidate's running clock."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from testing_center.domain.attempts import events as happened
from testing_center.domain.attempts.state import Recorded

Span = tuple[datetime, datetime]


def seconds_lost(log: Iterable[Recorded], starts_at: datetime, ends_at: datetime) -> int:
    """Return the whole seconds between two moments in which the attempt's clock ran, rounded up.

    A pause already gives its time back, so it is left out; so is what lies before the start or after
    the end of the attempt.
    """
    lost = sum(
        max(0.0, (min(end, ends_at) - max(start, starts_at)).total_seconds())
        for start, end in _running(log, ends_at)
    )
    return -int(-lost // 1)


def _running(log: Iterable[Recorded], until: datetime) -> Iterator[Span]:
    """Spans in which the clock ran; a clock that still runs counts up to *until*."""
    since: datetime | None = None
    for one in log:
        if isinstance(one.event, happened.Started | happened.Resumed):
            since = one.occurred_at
        elif isinstance(one.event, happened.Paused | happened.Finished) and since is not None:
            yield since, one.occurred_at
            since = None
    if since is not None and since < until:
        yield since, until
