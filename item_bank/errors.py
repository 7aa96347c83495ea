"""Named errors of the item bank.

Every refusal carries a stable ``code`` and named ``params``, so that a caller can say the sentence in the
reader's language; ``str(error)`` is the English sentence, built from :data:`SENTENCES`.
"""

from collections.abc import Mapping
from typing import Final

from item_bank.messages import N_

SENTENCES: Final[Mapping[str, str]] = {
    # Text
    "markup_image": N_("Show only images that come with the item, under an address like media:figure.png."),
    "markup_image_words": N_(
        "Describe the image %(source)s, in its square brackets, for those who cannot see it."
    ),
    "markup_link": N_("Remove the link from the text, or put square brackets and addresses in `code`."),
    "markup_stray_dollar": N_(
        "Close the formula with a second $, or write a dollar sign as \\$: “%(text)s”."
    ),
    "markup_formula": N_("Correct the formula $%(formula)s$: %(reason)s."),
    # Expressions
    "expression_syntax": "Correct the expression “%(expression)s”: %(reason)s.",
    "expression_name": "The expression “%(expression)s” uses “%(name)s”, which is no variable of the model.",
    "expression_not_allowed": "The expression “%(expression)s” uses %(construct)s, which is not allowed.",
    "expression_limit": "Make the expression “%(expression)s” smaller: %(reason)s.",
    "expression_value": "The expression “%(expression)s” has no value for this draw: %(reason)s.",
    "expression_type": "The expression “%(expression)s” mixes incompatible values: %(reason)s.",
    # Items and stimuli
    "item_field": N_("Correct the field “%(field)s”: %(reason)s."),
    "item_language_missing": N_("Add the text in the language “%(language)s”."),
    "item_options": N_(
        "Give the same options in every language: expected %(expected)s, "
        "“%(language)s” has %(found)s."
    ),
    "item_answer_key": N_("The answer key “%(answer)s” is not one of the options %(options)s."),
    "item_identifier": "Write the identifier “%(identifier)s” with Latin letters, digits, “_”, “-” and “.”, "
    "beginning with a letter, at most 32 characters.",
    "item_key_misfit": "The answer key does not fit the item: %(reason)s.",
    "item_gaps": "Write each gap %(expected)s once in the text of “%(language)s”; it has %(found)s.",
    "item_region": "Give the region “%(region)s” the coordinates of its shape “%(shape)s” in whole pixels.",
    "item_media_missing": N_("The text refers to the file “%(name)s”, which is not among the item's files."),
    "response_unknown_option": N_("The response names “%(option)s”, which is not an option of this item."),
    "response_count": N_("Choose exactly one option."),
    "response_form": N_("The response must be a list of option identifiers."),
    "response_too_many": N_("Choose at most %(most)s."),
    "response_too_few": N_("Choose at least %(fewest)s."),
    "response_pair": N_("The response must join two identifiers by a space, not “%(pair)s”."),
    "response_pair_alike": N_("Join two different options."),
    "response_uses": N_("Use “%(option)s” at most %(most)s times."),
    "response_order": N_("Put all %(count)s options in order, each once."),
    "response_number": N_("Write one number, for example 2,5: “%(number)s” is not one."),
    "response_unit": N_("Use another unit: “%(unit)s” does not fit here."),
    "response_long": N_("Write at most %(most)s characters."),
    "response_marking": N_("This response is judged by two markers."),
    # Media and files from outside
    "media_type": N_(
        "The file “%(name)s” is no picture, sound or film that can be shown: "
        "use PNG, JPEG, WebP, SVG, MP3, OGG or MP4."
    ),
    "media_size": N_("The file “%(name)s” has %(size)s MB: make it smaller than %(most)s MB."),
    "media_pixels": N_(
        "The picture “%(name)s” has %(width)s × %(height)s pixels: make no side longer than %(most)s."
    ),
    "import_too_large": N_("The file “%(name)s” is larger than %(most)s MB."),
    "import_xml": "The XML of “%(name)s” cannot be read, line %(line)s: %(reason)s.",
    "import_xml_limits": "The XML of “%(name)s” is nested too deeply or has too many elements.",
    "import_xml_doctype": N_("The XML of “%(name)s” has a document type or entities: "
    "they are refused, remove them."),
    "import_zip": N_("The file “%(name)s” is no ZIP archive, or it is damaged: pack it again."),
    "import_zip_entry": "The entry “%(entry)s” of “%(name)s” is damaged: pack it again.",
    "import_zip_refused": "The entry “%(entry)s” of “%(name)s” is refused: %(reason)s.",
    "import_zip_limits": "The archive “%(name)s” is refused: %(reason)s.",
    "import_format": "The format “%(name)s” is not known; use one of %(known)s.",
    "import_unrecognised": N_("The file “%(name)s” is not recognised as any of %(known)s: name its format."),
    "import_no_text": N_("The file “%(name)s” is not readable as text: save it as UTF-8."),
    "import_name_twice": N_("The name “%(name)s” is in the file twice: give the second item another."),
    "import_answer_missing": N_("Add the line with the answer of the question “%(question)s”."),
    "import_answer_unknown": N_("The answer “%(answer)s” is not one of the options %(options)s, "
    "or an option is there twice."),
    "import_question_missing": "Write the question before its options and its answer.",
    "import_csv": "The file “%(name)s” is no CSV, line %(line)s: %(reason)s.",
    "import_rows": N_("The file “%(name)s” has more than %(most)s rows: divide it."),
    "import_no_workbook": N_("The file “%(name)s” is no workbook (XLSX), or it is damaged: save it again."),
    "import_no_items": N_("No sheet of “%(name)s” has the columns of the template: %(columns)s are needed."),
    "import_column_twice": "The column “%(column)s” is there twice: remove one.",
    "import_kind": N_("The kind “%(kind)s” is not known; use one of %(known)s."),
    "import_cell_missing": N_("Fill in the column “%(column)s”."),
    "import_cell": N_("Correct the column “%(column)s”: %(reason)s."),
    "import_key_cell": N_("Correct the key “%(written)s”: write %(expected)s."),
    "import_share": "The share “%(share)s” of an answer is no percentage from -100 to 100.",
    "import_number": "The answer “%(number)s” is not a number.",
    "import_no_full_credit": "Give one answer all the points.",
    "import_pattern": "The answer “%(written)s” has a wildcard: write out the texts it stands for.",
    "import_gift_braces": "The braces { } of the question are not paired; write \\{ for a brace of its text.",
    "import_gift_answers": "The braces { } hold no answers: begin each with = or ~.",
    "import_no_quiz": "The file “%(name)s” is no Moodle XML: its root is “%(root)s”.",
    "import_gaps": "The gaps of the text, like [[1]], do not fit the words that are offered.",
    "import_embedded": "The embedded answer of the kind %(kind)s has no place in the item bank: "
    "make a question of its own of it.",
    "import_no_word": "The file “%(name)s” is no Word document (DOCX), or it is damaged: save it again.",
    "import_no_questions": "The file “%(name)s” has no numbered question.",
    "export_number": "Item “%(item)s”: the number %(number)s or its tolerance has no exact decimal.",
    "export_match": "Item “%(item)s”: the format needs exactly one column for every row.",
    "export_pattern": "Item “%(item)s”: the format would read “%(written)s” as a pattern.",
    "export_options": "Item “%(item)s” has more than %(most)s options, rows and columns together.",
    "export_cell": "Item “%(item)s”, column “%(column)s”: a cell holds at most %(most)s characters.",
    "import_qti": "The file cannot be taken over from QTI: %(reason)s.",
    "export_kind": "The format %(format)s cannot carry an item of the kind “%(kind)s”.",
    "export_language": "Item “%(item)s” has no text in the language “%(language)s” of this export.",
    # Marks
    "mark_criteria": "Give points for each of the criteria %(criteria)s.",
    "mark_points": "Give the criterion “%(criterion)s” whole points from 0 to %(most)s.",
    "mark_twice": "The marks of a response must come from different markers.",
    "mark_not_needed": "The marks of this response are complete.",
    "interaction_unknown": "The kind of interaction “%(kind)s” is not known.",
    "version_immutable": "Version %(number)s of “%(item)s” is published: make a new version instead.",
    "draft_stale": N_(
        "The draft of “%(item)s” was based on version %(based_on)s, "
        "but the latest is %(latest)s: compare them and save again."
    ),
    "version_unchanged": N_("The draft of item “%(item)s” does not differ from version %(number)s."),
    # Drafts
    "draft_text_missing": N_("Write this text, or clear every text of the language."),
    "draft_text_long": N_("Shorten the text to %(most)s characters."),
    "draft_options": N_("Give at least two options."),
    "draft_key": N_("Mark the correct option."),
    "draft_empty": N_("Write the item in at least one language."),
    "draft_choice": N_("Choose one of the list."),
    "draft_count": N_("Write a whole number from %(lowest)s to %(highest)s."),
    "draft_number": N_("Write a number, for example 2,5 or 3/4."),
    "draft_share": N_("Write a share of the points from 0 to 1, for example 0,5 or 1/2."),
    "draft_credit": N_("Write a share above 0, or remove the row: it would earn nothing."),
    "draft_weight": N_("Write a weight as a number, for example 0,5 or −1/3."),
    "draft_weights_sum": N_(
        "The weights of the correct response must add up to 1 or more; now they give %(total)s."
    ),
    "draft_key_some": N_("Mark at least one correct option."),
    "draft_key_many": N_("At most %(most)s may be chosen, but %(marked)s are marked as correct."),
    "draft_key_few": N_("At least %(fewest)s must be chosen, but only %(marked)s are marked as correct."),
    "draft_key_row": N_("Choose what belongs to this row."),
    "draft_key_gap": N_("Choose what belongs in this gap."),
    "draft_key_pairs": N_("Give at least one pair that belongs together."),
    "draft_pair": N_("Choose two different options for this pair."),
    "draft_pair_twice": N_("This pair is there twice: remove one."),
    "draft_rows": N_("Give at least one row."),
    "draft_columns": N_("Give at least two columns."),
    "draft_rule_matches": N_(
        "This rule would reward giving every pair: choose the one that takes wrong pairs off."
    ),
    "draft_gaps": N_("Write {{g1}} in the text where the first gap belongs."),
    "draft_gaps_missing": N_("This text lacks gaps that another language has: %(gaps)s."),
    "draft_gaps_twice": N_("Write each gap once; these are there twice: %(gaps)s."),
    "draft_first_credit": N_("The first value must earn all the points: write 1."),
    "draft_tolerance": N_("A tolerance is 0 or more."),
    "draft_units": N_("Choose units of the same quantity."),
    "draft_accepted": N_("Give an answer in this language that earns all the points."),
    "draft_criteria": N_("Add at least one criterion."),
    "draft_level": N_("Describe this level too, or clear all levels of the criterion in this language."),
    "draft_picture": N_("Choose one of the item's files as the picture."),
    "draft_regions": N_("Add at least one region."),
    "draft_region_rect": N_("Write four numbers: left, top, right, bottom."),
    "draft_region_circle": N_("Write three numbers: centre from the left, centre from the top, radius."),
    "draft_region_ellipse": N_(
        "Write four numbers: centre from the left, centre from the top, horizontal and vertical radius."
    ),
    "draft_region_poly": N_(
        "Write at least three corners, each as two numbers: from the left, from the top."
    ),
    "draft_region_outside": N_("The region leaves the picture, which is %(width)s × %(height)s pixels."),
    "draft_family": N_(
        "Write a family of small Latin letters, digits, points and hyphens, as in math.algebra.m01."
    ),
    "draft_file_name": N_("Write a file name of letters, digits, hyphens and points, without spaces."),
    "draft_file_twice": N_("Another file of this item has the same name."),
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
    "review_step_not_allowed": N_("The step “%(step)s” is not possible while the item is “%(status)s”."),
    "review_own_work": N_(
        "Authors do not review their own items: ask another reviewer for the step “%(step)s”."
    ),
    "review_not_author": N_("Only the author of the draft can do the step “%(step)s”."),
    "review_already_approved": N_("This approval has already been given: the other one is still missing."),
    "review_superseded": N_("A newer version of the item exists: send that one to review."),
    "review_open": N_(
        "Version %(number)s is under review: wait for the decision, or ask its author to withdraw it."
    ),
    "review_comment_missing": N_("Say in a comment what the author should change."),
    # Releases
    "release_duplicate": N_("Item “%(item)s” is in the release twice."),
    "release_pools_overlap": N_(
        "%(kind)s “%(key)s” is in both the exam and the trainer pool: "
        "keep it in one of them."
    ),
    "release_language": N_("Item “%(item)s” has no text in the promised language “%(language)s”."),
    "release_hash": N_("Item “%(item)s”, version %(number)s: the content does not match its published hash."),
    "release_version_missing": N_(
        "Item “%(item)s”, version %(number)s, is in the release but was not given."
    ),
    "release_pool": N_("Item “%(item)s”: the pool “%(pool)s” is not known; use exam or trainer."),
    "release_stimulus": N_("Item “%(item)s”: its stimulus “%(stimulus)s” is not in the release."),
    "release_shared_family": N_(
        "Item “%(exam)s” of the exam pool and item “%(trainer)s” of the trainer pool are of the same "
        "family “%(name)s”: retire one of them."
    ),
    "release_shared_stimulus": N_(
        "Item “%(exam)s” of the exam pool and item “%(trainer)s” of the trainer pool belong to the same "
        "stimulus “%(name)s”: retire one of them."
    ),
    "release_near_stimulus": N_(
        "The stimuli “%(exam)s” of the exam pool and “%(trainer)s” of the trainer pool are nearly the same "
        "(%(percent)s %% in common): use one of them only."
    ),
    "release_near_item": N_(
        "Item “%(exam)s” of the exam pool and item “%(trainer)s” of the trainer pool are nearly the same "
        "(%(percent)s %% in common): retire one of them."
    ),
    "release_empty": N_("The release differs in nothing from the last one: choose what to publish."),
    # Enemy sets
    "enemies_count": N_("Give two to %(most)s different items that must not meet."),
    "enemies_reason": N_("Say in at most %(most)s characters why these items must not meet."),
    # Blueprints
    "blueprint_field": "Content blueprint: correct “%(field)s”: %(reason)s.",
    "blueprint_quotas": "Section “%(section)s”: the area quotas and stimulus blocks ask for %(wanted)s "
    "items, but the section has %(items)s.",
    "blueprint_area": N_("Section “%(section)s”, area %(area)s: needs %(needed)s, has %(available)s."),
    "blueprint_stimuli": N_(
        "Section “%(section)s”, stimuli with %(size)s items: "
        "needs %(needed)s, has %(available)s."
    ),
    "blueprint_items": N_("Section “%(section)s”: needs %(needed)s items, has %(available)s."),
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


class InvalidMedia(ItemBankError):
    """A media file is refused."""


class InvalidImport(ItemBankError):
    """A file from outside cannot be read, or is refused as harmful."""


class MarkingNeeded(ItemBankError):
    """A response has no score before markers have judged it."""


class InvalidMark(ItemBankError):
    """A mark does not fit its rubric, or is not due."""


class IllegalReviewStep(ItemBankError):
    """A review step is refused in this state or to this person."""


class VersionImmutable(ItemBankError):
    """Somebody tried to change a published version."""


class StaleDraft(ItemBankError):
    """A draft was based on a version that is no longer the latest."""


class InvalidRelease(ItemBankError):
    """A release breaks one of the promises made to candidates."""


class InvalidEnemySet(ItemBankError):
    """An enemy set has too few or too many items, or no reason."""


class InvalidBlueprint(ItemBankError):
    """A content blueprint contradicts itself."""


class BlueprintInfeasible(ItemBankError):
    """The inventory cannot meet the content blueprint; the sentence names the shortage."""
