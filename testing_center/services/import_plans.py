"""What an import would do, item by item: found by reading the bank, before anything is changed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from item_bank.errors import IllegalReviewStep, InvalidContent, InvalidItem, ItemBankError
from item_bank.fingerprints import DuplicateIndex, Fingerprint, fingerprint_of, sketch
from item_bank.formats import ImportedItem, ImportResult, Loss, Place
from item_bank.item_changes import substantive_change
from item_bank.items import ItemContent, content_hash
from item_bank.media import MediaReference
from item_bank.stimuli import stimulus_hash
from testing_center.domain.imports import (
    CHANGED,
    LOSS,
    NEW,
    REFUSAL,
    REFUSED,
    UNCHANGED,
    WARNING,
    WARNINGS,
    ImportLine,
    ImportReport,
    ImportWish,
    ItemHead,
    ReportMessage,
)
from testing_center.domain.people import Person
from testing_center.domain.pools import part_of_bank, visible_parts
from testing_center.domain.ports import UnitOfWork
from testing_center.services.item_history import read_history
from testing_center.services.items import NEW_ITEM_LETTER

UNWRITTEN: Final = "…"
"""Stands for an explanation that the file does not have."""
UNDER_REVIEW: Final = "in_review"
MOST_ALIKE: Final = 3
_KEY: Final = re.compile(r"[a-z_]+\.[a-z_]+\.[a-z]\d{1,6}(\.\d{1,3})?")


@dataclass(frozen=True)
class Asked:
    """Who imports what file, and how."""

    person: Person
    file_name: str
    wish: ImportWish

    def sees(self, head: ItemHead) -> bool:
        """Whether the person may know of an item."""
        return part_of_bank(head.pool, head.status) in visible_parts(self.person.roles)


@dataclass(frozen=True)
class PlannedItem:
    """A line with what would be stored; ``content`` is None for what is refused."""

    line: ImportLine
    content: ItemContent | None = None
    substantive: bool = True


@dataclass(frozen=True)
class ImportPlan:
    """All lines in the order of the file, and what is to be said of the whole file."""

    items: tuple[PlannedItem, ...]
    messages: tuple[ReportMessage, ...] = ()
    format_name: str = ""
    plans: tuple[Mapping[str, object], ...] = ()

    @property
    def report(self) -> ImportReport:
        """The report of this plan."""
        return ImportReport(
            self.format_name, tuple(item.line for item in self.items), self.messages, plans=self.plans
        )


def planned(work: UnitOfWork, result: ImportResult, asked: Asked) -> ImportPlan:
    """Return what an import of *result* would do to the bank as it is now."""
    names = {item.name for item in result.items}
    losses: dict[str, list[ReportMessage]] = {}
    for loss in result.losses:
        losses.setdefault(loss.item if loss.item in names else "", []).append(_of_loss(loss))
    read = [_readable(work, result, item, losses.get(item.name, [])) for item in result.items]
    items = list(_Bank(work, asked, [item for item in read if item.content]).decided(read))
    items += [
        PlannedItem(_refused(problem.item, problem.place, problem.error, ())) for problem in result.problems
    ]
    items.sort(key=lambda item: (item.line.place.get("row", 0), item.line.place.get("line", 0)))
    numbered = (
        replace(item, line=replace(item.line, number=number)) for number, item in enumerate(items, 1)
    )
    messages = (*losses.get("", ()), *_of_file(work, result))
    plans = tuple(plan.to_data() for plan in result.plans)
    return ImportPlan(tuple(numbered), messages, result.format_name, plans)


def refusal(error: ItemBankError, place: Place | None = None) -> ReportMessage:
    """Return what the report says of a refusal."""
    params = {name: str(value) for name, value in error.params.items()}
    return ReportMessage(REFUSAL, error.code, str(error), params, _place(place or Place()))


def warning(code: str, **params: object) -> ReportMessage:
    """Return a warning; *code* is one of ``WARNINGS``."""
    return ReportMessage(WARNING, code, WARNINGS[code] % params, params)


@dataclass(frozen=True)
class _Read:
    """An item of the file on its way: what is said of it so far, its content once that is complete."""

    item: ImportedItem
    messages: tuple[ReportMessage, ...]
    content: ItemContent | None = None
    error: ItemBankError | None = None

    @property
    def hash(self) -> str:
        return content_hash(self.content) if self.content else ""


def _readable(
    work: UnitOfWork, result: ImportResult, item: ImportedItem, said: Sequence[ReportMessage]
) -> _Read:
    unwritten = [language for language, text in item.texts.items() if not text.explanation.strip()]
    texts = {
        language: replace(text, explanation=UNWRITTEN) if language in unwritten else text
        for language, text in item.texts.items()
    }
    messages = (*said, *(warning("unwritten", language=str(language)) for language in unwritten))
    try:
        content = replace(item, texts=texts).content()
        _check_stimulus(work, result, content)
        _check_media(work, result, content.media)
    except ItemBankError as error:
        return _Read(item, tuple(said), error=error)
    return _Read(item, messages, content)


def _check_stimulus(work: UnitOfWork, result: ImportResult, content: ItemContent) -> None:
    key = content.stimulus_key
    if key and key not in {stimulus.key for stimulus in result.stimuli} and not work.stimuli.versions(key):
        raise InvalidContent("content_stimulus_missing", stimulus=key)


def _check_media(work: UnitOfWork, result: ImportResult, media: Sequence[MediaReference]) -> None:
    sent = {file.reference.sha256 for file in result.media}
    for reference in media:
        record = None if reference.sha256 in sent else work.media.find(reference.sha256)
        same = record and (record.media_type, record.size) == (reference.media_type, reference.size)
        if reference.sha256 not in sent and not same:
            reason = f"the file “{reference.name}” did not come along and is not stored"
            raise InvalidItem("item_field", field="media", reason=reason)


def _of_file(work: UnitOfWork, result: ImportResult) -> Iterator[ReportMessage]:
    for stimulus in result.stimuli:
        versions = work.stimuli.versions(stimulus.key)
        if versions and versions[-1].content_hash != stimulus_hash(stimulus.content):
            yield warning("stimulus_kept", stimulus=str(stimulus.key))
    for plan in result.plans:
        yield warning("plan_kept", plan=str(plan.to_data().get("title", "")))
    if result.statistics:
        yield warning("statistics_kept", count=len(result.statistics))


@dataclass
class _Bank:
    """What the bank has of the items of a file, looked up once for all of them."""

    work: UnitOfWork
    asked: Asked
    read: Sequence[_Read]
    _taken: set[str] = field(default_factory=set)
    _numbers: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        imports, pool = self.work.imports, self.asked.wish.pool
        self._same = imports.with_hashes({one.hash for one in self.read}, pool)
        self._known = imports.names_known(self.asked.person.id, self.asked.file_name)
        names = {one.item.name for one in self.read}
        self._heads = imports.heads(names | set(self._same.values()) | set(self._known.values()))
        self._prints = {
            one.item.name: fingerprint_of(one.content.to_data()) for one in self.read if one.content
        }
        near = self.work.similar.near({band for known in self._prints.values() for band in sketch(known)})
        self._hidden = {
            key
            for key, one in near.items()
            if part_of_bank(one.pool, one.status) not in visible_parts(self.asked.person.roles)
        }
        self._index, self._rows = DuplicateIndex(), DuplicateIndex()
        for key, known in near.items():
            self._index.add(key, known.fingerprint)

    def decided(self, read: Sequence[_Read]) -> Iterator[PlannedItem]:
        for one in read:
            if one.error is not None or one.content is None:
                error = one.error or InvalidItem("item_field", field="item", reason="it is empty")
                yield PlannedItem(_refused(one.item.name, one.item.place, error, one.messages))
            else:
                yield self._decide(one, one.content)

    def _decide(self, one: _Read, content: ItemContent) -> PlannedItem:
        if one.hash in self._seen:
            first = self._seen[one.hash]
            twin = warning("similar_row", name=first, percent=100)
            return PlannedItem(_line(one, UNCHANGED, messages=(twin,)), content)
        self._seen[one.hash] = one.item.name
        head, said = self._head(one)
        if head is not None and one.hash in head.hashes:
            old = head.hashes[one.hash] != head.number
            extra = (warning("overtaken", number=head.hashes[one.hash]),) if old else ()
            return PlannedItem(_line(one, UNCHANGED, head.item_key, head.number, extra), content)
        if one.hash in self._same:
            same = self._heads[self._same[one.hash]]
            key = same.item_key if self.asked.sees(same) else ""
            return PlannedItem(_line(one, UNCHANGED, key, same.number if key else 0), content)
        return self._changing(one, content, head, said)

    def _changing(
        self, one: _Read, content: ItemContent, head: ItemHead | None, said: tuple[ReportMessage, ...]
    ) -> PlannedItem:
        if head is not None and head.status == UNDER_REVIEW:
            error = IllegalReviewStep("review_open", number=head.number)
            return PlannedItem(_refused(one.item.name, one.item.place, error, one.messages))
        alike = tuple(self._alike(one.item.name, head.item_key if head else ""))
        messages = (*one.messages, *said, *alike)
        if alike and self.asked.wish.refuse_similar:
            line = ImportLine(0, one.item.name, _place(one.item.place), REFUSED, messages=messages)
            return PlannedItem(line)
        if head is None:
            key = self._new_key(one.item.name, content)
            return PlannedItem(replace(_line(one, NEW, key, 1), messages=messages), content)
        before = read_history(self.work, head.item_key).latest.content
        line = replace(_line(one, CHANGED, head.item_key, head.number + 1), messages=messages)
        return PlannedItem(line, content, substantive_change(before, content))

    def _head(self, one: _Read) -> tuple[ItemHead | None, tuple[ReportMessage, ...]]:
        """Return the item of the bank that an item of the file is, if the person may write it."""
        found = self._heads.get(one.item.name)
        if self._writable(found):
            return found, ()
        key = self._known.get(one.item.name, "")
        if self._writable(self._heads.get(key)) and not _KEY.fullmatch(one.item.name):
            return self._heads[key], (warning("known_name", item=key),)
        return None, ()

    def _writable(self, head: ItemHead | None) -> bool:
        return head is not None and head.pool == self.asked.wish.pool and self.asked.sees(head)

    def _alike(self, name: str, own: str) -> Iterator[ReportMessage]:
        mine: Fingerprint = self._prints[name]
        found = [one for one in self._index.like(mine) if one.name != own][:MOST_ALIKE]
        for one in found:
            percent = round(100 * one.similarity.share)
            if one.name not in self._hidden:
                yield warning("similar_item", item=str(one.name), percent=percent)
        if any(one.name in self._hidden for one in found):
            yield warning("similar_hidden")
        for one in self._rows.like(mine)[:1]:
            yield warning("similar_row", name=str(one.name), percent=round(100 * one.similarity.share))
        self._rows.add(name, mine)

    def _new_key(self, name: str, content: ItemContent) -> str:
        """Return the key of the file where it is a free one of the content's area, or the next free one."""
        area = f"{content.subject}.{content.area}."
        if _KEY.fullmatch(name) and name.startswith(area) and name not in self._heads.keys() | self._taken:
            self._taken.add(name)
            return name
        prefix = f"{area}{NEW_ITEM_LETTER}"
        if prefix not in self._numbers:
            wished = (one.item.name for one in self.read)
            written = [*self.work.catalogue.keys(prefix), *wished]
            ends = [key.removeprefix(prefix) for key in written if key.startswith(prefix)]
            self._numbers[prefix] = max((int(end) for end in ends if end.isdecimal()), default=0)
        self._numbers[prefix] += 1
        return f"{prefix}{self._numbers[prefix]:03d}"


def _line(
    one: _Read, outcome: str, key: str = "", version: int = 0, messages: tuple[ReportMessage, ...] = ()
) -> ImportLine:
    start = next(iter(one.item.texts.values())).stem[:120] if one.item.texts else ""
    return ImportLine(0, one.item.name, _place(one.item.place), outcome, key, version, start, messages)


def _refused(
    name: str, place: Place, error: ItemBankError, messages: tuple[ReportMessage, ...]
) -> ImportLine:
    return ImportLine(0, name, _place(place), REFUSED, messages=(refusal(error, place), *messages))


def _of_loss(loss: Loss) -> ReportMessage:
    params = {"element": loss.element, **loss.params}
    return ReportMessage(LOSS, loss.code, loss.sentence, params, _place(loss.place))


def _place(place: Place) -> Mapping[str, object]:
    return {name: value for name, value in vars(place).items() if value}
