"""Items of the shipped bank as a release holds them."""

import hashlib

from item_bank.content_files import ItemEntry
from item_bank.items import content_hash
from testing_center.domain.bank import ReleasedItem


def released(number: int, entry: ItemEntry) -> ReleasedItem:
    """An item with parameters that its key fixes."""
    key, content = entry.key, entry.content
    digest = hashlib.sha256(key.encode()).digest()
    return ReleasedItem(
        item_key=key,
        version=1,
        item_version_id=number,
        subject=content.subject,
        pool=entry.pool,
        content=content.to_data(),
        content_hash=content_hash(content),
        discrimination=0.7 + digest[0] / 255,
        difficulty=digest[1] / 64 - 2,
        guessing=0.2,
        upper_asymptote=1.0,
        se_discrimination=None,
        se_difficulty=None,
        se_guessing=None,
        parameters_source="simulated",
        simulated=True,
    )
