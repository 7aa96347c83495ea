"""The file that opens Safe Exam Browser with an administration's settings.

Layout of an unencrypted file: gzip of the four letters ``plnd`` and a gzip of the XML property list.
Source: https://safeexambrowser.org/developer/seb-file-format.html
"""

import gzip
import plistlib
from collections.abc import Mapping
from typing import Any

PLAIN = b"plnd"
MEDIA_TYPE = "application/seb"


def seb_file(settings: Mapping[str, Any]) -> bytes:
    """Return the file; the same settings always give the same bytes."""
    text = plistlib.dumps(dict(settings), fmt=plistlib.FMT_XML, sort_keys=True)
    return gzip.compress(PLAIN + gzip.compress(text, mtime=0), mtime=0)


def read_seb_file(content: bytes) -> dict[str, Any]:
    """Return the settings of an unencrypted file, packed or as a plain property list.

    Raises ``ValueError`` for an encrypted file and for anything else.
    """
    try:
        data = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        if data[:4] == PLAIN:
            data = gzip.decompress(data[4:])
        found = plistlib.loads(data)
    except (OSError, EOFError, plistlib.InvalidFileException, ValueError) as error:
        raise ValueError("not an unencrypted settings file") from error
    except Exception as error:  # the XML parser's own errors are of no shared class
        raise ValueError("not an unencrypted settings file") from error
    if not isinstance(found, dict):
        raise ValueError("not an unencrypted settings file")
    return found
