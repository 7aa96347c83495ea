"""Running a command of `synak` in a test, and reading what it wrote."""

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from testing_center.cli import main


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def succeeded(*arguments: object) -> str:
    """Standard output of a run that must succeed."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: object) -> str:
    """Standard error of a run that must end with one clear line and code 2."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert "Traceback" not in result.stderr
    return result.stderr


def rows_of(path: Path) -> list[dict[str, str]]:
    """A CSV file as one mapping for each row."""
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
