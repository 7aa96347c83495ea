"""Publishing a release: the one way to it, from accepted parameters and from approved versions alike."""

from collections.abc import Sequence
from datetime import datetime

from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import ReleaseSummary
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork
from testing_center.domain.release_lines import ReleaseLine, release_of
from testing_center.services.item_figures import refresh_figures


def publish(work: UnitOfWork, lines: Sequence[ReleaseLine], note: str, person: Person, now: datetime) -> int:
    """Append the release after the newest one, with its stimuli and enemy sets, and return its number.

    Does not commit.
    """
    latest = work.bank.latest_release()
    number = (latest or 0) + 1
    release = release_of(number, lines)
    stimuli = work.bank.released_stimulus_ids(latest) if latest else ()
    summary = ReleaseSummary(number, now, "", note, release.content_hash, len(lines), 0)
    work.bank.publish(summary, person.id, [line.entry for line in lines], stimuli)
    work.similar.publish_enemies(number)
    refresh_figures(work)
    actor = f"person:{person.uid}"
    work.audit.add(AuditEntry(now, actor, "release-published", f"release:{number}", note))
    return number
