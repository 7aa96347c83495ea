"""Staff see only the parts of the bank that their roles open; what is hidden does not exist for them."""

from dataclasses import replace

from testing_center.domain.errors import NotFound
from testing_center.domain.item_catalogue import ItemQuery
from testing_center.domain.people import Person
from testing_center.domain.pools import part_of_bank, visible_parts
from testing_center.domain.ports import UnitOfWork
from testing_center.services.item_history import ItemHistory, read_history


def seen_by(query: ItemQuery, person: Person) -> ItemQuery:
    """Return *query* within the parts of the bank that *person* may see."""
    return replace(query, parts=tuple(sorted(visible_parts(person.roles))))


def visible_history(work: UnitOfWork, item_key: str, person: Person) -> ItemHistory:
    """Read an item; raises ``NotFound``, also for one that *person* may not see."""
    history = read_history(work, item_key)
    part = part_of_bank(history.item.pool, history.latest.stored.state)
    if part not in visible_parts(person.roles):
        raise NotFound
    return history
