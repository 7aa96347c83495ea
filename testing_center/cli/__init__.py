"""The `synak` command."""

from __future__ import annotations

import click

from testing_center.cli import instance
from testing_center.cli.calibration import calibrate_command, score_command


@click.group()
def main() -> None:
    """Synak: adaptive testing and training for teacher attestation."""


main.add_command(calibrate_command)
main.add_command(score_command)
instance.register(main)
