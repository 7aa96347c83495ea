"""GIFT's outer syntax: questions apart, names, braces and answers, with escapes undone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidImport

_ESCAPE: Final = re.compile(r"\\([\\~=#{}:n])")
_SEALED: Final = re.compile("[\ue100-\ue1ff]")
_NAME: Final = re.compile(r"\s*::(.*?)::", re.DOTALL)
_MARK: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]\s*")
_ANSWER: Final = re.compile(r"([=~])([^=~]*)", re.DOTALL)
_SHARE: Final = re.compile(r"\s*%(-?[\d.]+)%")


@dataclass(frozen=True)
class MarkedText:
    """A text and its markup: ``html``, ``moodle`` (HTML with line breaks), ``plain`` or ``markdown``."""

    text: str
    markup: str


@dataclass(frozen=True)
class GiftAnswer:
    """``=`` or ``~``, the share in percent (empty if not given), the answer, its partner, its feedback."""

    sign: str
    share: str
    text: MarkedText
    partner: str | None
    feedback: MarkedText


@dataclass(frozen=True)
class GiftQuestion:
    """A question; ``braces`` is ``None`` if it has none (a description), ``tail`` what follows them."""

    line: int
    name: str
    stem: MarkedText
    braces: str | None
    tail: str
    feedback: MarkedText

    @property
    def answers(self) -> tuple[GiftAnswer, ...]:
        """The answers between the braces."""
        found = _ANSWER.finditer(self.braces or "")
        return tuple(_answer(match[1], match[2], self.stem.markup) for match in found)


def split_questions(text: str) -> Iterator[tuple[int, str, bool]]:
    """Yield line, text and whether it is a question (or a ``$CATEGORY`` line).

    A question ends at an empty line, so that a brace left open spoils one question only; comments are left
    out.
    """
    start, lines = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.lstrip().startswith("//"):
            continue
        if line.lstrip().startswith("$CATEGORY:") and not lines:
            yield number, line.strip(), False
            continue
        if line.strip():
            start = start if lines else number
            lines.append(line)
        elif lines:
            yield start, "\n".join(lines), True
            lines = []


def seal(text: str) -> str:
    """Return ``text`` with its escaped signs as private characters, which the syntax does not see."""
    return _ESCAPE.sub(lambda match: "\n" if match[1] == "n" else chr(0xE100 + ord(match[1])), text)


def unsealed(text: str) -> str:
    """Return the signs themselves."""
    return _SEALED.sub(lambda match: chr(ord(match[0]) - 0xE100), text)


def parse_question(line: int, text: str) -> GiftQuestion:
    """Return the parts of a question; raises ``InvalidImport`` if its braces are not paired."""
    sealed = seal(_SEALED.sub("", text))
    named = _NAME.match(sealed)
    name = unsealed(named[1]).strip() if named else ""
    body = sealed[named.end() :] if named else sealed
    before, opened, rest = body.partition("{")
    inside, closed, tail = rest.rpartition("}")
    if bool(opened) != bool(closed) or "{" in inside or "}" in inside or (not opened and "}" in body):
        raise InvalidImport("import_gift_braces")
    stem = marked(before, "moodle")
    answers, _, feedback = inside.partition("####")
    return GiftQuestion(
        line, name, stem, answers.strip() if opened else None, unsealed(tail).strip(),
        marked(feedback, stem.markup),
    )  # fmt: skip


def marked(text: str, usual: str) -> MarkedText:
    """Return a text without its mark in square brackets, which says its markup."""
    match = _MARK.match(text)
    markup = match[1] if match else usual
    return MarkedText(unsealed(text[match.end() :] if match else text).strip(), markup)


def _answer(sign: str, written: str, usual: str) -> GiftAnswer:
    body, _, feedback = written.partition("#")
    share = _SHARE.match(body)
    body = body[share.end() :] if share else body
    left, arrow, right = body.partition("->")
    partner = unsealed(right).strip() if arrow else None
    return GiftAnswer(sign, share[1] if share else "", marked(left, usual), partner, marked(feedback, usual))


def escaped(text: str) -> str:
    """Return ``text`` for a GIFT file: signs escaped, line ends as ``\\n``."""
    return re.sub(r"[\\~=#{}:]", lambda match: "\\" + match[0], text).replace("\n", "\\n")
