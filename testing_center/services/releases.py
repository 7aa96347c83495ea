"""Releases of approved versions: what would change, what stands in the way, publishing, and what was."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from item_bank.content_blueprints import ContentBlueprint
from item_bank.errors import BlueprintInfeasible, InvalidRelease
from item_bank.exam_forms import feasibility, inventory_of
from item_bank.identifiers import EXAM_POOL, ContentHash, ItemKey
from item_bank.items import ItemContent, ItemVersion
from item_bank.releases import (
    Release,
    ReleaseComparison,
    check_differs,
    compare,
    release_problems,
    stimulus_problems,
)
from item_bank.review import ReviewStatus, ReviewStep, StepKind, decide
from testing_center.domain.bank import ReleasedItem, ReleaseSummary, StoredVersion
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWork, UnitOfWorkFactory
from testing_center.domain.release_lines import (
    ReleaseLine,
    added,
    kept,
    loses_parameters,
    release_of,
    replaced,
)
from testing_center.services.clock import Clock
from testing_center.services.item_history import actor_name, review_state
from testing_center.services.pool_checks import pool_overlaps
from testing_center.services.publication import publish

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Candidate:
    """An approved version that may be published; ``loses_parameters`` is None where there are none."""

    version: StoredVersion
    released: ReleasedItem | None
    chosen: bool

    @property
    def loses_parameters(self) -> bool | None:
        """Whether the change since the released version is substantive."""
        if self.released is None or not self.released.calibrated:
            return None
        return loses_parameters(self.released, self.version)


@dataclass(frozen=True)
class ReleasePlan:
    """The next release as it would be; it can be published when it differs and has no problems.

    ``shortages`` are content blueprints that could no longer be filled: a warning, not an obstacle.
    """

    base: int
    candidates: tuple[Candidate, ...]
    lines: tuple[ReleaseLine, ...]
    comparison: ReleaseComparison
    problems: tuple[InvalidRelease, ...]
    shortages: tuple[tuple[str, BlueprintInfeasible], ...]
    present: Mapping[str, ReleasedItem]

    @property
    def publishable(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.problems and not self.comparison.empty


@dataclass(frozen=True)
class ReleasePage:
    """A published release and how it differs from the one before it (nothing for the first)."""

    summary: ReleaseSummary
    comparison: ReleaseComparison | None
    pools: Mapping[str, int]
    numbers: Mapping[str, int]


class Releases:
    """What the administrator does with releases."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def all(self) -> Sequence[ReleaseSummary]:
        """Return the releases, newest first."""
        with self._unit_of_work() as work:
            return work.bank.releases()

    def page(self, number: int) -> ReleasePage:
        """Return a release; raises ``NotFound``."""
        with self._unit_of_work() as work:
            summary = next((one for one in work.bank.releases() if one.number == number), None)
            if summary is None:
                raise NotFound
            items = work.bank.released_items(number)
            before = work.bank.released_items(number - 1)
        pools = {pool: sum(item.pool == pool for item in items) for pool in {item.pool for item in items}}
        comparison = compare(_release(number - 1, before), _release(number, items)) if before else None
        return ReleasePage(summary, comparison, pools, {item.item_key: item.version for item in items})

    def plan(self, chosen: Collection[int] | None = None) -> ReleasePlan:
        """Return the next release with the *chosen* versions; all that are approved when None."""
        with self._unit_of_work() as work:
            return _plan(work, chosen)

    def publish(self, chosen: Collection[int], base: int, note: str, person: Person) -> int:
        """Publish the next release and return its number.

        Raises ``InvalidInput`` without a note or when another release came in between, and
        ``InvalidRelease`` for the first thing that stands in the way.
        """
        said = note.strip()[:LONGEST_NOTE]
        if not said:
            raise InvalidInput(N_("Say in a sentence what this release is for."))
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            plan = _plan(work, chosen)
            if plan.base != base:
                raise InvalidInput(
                    N_("Another release was published meanwhile. Look at what changes now, then publish.")
                )
            for problem in plan.problems:
                raise problem
            check_differs(plan.comparison)
            number = publish(work, plan.lines, said, person, now)
            for candidate in plan.candidates:
                if candidate.chosen:
                    _record_release(work, candidate, person, now)
            work.commit()
        return number


