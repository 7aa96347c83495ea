"""The forms of all kinds of items, in the order in which an author chooses among them."""

from collections.abc import Mapping
from typing import Final

from item_bank.drafts.choices import CHOICE, MULTIPLE_CHOICE
from item_bank.drafts.entries import EXTENDED_TEXT, NUMERIC, SHORT_TEXT
from item_bank.drafts.forms import KindForm
from item_bank.drafts.gaps import GAP_MATCH, INLINE_CHOICE
from item_bank.drafts.hotspots import HOTSPOT
from item_bank.drafts.orders import ORDER
from item_bank.drafts.tables import ASSOCIATE, MATCH

_FORMS: Final = (
    *(CHOICE, MULTIPLE_CHOICE, MATCH, ORDER, ASSOCIATE, GAP_MATCH, INLINE_CHOICE, NUMERIC, SHORT_TEXT),
    *(HOTSPOT, EXTENDED_TEXT),
)
KINDS: Final[Mapping[str, KindForm]] = {form.kind: form for form in _FORMS}
