"""What the person who starts Synak sees: few lines, colours on a terminal only."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from testing_center.serving.preparation import Account

_PLAIN_WIDTH = 110


class Terminal:
    """Lines, a progress line and the table of accounts; a terminal that went away is no error."""

    def __init__(self, stream: TextIO | None = None) -> None:
        stream = stream or sys.stdout
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without Cyrillic shows question marks rather than stopping the start.
            stream.reconfigure(errors="replace")
        self._console = Console(file=stream, highlight=False, width=None if stream.isatty() else _PLAIN_WIDTH)

    def say(self, text: str, style: str = "") -> None:
        """Print one line as it is."""
        self._print(Text(text, style=style))

    @contextlib.contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """A function that shows each step: in one changing line on a terminal, else in lines."""
        if not self._console.is_terminal:
            yield self.say
            return
        with self._console.status("Starting") as status:
            yield lambda text: status.update(Text(text))

    def accounts(self, rows: Sequence[Account]) -> None:
        """The demonstration's accounts, one role a line."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", title_justify="left")
        for heading in ("Role", "Sign-in name", "Password"):
            table.add_column(heading, no_wrap=True)
        table.add_column("What to try", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._print(table)

    def _print(self, content: Text | Table) -> None:
        with contextlib.suppress(OSError):
            self._console.print(content, soft_wrap=isinstance(content, Text))
