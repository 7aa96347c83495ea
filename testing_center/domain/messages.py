"""Marks a sentence for translation where no translator is at hand.

The domain states facts in English message identifiers; the web layer looks them up in the reader's
language. Babel collects everything wrapped in ``N_``.
"""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a deferred message
    """Return *message* unchanged; its only effect is that Babel extracts it."""
    return message
