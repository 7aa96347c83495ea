"""Problems found in content files: collected, so that an author corrects them in one pass."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from item_bank.errors import ItemBankError


@dataclass(frozen=True)
class Problem:
    """What an author must correct; ``key`` and ``language`` are empty where the whole file is at fault."""

    file: str
    key: str
    language: str
    message: str

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.key, self.language) if part)
        return f"{place}: {self.message}"


class ProblemList:
    """The problems of one reading of the content."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def __len__(self) -> int:
        return len(self._problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._problems)

    def add(self, error: ItemBankError, file: str, key: str = "", language: str = "") -> None:
        """Add the sentence of ``error``."""
        self._problems.append(Problem(file, key, language, str(error)))

    @contextmanager
    def collecting(self, file: str, key: str = "", language: str = "") -> Iterator[None]:
        """Add an item bank error raised inside the block instead of letting it out."""
        try:
            yield
        except ItemBankError as error:
            self.add(error, file, key, language)
