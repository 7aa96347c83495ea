"""The `synak` command."""

from __future__ import annotations

import click

from testing_center.cli import instance
from testing_center.cli.assembly import assemble_command
from testing_center.cli.bank import bank_group
from testing_center.cli.calibration import calibrate_command
from testing_center.cli.conduct import dispute_command, rescore_group
from testing_center.cli.fairness import dif_command
from testing_center.cli.fit import fit_command
from testing_center.cli.linking import link_command
from testing_center.cli.scoring import score_command
from testing_center.cli.simulation import simulate_command


@click.group()
def main() -> None:
    """Synak: adaptive testing and training for teacher attestation."""


COMMANDS = (
    calibrate_command,
    score_command,
    fit_command,
    dif_command,
    link_command,
    assemble_command,
    simulate_command,
    bank_group,
    dispute_command,
    rescore_group,
)
for command in COMMANDS:
    main.add_command(command)
instance.register(main)
