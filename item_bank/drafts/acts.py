"""What the buttons of a form do: add a row, remove one, move one, take another kind."""

from dataclasses import replace

from item_bank.drafts.draft import ItemDraft
from item_bank.drafts.kinds import KINDS
from item_bank.identifiers import OptionId

MOST_ROWS = 40
MOST_LETTERS = 26
FILE_PREFIX = "f"
REMOVED = "removed"


def with_act(draft: ItemDraft, act: str) -> ItemDraft:
    """Return the draft after a button: ``add:options``, ``remove:options:c``, ``up:options:c`` or
    ``down:…``; an act that cannot be done changes nothing.

    A removed identifier is not given to another row: it is kept in a list of its own.
    """
    verb, _, rest = act.partition(":")
    name, _, member = rest.partition(":")
    listed = list(draft.listed(name))
    if verb == "add":
        free = _free(draft, name)
        return _with_list(draft, name, [*listed, free]) if free else draft
    if member not in listed:
        return draft
    place = listed.index(OptionId(member))
    if verb == "remove":
        shorter = _with_list(draft, name, listed[:place] + listed[place + 1 :])
        return _with_list(shorter, REMOVED, [*draft.listed(REMOVED), OptionId(member)])
    return moved(draft, name, place, {"up": -1, "down": 1}.get(verb, 0))


def moved(draft: ItemDraft, name: str, place: int, by: int) -> ItemDraft:
    """Return the draft with one member of a list moved by one place."""
    listed, other = list(draft.listed(name)), place + by
    if not 0 <= other < len(listed):
        return draft
    listed[place], listed[other] = listed[other], listed[place]
    return _with_list(draft, name, listed)


def changed_kind(draft: ItemDraft, kind: str) -> ItemDraft:
    """Return the draft as another kind of item: texts stay, lists and entries it lacks begin anew."""
    if kind not in KINDS or kind == draft.kind:
        return draft
    fields = KINDS[kind].blank()
    rules = {"rule": fields.entries.get("rule", "")}
    entries = {**fields.entries, **draft.entries, **rules}
    return replace(draft, kind=kind, lists={**fields.lists, **draft.lists}, entries=entries)


def _with_list(draft: ItemDraft, name: str, listed: list[OptionId]) -> ItemDraft:
    return replace(draft, lists={**draft.lists, name: tuple(listed)})


def _free(draft: ItemDraft, name: str) -> OptionId | None:
    """Return an identifier that no list of the draft has used, or ``None`` where the list is full."""
    form = KINDS.get(draft.kind)
    prefix = FILE_PREFIX if name == "files" else form.prefix(name) if form else None
    if prefix is None or len(draft.listed(name)) >= MOST_ROWS:
        return None
    taken = {option for listed in draft.lists.values() for option in listed}
    taken |= {
        option for text in draft.texts.values() for option, words in text.options.items() if words.strip()
    }
    letters = [chr(ord("a") + number) for number in range(MOST_LETTERS)] if not prefix else []
    candidates = (*letters, *(f"{prefix or 'o'}{number}" for number in range(1, 1000)))
    return OptionId(next(one for one in candidates if one not in taken))
