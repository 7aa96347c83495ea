"""Collects items, losses and problems while a file is read or written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from item_bank.errors import InvalidImport, ItemBankError
from item_bank.formats.imported_items import ImportedItem
from item_bank.formats.losses import Loss, Problem
from item_bank.formats.places import Place


@dataclass
class Report:
    """The report of one file. An item in which a problem occurs is left out; the others go on."""

    items: list[ImportedItem] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    def lose(self, item: str, place: Place, code: str, element: str, **params: str) -> None:
        """Note a loss; see :data:`~item_bank.formats.losses.LOSS_SENTENCES`."""
        self.losses.append(Loss(item, place, code, element, params))

    @contextmanager
    def collecting(self, item: str, place: Place) -> Iterator[None]:
        """Turn a refusal of the item bank into a problem at ``place``."""
        try:
            yield
        except ItemBankError as error:
            self.problems.append(Problem(item, place, error))

    def unique_name(self, name: str, place: Place) -> str:
        """Return ``name``, with a number if the file has it already, which is reported: for titles that other
        systems do not keep apart."""
        number, unique = 1, name
        while unique in self._names:
            number += 1
            unique = f"{name} ({number})"
        if unique != name:
            self.lose(unique, place, "assumed", f"name {name}", reading=unique)
        return unique

    def add(self, item: ImportedItem) -> None:
        """Take over an item; raises ``InvalidItem``, ``InvalidMarkup`` or, for a name that is there twice,
        ``InvalidImport``."""
        if item.name in self._names:
            raise InvalidImport("import_name_twice", name=item.name)
        self.items.append(item.checked())
        self._names.add(item.name)
