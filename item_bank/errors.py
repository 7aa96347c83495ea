"""Named errors of the item bank.

Every refusal carries a stable ``code`` and named ``params``, so that a caller can say the sentence in the
reader's language; ``str(error)`` is the English sentence, built from :data:`SENTENCES`.
"""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    # Text
    "markup_image": "Remove the image from the text: images are not supported yet.",
    "markup_link": "Remove the link from the text, or put square brackets and addresses in `code`.",
    "markup_stray_dollar": "Close the formula with a second $, or write a dollar sign as \\$: “%(text)s”.",
    "markup_formula": "Correct the formula $%(formula)s$: %(reason)s.",
    # Expressions
    "expression_syntax": "Correct the expression “%(expression)s”: %(reason)s.",
    "expression_name": "The expression “%(expression)s” uses “%(name)s”, which is no variable of the model.",
    "expression_not_allowed": "The expression “%(expression)s” uses %(construct)s, which is not allowed.",
    "expression_limit": "Make the expression “%(expression)s” smaller: %(reason)s.",
    "expression_value": "The expression “%(expression)s” has no value for this draw: %(reason)s.",
    "expression_type": "The expression “%(expression)s” mixes incompatible values: %(reason)s.",
    # Items and stimuli
    "item_field": "Correct the field “%(field)s”: %(reason)s.",
    "item_language_missing": "Add the text in the language “%(language)s”.",
    "item_options": "Give the same options in every language: expected %(expected)s, "
    "“%(language)s” has %(found)s.",
    "item_answer_key": "The answer key “%(answer)s” is not one of the options %(options)s.",
    "response_unknown_option": "The response names “%(option)s”, which is not an option of this item.",
    "response_count": "Choose exactly one option.",
    "response_form": "The response must be a list of option identifiers.",
    "interaction_unknown": "The kind of interaction “%(kind)s” is not known.",
    "version_immutable": "Version %(number)s of “%(item)s” is published: make a new version instead.",
    "draft_stale": "The draft of “%(item)s” was based on version %(based_on)s, "
    "but the latest is %(latest)s: compare them and save again.",
    "version_unchanged": "The draft of item “%(item)s” does not differ from version %(number)s.",
    # Item models
    "model_field": "Item model: correct “%(field)s”: %(reason)s.",
    "model_placeholder": "Item model: correct the placeholder “%(placeholder)s”: %(reason)s.",
    "model_exhausted": "Item model: only %(found)s of %(wanted)s different instances were found "
    "in %(draws)s draws; loosen the constraints or ask for fewer instances (mostly: %(reason)s).",
    # Content files
    "content_file": "Correct the file: %(reason)s.",
    "content_unknown_fields": "Remove or correct the unknown fields: %(fields)s.",
    "content_key_form": "Write the key as %(expected)s.",
    "content_key_twice": "The key is already used in %(file)s: choose another.",
    "content_stimulus_missing": "The stimulus “%(stimulus)s” is not in the files of this pool.",
    "content_stimulus_items": "The stimulus needs %(needed)s items, .1 to .%(needed)s; it has: %(found)s.",
    "content_invalid": "The content has %(count)s problems; list them with “python -m item_bank.check”. "
    "The first: %(first)s",
    # Review
    "review_step_not_allowed": "The step “%(step)s” is not possible while the item is “%(status)s”.",
    "review_own_work": "Authors do not review their own items: ask another reviewer for the step “%(step)s”.",
    "review_not_author": "Only the author of the draft can do the step “%(step)s”.",
    "review_already_approved": "This approval has already been given: the other one is still missing.",
    "review_comment_missing": "Say in a comment what the author should change.",
    # Releases
    "release_duplicate": "Item “%(item)s” is in the release twice.",
    "release_pools_overlap": "%(kind)s “%(key)s” is in both the exam and the trainer pool: "
    "keep it in one of them.",
    "release_language": "Item “%(item)s” has no text in the promised language “%(language)s”.",
    "release_hash": "Item “%(item)s”, version %(number)s: the content does not match its published hash.",
    "release_version_missing": "Item “%(item)s”, version %(number)s, is in the release but was not given.",
    "release_pool": "Item “%(item)s”: the pool “%(pool)s” is not known; use exam or trainer.",
    # Blueprints
    "blueprint_field": "Content blueprint: correct “%(field)s”: %(reason)s.",
    "blueprint_quotas": "Section “%(section)s”: the area quotas and stimulus blocks ask for %(wanted)s "
    "items, but the section has %(items)s.",
    "blueprint_area": "Section “%(section)s”, area %(area)s: needs %(needed)s, has %(available)s.",
    "blueprint_stimuli": "Section “%(section)s”, stimuli with %(size)s items: "
    "needs %(needed)s, has %(available)s.",
    "blueprint_items": "Section “%(section)s”: needs %(needed)s items, has %(available)s.",
}


class ItemBankError(Exception):
    """Base of every error of the item bank.

    ``code`` is a key of :data:`SENTENCES`; ``params`` are the named values of its sentence.
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, object] = params
        super().__init__(SENTENCES[code] % params)


class InvalidMarkup(ItemBankError):
    """A text cannot be shown as written."""


class InvalidExpression(ItemBankError):
    """An expression is not in the allowed language, or grew past its limits."""


class ExpressionHasNoValue(ItemBankError):
    """An expression has no exact value for the drawn variables (division by zero, an inexact root)."""


class InvalidItem(ItemBankError):
    """Item or stimulus content breaks the rules of the format."""


class InvalidItemModel(ItemBankError):
    """An item model cannot be parsed, or does not produce the promised instances."""


class InvalidContent(ItemBankError):
    """Content files have problems; the sentence names the first and how to list them all."""


class InvalidResponse(ItemBankError):
    """A raw response does not fit the item's interaction."""


class IllegalReviewStep(ItemBankError):
    """A review step is refused in this state or to this person."""


class VersionImmutable(ItemBankError):
    """Somebody tried to change a published version."""


class StaleDraft(ItemBankError):
    """A draft was based on a version that is no longer the latest."""


class InvalidRelease(ItemBankError):
    """A release breaks one of the promises made to candidates."""


class InvalidBlueprint(ItemBankError):
    """A content blueprint contradicts itself."""


class BlueprintInfeasible(ItemBankError):
    """The inventory cannot meet the content blueprint; the sentence names the shortage."""
