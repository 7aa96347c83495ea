r"""The item bank's text as HTML whose formulas stay LaTeX between ``\(`` and ``\)``, as other systems show
them."""

import html
from collections.abc import Sequence
from typing import Final

from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from item_bank.markup import TextRenderer, text_parser


class _TexRenderer(TextRenderer):
    def math_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return rf"\({html.escape(tokens[idx].content.strip(), quote=False)}\)"

    def math_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return rf"<p>\[{html.escape(tokens[idx].content.strip(), quote=False)}\]</p>"


_PARSER: Final = text_parser(_TexRenderer)


def html_with_tex(text: str) -> str:
    """Return block HTML; raises ``InvalidMarkup`` for a text that cannot be shown."""
    return str(_PARSER.render(text)).strip()
