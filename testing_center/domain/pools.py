"""Which parts of the item bank a person may see: the exam pool, the trainer pool, items in pretest.

A pretested item belongs to the exam pool but is shown only to those who may also see pretest items: it is
not scored yet, and its statistics are being collected.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from item_bank.identifiers import EXAM_POOL, TRAINER_POOL
from testing_center.domain.permissions import Permission, Role, permissions_of

PRETEST: Final = "pretest"
"""The state of review, and the part of the bank, of items that are tried out unscored."""

PARTS: Final[Mapping[str, Permission]] = {
    EXAM_POOL: Permission.EXAM_POOL_READ,
    TRAINER_POOL: Permission.TRAINER_POOL_READ,
    PRETEST: Permission.PRETEST_READ,
}


def part_of_bank(pool: str, status: str) -> str:
    """Return the part that an item belongs to by its pool and the status of its latest version."""
    return PRETEST if status == PRETEST else pool


def visible_parts(roles: Iterable[Role]) -> frozenset[str]:
    """Return the parts that *roles* open."""
    held = permissions_of(roles)
    return frozenset(part for part, permission in PARTS.items() if permission in held)