def _plan(work: UnitOfWork, chosen: Collection[int] | None) -> ReleasePlan:
    base = work.bank.latest_release() or 0
    items = {item.item_key: item for item in work.bank.released_items(base)}
    candidates = _candidates(work, items, chosen)
    picked = {one.version.item_key: one.version for one in candidates if one.chosen}
    states = work.catalogue.states([item.item_version_id for item in items.values()])
    lines = [
        replaced(item, picked[key]) if key in picked else kept(item)
        for key, item in items.items()
        if key in picked or states.get(item.item_version_id) != ReviewStatus.RETIRED.value
    ]
    lines += [added(version) for key, version in picked.items() if key not in items]
    release = release_of(base + 1, lines)
    versions = {
        ItemKey(line.item_key): _version(line, picked.get(line.item_key) or items[line.item_key])
        for line in lines
    }
    contents = {key: version.content for key, version in versions.items()}
    stimuli = work.bank.released_stimuli(base)
    near = pool_overlaps(work, lines, contents, stimuli)
    problems = (*release_problems(release, versions), *stimulus_problems(contents, stimuli), *near)
    shortages = tuple(_shortages(work, release, versions)) if not problems else ()
    comparison = compare(_release(base, tuple(items.values())), release)
    return ReleasePlan(base, candidates, tuple(lines), comparison, problems, shortages, items)


def _candidates(
    work: UnitOfWork, items: Mapping[str, ReleasedItem], chosen: Collection[int] | None
) -> tuple[Candidate, ...]:
    newest = {one.item_key: one for one in work.catalogue.versions_in(ReviewStatus.APPROVED.value)}
    found = [
        Candidate(one, items.get(key), chosen is None or one.id in chosen) for key, one in newest.items()
    ]
    return tuple(one for one in found if one.released is None or one.released.version < one.version.number)


def _record_release(work: UnitOfWork, candidate: Candidate, person: Person, now: datetime) -> None:
    """Write the step of the published version, and retire the version it takes the place of."""
    _record(work, candidate.version.id, ReviewStep(StepKind.RELEASE), person, now)
    old = candidate.released
    if old is None:
        return
    states = work.catalogue.states([old.item_version_id])
    if states.get(old.item_version_id) == ReviewStatus.OPERATIONAL.value:
        comment = f"Replaced by version {candidate.version.number}."
        _record(work, old.item_version_id, ReviewStep(StepKind.RETIRE, comment), person, now)


def _record(work: UnitOfWork, version_id: int, step: ReviewStep, person: Person, now: datetime) -> None:
    state = review_state(work.catalogue.steps([version_id]))
    after = decide(state, step, actor_name(person.id), author="")
    work.bank.add_review_step(
        version_id, step.kind.value, after.status.value, person.id, step.comment, now
    )


def _release(number: int, items: Sequence[ReleasedItem]) -> Release:
    return release_of(number, [kept(item) for item in items])


def _version(line: ReleaseLine, source: StoredVersion | ReleasedItem) -> ItemVersion:
    content = ItemContent.from_data(source.content)
    return ItemVersion(ItemKey(line.item_key), line.version, content, ContentHash(line.content_hash), "")


def _shortages(
    work: UnitOfWork, release: Release, versions: Mapping[ItemKey, ItemVersion]
) -> Sequence[tuple[str, BlueprintInfeasible]]:
    enemies = [tuple(map(ItemKey, one.items)) for one in work.similar.enemy_sets()]
    inventory = inventory_of(release, versions, EXAM_POOL, enemies)
    return [
        (stored.key, shortage)
        for stored in work.bank.blueprints()
        for shortage in feasibility(ContentBlueprint.from_data(stored.data), inventory)
    ]
