import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from psychometrics import InvalidResponses, ResponseMatrix

tables = arrays(np.int8, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=st.integers(-1, 1))


@given(tables, st.randoms(use_true_random=False))
def test_triples_in_any_order_give_the_same_matrix(table, shuffler):
    cells = [(i, j, table[i, j]) for i, j in zip(*np.nonzero(table >= 0), strict=True)]
    shuffler.shuffle(cells)
    rows, columns, scores = (
        (np.array(part, dtype=int) for part in zip(*cells, strict=True)) if cells else ([],) * 3
    )
    matrix = ResponseMatrix.from_triples(rows, columns, np.array(scores, dtype=np.int8), table.shape)
    assert (matrix.to_array() == table).all()
    dense = ResponseMatrix.from_array(table)
    for ours, theirs in zip(matrix.item_totals(), dense.item_totals(), strict=True):
        assert (ours == theirs).all()


def test_nan_means_not_presented():
    matrix = ResponseMatrix.from_array([[1.0, np.nan], [0.0, 1.0]])
    assert matrix.to_array().tolist() == [[1, -1], [0, 1]]
    assert (matrix.examinees, matrix.items) == (2, 2)


@pytest.mark.parametrize("bad", [[[2, 0]], [[0.5, 0]], [["x", "y"]], [1, 0], [[]], [[-2, 1]]])
def test_other_values_and_shapes_are_refused(bad):
    with pytest.raises(InvalidResponses):
        ResponseMatrix.from_array(np.array(bad))


@pytest.mark.parametrize(
    ("rows", "columns", "scores", "words"),
    [
        ([0, 0], [1, 1], [1, 0], "two responses"),
        ([0, 5], [1, 1], [1, 0], "between 0 and 2"),
        ([0], [1, 1], [1, 0], "same length"),
        ([0], [1], [-1], "Leave out"),
        ([0.5], [1], [1], "whole numbers"),
    ],
)
def test_bad_triples_are_refused(rows, columns, scores, words):
    with pytest.raises(InvalidResponses, match=words):
        ResponseMatrix.from_triples(rows, columns, scores, (3, 2))
