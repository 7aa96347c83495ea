from dataclasses import replace

import pytest
from sample_items import item_content, item_text

from item_bank.errors import InvalidRelease
from item_bank.identifiers import ItemKey, Language, StimulusKey
from item_bank.items import ItemContent, ItemVersion, first_version
from item_bank.releases import (
    ItemParameters,
    Release,
    ReleaseEntry,
    check_differs,
    check_release,
    compare,
    release_problems,
    stimulus_problems,
)


def version(key: str, content: ItemContent | None = None) -> ItemVersion:
    return first_version(ItemKey(key), content or item_content(), "author")


def entry(of: ItemVersion, pool: str = "exam", **changes: object) -> ReleaseEntry:
    return replace(ReleaseEntry(of.item_key, of.number, of.content_hash, pool), **changes)  # type: ignore[arg-type]


def broken_promises(*placed: tuple[ItemVersion, str]) -> list[str]:
    release = Release.of(1, [entry(of, pool) for of, pool in placed])
    versions = {of.item_key: of for of, _ in placed}
    return [problem.code for problem in release_problems(release, versions)]


def test_a_release_hash_does_not_depend_on_the_order_of_entries() -> None:
    entries = [entry(version("math.numbers.h002")), entry(version("math.numbers.h001"))]
    release = Release.of(1, entries)
    assert release == Release.of(1, entries[::-1])
    assert release.content_hash == Release.of(1, entries[::-1]).content_hash
    assert release.content_hash != Release.of(2, entries).content_hash


def test_comparison_names_every_kind_of_change() -> None:
    kept, changed, moved, scaled, removed, added = (
        entry(version(f"math.numbers.h00{n}"), parameters=ItemParameters(1.0, 0.0)) for n in range(6)
    )
    old = Release.of(1, [kept, changed, moved, scaled, removed])
    new = Release.of(
        2,
        [
            kept,
            replace(changed, version_number=2),
            replace(moved, pool="trainer"),
            replace(scaled, parameters=ItemParameters(1.0, 0.5)),
            added,
        ],
    )
    comparison = compare(old, new)
    assert comparison.added == (added.item_key,)
    assert comparison.removed == (removed.item_key,)
    assert comparison.changed == (changed.item_key,)
    assert comparison.moved == (moved.item_key,)
    assert comparison.reparameterised == (scaled.item_key,)


def test_a_sound_release_passes() -> None:
    assert (
        broken_promises(
            (version("math.numbers.h001"), "exam"),
            (version("math.numbers.m01.1", item_content(family="math.numbers.m01")), "exam"),
            (version("math.numbers.n01.1", item_content(family="math.numbers.n01")), "trainer"),
        )
        == []
    )


def test_pools_share_no_family_and_no_stimulus() -> None:
    family = item_content(family="math.numbers.m01")
    stimulus = item_content(stimulus_key=StimulusKey("math.numbers.s01"))
    placed = (
        (version("math.numbers.m01.1", family), "exam"),
        (version("math.numbers.m01.2", family), "trainer"),
        (version("math.numbers.s01.1", stimulus), "exam"),
        (version("math.numbers.s01.2", stimulus), "trainer"),
    )
    assert broken_promises(*placed) == ["release_pools_overlap", "release_pools_overlap"]
    release = Release.of(1, [entry(of, pool) for of, pool in placed])
    with pytest.raises(InvalidRelease, match=r"Family “math\.numbers\.m01” is in both the exam and"):
        check_release(release, {of.item_key: of for of, _ in placed})


def test_an_item_is_in_one_pool_once() -> None:
    one = version("math.numbers.h001")
    with pytest.raises(InvalidRelease, match=r"Item “math\.numbers\.h001” is in both"):
        Release.of(1, [entry(one, "exam"), entry(one, "trainer")])
    with pytest.raises(InvalidRelease, match="is in the release twice"):
        Release.of(1, [entry(one), entry(one)])


def test_missing_languages_versions_and_unknown_pools_are_named() -> None:
    russian = version("math.numbers.h001", item_content(texts={Language("ru"): item_text()}))
    assert broken_promises((russian, "exam")) == ["release_language"] * 3
    assert broken_promises((version("math.numbers.h001"), "pilot")) == ["release_pool"]
    one = version("math.numbers.h001")
    with pytest.raises(InvalidRelease, match="version 1, is in the release but was not given"):
        check_release(Release.of(1, [entry(one)]), {})
    with pytest.raises(InvalidRelease, match="version 2, is in the release but"):
        check_release(Release.of(1, [entry(one, version_number=2)]), {one.item_key: one})


def test_only_the_languages_promised_are_required() -> None:
    russian = version("math.numbers.h001", item_content(texts={Language("ru"): item_text()}))
    check_release(Release.of(1, [entry(russian)]), {russian.item_key: russian}, [Language("ru")])


def test_content_that_differs_from_the_approved_hash_is_refused() -> None:
    one = version("math.numbers.h001")
    tampered = replace(one, content=item_content(level="know"))
    with pytest.raises(InvalidRelease, match="does not match its published hash"):
        check_release(Release.of(1, [entry(one)]), {one.item_key: tampered})


def test_an_item_needs_its_stimulus_in_the_release() -> None:
    item = version("math.numbers.s01.1", item_content(stimulus_key=StimulusKey("math.numbers.s01")))
    contents = {item.item_key: item.content}
    assert list(stimulus_problems(contents, {"math.numbers.s01"})) == []
    (problem,) = stimulus_problems(contents, set())
    assert problem.code == "release_stimulus"


def test_a_release_that_changes_nothing_is_refused() -> None:
    release = Release.of(1, [entry(version("math.numbers.h001"))])
    with pytest.raises(InvalidRelease, match="differs in nothing"):
        check_differs(compare(release, release))
    check_differs(compare(Release.of(0, []), release))
