"""Comparing short texts in Cyrillic and Latin writing.

Spelling that carries no meaning is made equal: Unicode composition, white space, case (if the item allows),
ё and е, kinds of quotation marks, dashes and apostrophes, a full stop at the end. Letters that many
keyboards lack are not made equal: *таң* and *тан* are different words. :func:`keyboard_folded` only finds
out whether a response differs from a key in nothing but such letters, so that it can be reported.
"""

import re
import unicodedata
from typing import Final

_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("«»“”„‟", '"'),
        **dict.fromkeys("’‘ʼ`´", "'"),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "ё": "е",
        "Ё": "Е",
    }
)
# What is typed on a Russian keyboard instead of a Kyrgyz or Kazakh letter.
_RUSSIAN_KEYBOARD: Final = dict(zip("ңөүұқғәһі", "ноуукгахи", strict=True))
# Latin letters that look like Cyrillic ones.
_LOOKALIKES: Final = dict(zip("aceopxyikhtbm", "асеорхуикнтвм", strict=True))
_FOLD: Final = str.maketrans({**_RUSSIAN_KEYBOARD, **_LOOKALIKES})


def normalised(text: str, *, case_sensitive: bool = False) -> str:
    """Return ``text`` with the spelling that carries no meaning made equal."""
    composed = unicodedata.normalize("NFKC", text).replace("\u00ad", "").translate(_MARKS)
    spaced = re.sub(r"\s*-\s*", "-", " ".join(composed.split())).rstrip(".").strip()
    return spaced if case_sensitive else spaced.casefold()


def keyboard_folded(text: str) -> str:
    """Return the normalised text with special and look-alike letters as a Russian keyboard has them."""
    return normalised(text).translate(_FOLD)
