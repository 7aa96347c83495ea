"""Marks a sentence that a program around the item bank may want to say in the reader's language."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a deferred message
    """Return ``message`` unchanged; its only effect is that translators' tools collect it."""
    return message
