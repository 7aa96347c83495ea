"""An unfinished item as a candidate would see it: what is missing is left out or shown as “…”."""

from dataclasses import dataclass

from item_bank.answer_keys import Judgement
from item_bank.drafts.draft import ItemDraft
from item_bank.drafts.files import drafted_media
from item_bank.drafts.kinds import KINDS
from item_bank.drafts.reading import DraftReader
from item_bank.errors import InvalidItem
from item_bank.identifiers import Language, OptionId
from item_bank.interactions import Interaction, Response
from item_bank.items import ItemContent, ItemText

NOT_WRITTEN = "…"


@dataclass(frozen=True)
class _NoKey:
    """The key of an item that is only looked at."""

    max_score: int = 1
    summary: str = ""

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Accept every interaction."""

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Judge nothing."""
        return Judgement(None)

    def to_data(self) -> dict[str, object]:
        return {}


def previewed_content(draft: ItemDraft, language: Language) -> ItemContent:
    """Return the content as far as it is written, in one language; raises the ``ItemBankError`` that says
    what is missing before anything can be shown."""
    text = draft.texts.get(language)
    if text is None or language not in draft.used_languages:
        raise InvalidItem("item_language_missing", language=language)
    reader = DraftReader(draft)
    form = KINDS.get(draft.kind)
    interaction = form.interaction(reader) if form else None
    found = [problem for problem in reader.problems if problem.field == f"{language}.stem"]
    for problem in found or ([] if interaction else reader.problems):
        raise problem.error
    if interaction is None:
        raise InvalidItem("draft_choice")
    return ItemContent(
        subject=draft.subject,
        area=draft.area,
        level=draft.level,
        interaction=interaction,
        answer_key=_NoKey(),
        texts={language: _filled(text, interaction.option_ids)},
        stimulus_key=draft.stimulus_key or None,
        media=drafted_media(draft),
    )


def _filled(text: ItemText, options: tuple[OptionId, ...]) -> ItemText:
    words = {option: text.options.get(option, "").strip() or NOT_WRITTEN for option in options}
    return ItemText(text.stem.strip() or NOT_WRITTEN, words, NOT_WRITTEN)
