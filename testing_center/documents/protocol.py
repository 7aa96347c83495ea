"""The protocol of one attempt: the signed paper a candidate takes home, as a one-page PDF.

Texts reach the template as data and are shown as strings, so no name can change the page. The PDF
follows PDF/A-2a (archival, tagged); the same data always gives the same bytes.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Literal

import typst

from testing_center.documents.protocol_page import (
    CandidateDetails,
    Gettext,
    ProtocolData,
    ProtocolIncident,
    ProtocolPage,
    SittingDetails,
    Verification,
)

__all__ = [
    "CandidateDetails",
    "ProtocolData",
    "ProtocolIncident",
    "SittingDetails",
    "Verification",
    "render_protocol",
]


def untranslated(message: str) -> str:
    """Stand in for a catalogue: the English message itself."""
    return message


def render_protocol(data: ProtocolData, language: str, gettext: Gettext = untranslated) -> bytes:
    """Return the protocol as PDF bytes in *language* (``ky``, ``ru``, ``kk`` or ``en``).

    *gettext* resolves the English labels in that language.
    """
    page = ProtocolPage(data, language, gettext).content()
    return _compiled(json.dumps(page, ensure_ascii=False), data.issued_at.replace(microsecond=0))


def _compiled(content: str, issued_at: datetime) -> bytes:
    try:
        return _compiled_as(content, issued_at, "a-2a")
    except typst.TypstError:
        # The archival standard forbids a letter that the font lacks; such a name still gets its paper.
        return _compiled_as(content, issued_at, None)


def _compiled_as(content: str, issued_at: datetime, standard: Literal["a-2a"] | None) -> bytes:
    return typst.compile(
        _template(),
        format="pdf",
        sys_inputs={"data": content},
        ignore_system_fonts=True,
        pdf_standards=standard,
        timestamp=issued_at,
    )


@cache
def _template() -> bytes:
    return files("testing_center").joinpath("documents", "protocol.typ").read_bytes()
