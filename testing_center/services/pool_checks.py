"""Near-duplicates in different pools keep a release from being published, until somebody judges them."""

from collections.abc import Mapping, Sequence
from typing import Any

from item_bank.errors import InvalidRelease
from item_bank.fingerprints import Fingerprint, fingerprint_of
from item_bank.identifiers import ItemKey
from item_bank.items import ItemContent
from item_bank.pool_disjointness import PoolMember, PoolMembers, overlaps
from testing_center.domain.ports import UnitOfWork
from testing_center.domain.release_lines import ReleaseLine
from testing_center.domain.similar_items import DIFFERENT


def pool_overlaps(
    work: UnitOfWork,
    lines: Sequence[ReleaseLine],
    contents: Mapping[ItemKey, ItemContent],
    stimuli: Mapping[str, Mapping[str, Any]],
) -> tuple[InvalidRelease, ...]:
    """Return a problem for every pair of near-duplicates of the exam and the trainer pool.

    Families and stimuli in both pools are found by the release itself.
    """
    stored = work.similar.fingerprints([line.entry.item_version_id for line in lines])
    members = []
    for line in lines:
        content = contents[ItemKey(line.item_key)]
        kept = stored.get(line.entry.item_version_id)
        fingerprint = Fingerprint.from_bytes(kept) if kept else fingerprint_of(content.to_data())
        members.append(
            PoolMember(
                line.item_key, line.entry.pool, fingerprint, content.family, content.stimulus_key
            )
        )
    texts = {key: fingerprint_of(_as_item(data)) for key, data in stimuli.items()}
    found = overlaps(PoolMembers(members, texts, _cleared(work, lines)))
    return tuple(one.problem for one in found if one.similarity is not None)


def _as_item(stimulus: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a stimulus as fingerprints read texts: what would be the stem of an item."""
    texts = stimulus.get("texts") or {}
    return {"texts": {code: {"stem": f"{text['title']}\n{text['text']}"} for code, text in texts.items()}}


def _cleared(work: UnitOfWork, lines: Sequence[ReleaseLine]) -> frozenset[frozenset[str]]:
    """Pairs that were last judged to be different, with the very content that is to be published."""
    published = {line.item_key: line.content_hash for line in lines}
    verdicts = {
        one.pair: one.verdict
        for one in work.similar.judgements()
        if all(published.get(key) == content_hash for key, content_hash in one.hashes.items())
    }
    return frozenset(pair for pair, verdict in verdicts.items() if verdict == DIFFERENT)
