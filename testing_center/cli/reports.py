"""Writing a report of statistics beside what a command prints."""

from __future__ import annotations

from pathlib import Path

from testing_center.cli.tables import FileProblem
from testing_center.documents.statistics_report import Report, render_report


def write_report(path: Path, report: Report, language: str) -> None:
    """Write the report as one HTML file. Raises FileProblem."""
    html = render_report(report, language)
    try:
        path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise FileProblem(f"{path}: cannot be written: {error.strerror}.") from error
