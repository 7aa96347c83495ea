"""What a person at a terminal sees while a command works; nothing where standard error is not one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def working(words: str) -> Iterator[Callable[[str], None]]:
    """Show ``words`` with a moving sign until the work is done; call what is given to change them."""
    if not sys.stderr.isatty():
        yield lambda _words: None
        return
    from rich.console import Console

    with Console(stderr=True).status(words) as status:
        yield status.update
