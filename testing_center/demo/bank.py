"""The shipped item bank as the demonstration's first release."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from item_bank.content_files import BankContent, ItemEntry
from item_bank.content_hashes import hash_of
from item_bank.exam_forms import Inventory, inventory_of
from item_bank.identifiers import ItemKey
from item_bank.items import ItemVersion, first_version
from item_bank.releases import ItemParameters, Release, ReleaseEntry, check_release
from item_bank.review import ReviewStatus, StepKind
from item_bank.stimuli import stimulus_hash
from testing_center.demo.pilot import SimulatedPilot, pilot_label
from testing_center.domain.bank import NewReleaseEntry, ReleaseSummary, ResponseSet
from testing_center.domain.ports.repositories import Bank
from testing_center.domain.ports.unit_of_work import UnitOfWork

RELEASE: Final = 1
_AUTHOR: Final = "Synak item bank"


@dataclass(frozen=True)
class Estimates:
    """Calibrated parameters of one item with their standard errors."""

    parameters: ItemParameters
    se_discrimination: float
    se_difficulty: float


@dataclass(frozen=True)
class DemoBank:
    """The release in memory: versions by key, entries with parameters, and the pilots behind them."""

    content: BankContent
    versions: Mapping[ItemKey, ItemVersion]
    estimates: Mapping[str, Estimates]
    release: Release
    pilots: tuple[SimulatedPilot, ...]

    @property
    def exam_inventory(self) -> Inventory:
        """Items that exam forms may be assembled from."""
        return inventory_of(self.release, self.versions, "exam")


def build_bank(content: BankContent, pilots: Sequence[SimulatedPilot]) -> DemoBank:
    """Put the content under the pilots' parameters; raises ``InvalidRelease`` for a broken promise."""
    versions = {item.key: first_version(item.key, item.content, _AUTHOR) for item in content.items}
    estimates = {key: found for pilot in pilots for key, found in _estimates(pilot).items()}
    entries = [_entry(item, versions[item.key], estimates[item.key]) for item in content.items]
    release = Release.of(RELEASE, entries)
    check_release(release, versions)
    return DemoBank(content, versions, estimates, release, tuple(pilots))


def store_bank(work: UnitOfWork, bank: DemoBank, publisher_id: int, at: datetime) -> None:
    """Store items, stimuli, the release and the response matrices."""
    entries = [_store_item(work.bank, item, bank, at) for item in bank.content.items]
    stimulus_ids = [
        work.bank.add_stimulus_version(
            stimulus.key, stimulus.content.to_data(), stimulus_hash(stimulus.content), at
        )
        for stimulus in bank.content.stimuli
    ]
    note = f"Demonstration: parameters come from a {pilot_label()}; no person has answered these items."
    size = len(entries)
    summary = ReleaseSummary(RELEASE, at, "", note, bank.release.content_hash, size, size)
    work.bank.publish(summary, publisher_id, entries, stimulus_ids)
    for pilot in bank.pilots:
        work.bank.add_response_set(_response_set(pilot), at)


def _estimates(pilot: SimulatedPilot) -> dict[str, Estimates]:
    items, errors = pilot.calibration.item_parameters, pilot.calibration.standard_errors
    columns = (items.discrimination, items.difficulty, errors.discrimination, errors.difficulty)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {
        key: Estimates(ItemParameters(a, b), se_a, se_b)
        for key, (a, b, se_a, se_b) in zip(pilot.item_keys, rows, strict=True)
    }


def _entry(item: ItemEntry, version: ItemVersion, estimates: Estimates) -> ReleaseEntry:
    return ReleaseEntry(
        item_key=item.key,
        version_number=version.number,
        content_hash=version.content_hash,
        pool=item.pool,
        parameters=estimates.parameters,
        parameters_source=pilot_label(),
    )


def _store_item(bank: Bank, item: ItemEntry, demo: DemoBank, at: datetime) -> NewReleaseEntry:
    content_hash = demo.versions[item.key].content_hash
    bank.add_item(item.key, item.pool, item.content.subject, at)
    stored = bank.add_version(item.key, item.content.to_data(), content_hash, None, at)
    step, state = StepKind.RELEASE.value, ReviewStatus.OPERATIONAL.value
    bank.add_review_step(stored.id, step, state, None, "", at)
    found = demo.estimates[item.key]
    return NewReleaseEntry(
        item_version_id=stored.id,
        pool=item.pool,
        discrimination=found.parameters.discrimination,
        difficulty=found.parameters.difficulty,
        guessing=found.parameters.guessing,
        upper_asymptote=found.parameters.upper_asymptote,
        se_discrimination=found.se_discrimination,
        se_difficulty=found.se_difficulty,
        parameters_source=pilot_label(),
        simulated=True,
    )


def _response_set(pilot: SimulatedPilot) -> ResponseSet:
    matrix = pilot.responses.tobytes()
    examinees = len(pilot.responses)
    described = {
        "item_keys": list(pilot.item_keys),
        "examinees": examinees,
        "matrix_sha256": hashlib.sha256(matrix).hexdigest(),
    }
    return ResponseSet(
        release_number=RELEASE,
        subject=pilot.subject,
        label=pilot.label,
        simulated=True,
        item_keys=pilot.item_keys,
        examinees=examinees,
        matrix=matrix,
        content_hash=hash_of(described),
    )
