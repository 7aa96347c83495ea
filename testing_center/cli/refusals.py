"""How commands refuse: one line on standard error, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


class Refusal(click.ClickException):
    """One line on standard error and exit code 2."""

    exit_code = 2


@contextmanager
def plain_refusals() -> Iterator[None]:
    """Turn errors of the data into a refusal."""
    from psychometrics import PsychometricError
    from testing_center.cli.tables import FileProblem

    try:
        yield
    except (FileProblem, PsychometricError) as error:
        raise Refusal(" ".join(str(error).split())) from error
