"""One change to many items at once: what is asked for, and what becomes of each item."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from item_bank.errors import ItemBankError
from testing_center.domain.errors import DomainError

MOST_ITEMS: Final = 500
LONGEST_TAG: Final = 40
MOST_TAGS: Final = 20


class BulkKind(StrEnum):
    """What can be done to many items at once."""

    AREA = "area"
    LEVEL = "level"
    TAG = "tag"
    UNTAG = "untag"
    OWNER = "owner"
    SUBMIT = "submit"
    RETIRE = "retire"


@dataclass(frozen=True)
class BulkEdit:
    """A kind of change with its value: an area, a level, a tag, a sign-in name, a reason."""

    kind: BulkKind
    value: str = ""


@dataclass(frozen=True)
class BulkOutcome:
    """What becomes, or became, of one item: from ``before`` to ``after``, or the refusal."""

    item_key: str
    before: str = ""
    after: str = ""
    refusal: DomainError | ItemBankError | None = None
