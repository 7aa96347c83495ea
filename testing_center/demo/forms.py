"""Content blueprints of the demonstration and the exam forms assembled after them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from item_bank.content_blueprints import ContentBlueprint, Section, StimulusBlocks
from item_bank.content_hashes import hash_of
from item_bank.exam_forms import ExamForm, assemble
from item_bank.identifiers import AREAS, ContentHash
from item_bank.items import ItemVersion
from testing_center.demo.bank import RELEASE, DemoBank
from testing_center.demo.pilot import SEED
from testing_center.domain.bank import StoredForm

KZ_MATH: Final = ContentBlueprint(
    "kz.subject.math",
    (
        Section(
            "subject", "math", 50, areas=dict.fromkeys(AREAS["math"], 8), stimulus_blocks=StimulusBlocks(2, 5)
        ),
    ),
)
KG_INFORMATICS: Final = ContentBlueprint(
    "kg.teacher.informatics",
    (
        Section("subject", "informatics", 30, areas=dict.fromkeys(AREAS["informatics"], 6)),
        Section("methods_pedagogy", "pedagogy", 20, areas=dict.fromkeys(AREAS["pedagogy"], 4)),
    ),
)


@dataclass(frozen=True)
class PinnedForm:
    """A form and the blueprint it was assembled after; ``data`` names item versions in order."""

    blueprint: ContentBlueprint
    data: Mapping[str, Any]

    @property
    def blueprint_hash(self) -> ContentHash:
        """SHA-256 of the blueprint's canonical data."""
        return hash_of(self.blueprint.to_data())

    def stored(self, blueprint_id: int) -> StoredForm:
        """Return the form as the bank keeps it; its hash is that of the canonical data."""
        return StoredForm(hash_of(self.data), blueprint_id, RELEASE, self.data)


def pin_form(blueprint: ContentBlueprint, bank: DemoBank) -> PinnedForm:
    """Assemble the form of the demonstration's seed; raises ``BlueprintInfeasible``."""
    form = assemble(blueprint, bank.exam_inventory, SEED)
    return PinnedForm(blueprint, _form_data(form, blueprint, bank))


def _form_data(form: ExamForm, blueprint: ContentBlueprint, bank: DemoBank) -> dict[str, Any]:
    sections = [
        {
            "code": filled.code,
            "subject": asked.subject,
            "minutes": filled.minutes,
            "items": [_item_data(bank.versions[key]) for key in filled.item_keys],
        }
        for filled, asked in zip(form.sections, blueprint.sections, strict=True)
    ]
    return {**form.to_data(), "sections": sections}


def _item_data(version: ItemVersion) -> dict[str, Any]:
    return {
        "item_key": version.item_key,
        "version": version.number,
        "stimulus_key": version.content.stimulus_key,
    }
