"""Drafts: what an author has typed so far, complete or not, and what still keeps it from being a version.

Nothing typed is ever thrown away: a draft holds any text, and :func:`draft_problems` says, field by field,
what must be mended before :func:`drafted_content` can make item content of it.
"""

from item_bank.drafts.acts import changed_kind, moved, with_act
from item_bank.drafts.content import blank_draft, draft_of, draft_problems, drafted_content, with_fields
from item_bank.drafts.draft import LONGEST_TEXT, OPTION_IDS, DraftProblem, ItemDraft
from item_bank.drafts.files import drafted_media, file_entry, free_file_name
from item_bank.drafts.kinds import KINDS
from item_bank.drafts.presets import PRESETS, TRUE_FALSE
from item_bank.drafts.preview import previewed_content

__all__ = [
    "KINDS",
    "LONGEST_TEXT",
    "OPTION_IDS",
    "PRESETS",
    "TRUE_FALSE",
    "DraftProblem",
    "ItemDraft",
    "blank_draft",
    "changed_kind",
    "draft_of",
    "draft_problems",
    "drafted_content",
    "drafted_media",
    "file_entry",
    "free_file_name",
    "moved",
    "previewed_content",
    "with_act",
    "with_fields",
]
