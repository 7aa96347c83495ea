"""Exports of items: what a search finds, in a format of exchange, with all that the format leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from item_bank.formats import ExportItem, ExportRequest, ExportResult, exchange_format
from item_bank.identifiers import LANGUAGES, ItemKey, Language, StimulusKey
from item_bank.items import ItemContent
from item_bank.media import MediaFile, MediaReference
from item_bank.stimuli import StimulusContent
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput
from testing_center.domain.item_catalogue import ItemQuery
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import MediaBytes, UnitOfWork, UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.pool_access import seen_by

MOST_ITEMS: Final = 5_000


@dataclass(frozen=True)
class ItemExports:
    """Writes the newest versions of items; every export is in the audit log with its items and its hash."""

    unit_of_work: UnitOfWorkFactory
    bytes_of: MediaBytes
    clock: Clock

    def count(self, query: ItemQuery, person: Person) -> int:
        """Return how many items an export would be asked to hold."""
        with self.unit_of_work() as work:
            return work.catalogue.lines(replace(seen_by(query, person), page=1, size=1)).total

    def write(self, query: ItemQuery, format_name: str, language: str, person: Person) -> ExportResult:
        """Write what a query finds of the parts of the bank that *person* may see.

        Raises ``InvalidInput`` for no items, too many, or an unknown language, and ``InvalidImport`` for an
        unknown format.
        """
        writer = exchange_format(format_name).write
        if language not in LANGUAGES or writer is None:
            raise InvalidInput
        with self.unit_of_work() as work:
            found = work.catalogue.lines(replace(seen_by(query, person), page=1, size=MOST_ITEMS))
            if not 0 < found.total <= MOST_ITEMS:
                words = N_("An export holds 1 to %(most)s items. The search found %(found)s.")
                raise InvalidInput(words, most=MOST_ITEMS, found=found.total)
            items = tuple(
                ExportItem(ItemKey(line.key), ItemContent.from_data(line.content)) for line in found.lines
            )
            request = self._request(work, items, Language(language))
        result = writer(request)
        self._note(result, person)
        return result

    def _request(
        self, work: UnitOfWork, items: tuple[ExportItem, ...], language: Language
    ) -> ExportRequest:
        wanted = {item.content.stimulus_key for item in items} - {None}
        stimuli = {
            StimulusKey(record.key): StimulusContent.from_data(record.content)
            for record in (work.stimuli.latest() if wanted else ())
            if record.key in wanted
        }
        references = [one for item in items for one in item.content.media]
        references += [one for content in stimuli.values() for one in content.media]
        return ExportRequest(items, stimuli, self._media(references), language)

    def _media(self, references: Iterable[MediaReference]) -> dict[str, MediaFile]:
        found: dict[str, MediaFile] = {}
        for one in references:
            path = None if one.sha256 in found else self.bytes_of.path(one.sha256)
            if path is not None:
                found[one.sha256] = MediaFile(one, path.read_bytes())
        return found

    def _note(self, result: ExportResult, person: Person) -> None:
        said = result.to_data()
        data = {"items": said["written"], "format": said["format"], "sha256": said["sha256"]}
        entry = AuditEntry(self.clock(), f"person:{person.uid}", "items-exported", "bank:items", data=data)
        with self.unit_of_work(write=True) as work:
            work.audit.add(entry)
            work.commit()
