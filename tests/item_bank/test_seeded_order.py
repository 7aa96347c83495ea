import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.seeded_order import SeededStream


@given(st.integers(), st.lists(st.integers(), max_size=20))
def test_shuffling_keeps_every_value_and_is_reproducible(seed: int, values: list[int]) -> None:
    shuffled = SeededStream(seed).shuffled(values)
    assert sorted(shuffled) == sorted(values)
    assert shuffled == SeededStream(seed).shuffled(values)


def test_the_stream_is_the_published_one() -> None:
    """Orders already shown to candidates must be replayable: this list may never change."""
    stream = SeededStream(20231122, "option order", 1)
    assert [stream.below(100) for _ in range(8)] == [13, 1, 31, 73, 52, 35, 80, 35]


def test_draws_are_uniform() -> None:
    stream = SeededStream("uniform")
    counts = [0] * 6
    for _ in range(6000):
        counts[stream.below(6)] += 1
    chi_square = sum((count - 1000) ** 2 / 1000 for count in counts)
    assert chi_square < 20.5  # 0.999 quantile with 5 degrees of freedom


@pytest.mark.parametrize("bound", [0, -1, 2**64 + 1])
def test_impossible_bounds_are_refused(bound: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 2"):
        SeededStream(1).below(bound)
