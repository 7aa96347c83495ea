"""The periodic table is laid out as chemists know it; every formula can be shown and read aloud."""

import pytest

from item_bank.markup import formula_to_mathml
from testing_center.domain.reference_sheets import ELEMENTS, FORMULAS, periodic_table

KNOWN = {
    "H": (1, 1), "He": (1, 18), "B": (2, 13), "Mg": (3, 2), "Al": (3, 13), "Sc": (4, 3), "Fe": (4, 8),
    "Ba": (6, 2), "La": (8, 3), "Yb": (8, 16), "Lu": (6, 3), "Hg": (6, 12), "Rn": (6, 18), "Og": (7, 18),
    "Ac": (9, 3), "Lr": (7, 3), "Rf": (7, 4),
}  # fmt: skip


@pytest.mark.parametrize("symbol", KNOWN)
def test_elements_stand_in_their_period_and_group(symbol: str) -> None:
    (found,) = [
        (row, group)
        for row, cells in enumerate(periodic_table(), start=1)
        for group, cell in enumerate(cells, start=1)
        if cell is not None and cell.symbol == symbol
    ]
    assert found == KNOWN[symbol]


def test_every_element_has_one_cell() -> None:
    numbers = [cell.number for row in periodic_table() for cell in row if cell is not None]
    assert sorted(numbers) == list(range(1, len(ELEMENTS) + 1)) == list(range(1, 119))


def test_every_formula_becomes_mathml() -> None:
    for groups in FORMULAS.values():
        for _, formulas in groups:
            assert all("<math" in formula_to_mathml(formula) for formula in formulas)
