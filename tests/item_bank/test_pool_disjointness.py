"""Pools that pass the check have nothing in common; whatever they have in common is named."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_items import OPTIONS, item_content

from item_bank.fingerprints import COPY_THRESHOLD, Fingerprint, fingerprint_of, similarity
from item_bank.identifiers import EXAM_POOL, POOLS, TRAINER_POOL
from item_bank.items import ItemText
from item_bank.pool_disjointness import Overlap, PoolMember, PoolMembers, overlaps

WORDS = [
    f"{first}{second}ма"
    for first in ("ко", "ру", "ле", "ши", "та", "пи")
    for second in ("сви", "ра", "дор", "гель")
]


def worded(seed: int, *, changed: int = 0) -> Fingerprint:
    """An item of 20 words drawn by *seed*, *changed* of them replaced."""
    words = random.Random(seed).sample(WORDS, 20)  # noqa: S311 - for a test
    words[len(words) - changed :] = [f"замена{n}" for n in range(changed)]
    content = item_content()
    texts = {
        language: ItemText(" ".join(words), dict(zip(OPTIONS, words, strict=False)), text.explanation)
        for language, text in content.texts.items()
    }
    return fingerprint_of(replace(content, texts=texts).to_data())


MEMBERS = st.builds(
    PoolMember,
    key=st.uuids().map(str),
    pool=st.sampled_from(POOLS),
    fingerprint=st.builds(worded, st.integers(0, 6), changed=st.integers(0, 4)),
    family=st.sampled_from([None, None, "f1", "f2"]),
    stimulus_key=st.sampled_from([None, None, "s1", "s2", "s3"]),
)


def forbidden(exam: PoolMember, trainer: PoolMember, stimuli: dict[str, Fingerprint]) -> bool:
    """Whether two items of different pools must not be published together, by comparing them directly."""
    if exam.family and exam.family == trainer.family:
        return True
    if exam.stimulus_key and exam.stimulus_key == trainer.stimulus_key:
        return True
    if exam.stimulus_key in stimuli and trainer.stimulus_key in stimuli:
        shared = similarity(stimuli[str(exam.stimulus_key)], stimuli[str(trainer.stimulus_key)])
        if shared.share >= COPY_THRESHOLD:
            return True
    return similarity(exam.fingerprint, trainer.fingerprint).share >= COPY_THRESHOLD


@settings(max_examples=80, deadline=None)
@given(st.lists(MEMBERS, max_size=9, unique_by=lambda one: one.key), st.integers(0, 4))
def test_pools_pass_exactly_when_no_pair_is_forbidden(items: list[PoolMember], shift: int) -> None:
    stimuli = {f"s{n}": worded(n + shift) for n in (1, 2)} | {"s3": worded(1 + shift, changed=1)}
    exam = [item for item in items if item.pool == EXAM_POOL]
    trainer = [item for item in items if item.pool == TRAINER_POOL]
    expected = any(forbidden(one, other, stimuli) for one in exam for other in trainer)
    assert bool(overlaps(PoolMembers(items, stimuli))) == expected


def pair() -> list[PoolMember]:
    return [PoolMember("e1", EXAM_POOL, worded(1)), PoolMember("t1", TRAINER_POOL, worded(1, changed=1))]


def test_a_pair_that_was_judged_different_is_left_out_until_it_is_looked_at_again() -> None:
    (found,) = overlaps(PoolMembers(pair()))
    assert (found.kind, found.exam, found.trainer) == ("near_item", "e1", "t1")
    assert overlaps(PoolMembers(pair(), cleared={frozenset(("e1", "t1"))})) == ()


def test_judging_items_different_does_not_part_a_family_or_a_stimulus() -> None:
    first, second = pair()
    members = [replace(first, family="f", stimulus_key="s"), replace(second, family="f", stimulus_key="s")]
    found = overlaps(PoolMembers(members, cleared={frozenset(("e1", "t1"))}))
    assert [one.kind for one in found] == ["family", "stimulus"]


def test_the_sentences_name_the_pair_and_what_to_do() -> None:
    said = str(overlaps(PoolMembers(pair()))[0].problem)
    assert "“e1” of the exam pool" in said
    assert "“t1” of the trainer pool" in said
    assert "retire one of them" in said
    family = str(Overlap("family", "e1", "t1", "model-7").problem)
    assert "“model-7”" in family
