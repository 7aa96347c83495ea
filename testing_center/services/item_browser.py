"""Looking through the item bank: a page of the table, saved views, where an item is in use."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from item_bank.identifiers import EXAM_POOL
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.item_catalogue import ItemLines, ItemQuery, ItemUsage
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.pools import visible_parts
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.saved_views import LONGEST_ADDRESS, LONGEST_NAME, MOST_VIEWS, SavedView
from testing_center.services.clock import Clock
from testing_center.services.pool_access import seen_by


@dataclass(frozen=True)
class BankPage:
    """A page of the table with the people behind its identifiers and the views that may be opened."""

    found: ItemLines
    counts: Mapping[str, int]
    people: Mapping[int, Person]
    views: Sequence[SavedView]


class ItemBrowser:
    """What everyone who reads the bank does before opening an item."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def page(self, query: ItemQuery, person: Person) -> BankPage:
        """Return one page of the bank; exam items that are shown are noted in the audit log."""
        with self._unit_of_work() as work:
            found = work.catalogue.lines(seen_by(query, person))
            numbers = {number for line in found.lines for number in (line.author_id, line.owner_id)}
            owners = {int(value) for value in found.facets.get("owner", ()) if value.isdecimal()}
            people = work.people.many({number for number in numbers if number} | owners)
            counts = work.catalogue.counts(visible_parts(person.roles))
            page = BankPage(found, counts, people, work.views.seen_by(person.id))
        shown = [line.key for line in found.lines if line.pool == EXAM_POOL]
        if shown:
            with self._unit_of_work(write=True) as work:
                entry = AuditEntry(self._clock(), f"person:{person.uid}", "items-listed", "bank:items")
                work.audit.add(replace(entry, data={"items": shown}))
                work.commit()
        return page

    def matching(self, query: ItemQuery, most: int, person: Person) -> Sequence[str]:
        """Return the keys that a query finds on all pages, at most *most*."""
        with self._unit_of_work() as work:
            return work.catalogue.matching(seen_by(query, person), most)

    def people(self, person_ids: Collection[int]) -> Mapping[int, Person]:
        """Return the people behind identifiers."""
        with self._unit_of_work() as work:
            return work.people.many(person_ids)

    def usage(self, item_key: str) -> ItemUsage:
        """Return where an item is and was in use."""
        with self._unit_of_work() as work:
            return work.catalogue.usage(item_key)

    def keep_view(self, name: str, address: str, shared: bool, person: Person) -> SavedView:
        """Keep a search under a name, in place of one with the same name; raises ``InvalidInput``."""
        said = " ".join(name.split())[:LONGEST_NAME]
        if not said:
            raise InvalidInput(N_("Give the view a name."))
        if len(address) > LONGEST_ADDRESS:
            raise InvalidInput(N_("The search is too long to be kept. Use fewer words."))
        with self._unit_of_work(write=True) as work:
            own = [view for view in work.views.seen_by(person.id) if view.person_id == person.id]
            if len(own) >= MOST_VIEWS and said not in {view.name for view in own}:
                raise InvalidInput(N_("You keep as many views as there is room for. Remove one first."))
            view = work.views.keep(person.id, said, address, shared, self._clock())
            work.commit()
        return view

    def remove_view(self, uid: str, person: Person) -> None:
        """Remove a person's own view; raises ``NotFound``."""
        with self._unit_of_work(write=True) as work:
            if not work.views.remove(person.id, uid):
                raise NotFound
            work.commit()
