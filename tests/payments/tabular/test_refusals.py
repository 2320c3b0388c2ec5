"""The guard of a row, and what a reader remembers of a file."""

import pytest

from payments.facts import FileRefused
from payments.tabular import remembered
from payments.tabular.refusals import RowRefused, card_guard
from payments.tabular.remembered import Remembered

HEADER = ("Name", "Invoice", "Order")
CARD = "4111111111111111"
IN_GROUPS = "4111-1111-1111-1111"


def guarded(*cells: str) -> None:
    card_guard(HEADER, free=(0,), references=(1, 2))([*cells])


def test_a_good_row_passes() -> None:
    guarded("Kim Min-jun and others", "INV-260703-00003", CARD)


@pytest.mark.parametrize(("cells", "column"), [((CARD, "", ""), "Name"), (("", "", IN_GROUPS), "Order")])
def test_a_card_number_refuses_the_file(cells: tuple[str, ...], column: str) -> None:
    with pytest.raises(FileRefused) as refused:
        guarded(*cells)
    assert refused.value.problem.field == column
    assert refused.value.must_delete_bytes


def test_a_damaged_reference_refuses_its_row() -> None:
    with pytest.raises(RowRefused) as refused:
        guarded("", "8,81618E+15", "")
    assert refused.value.problem.field == "Invoice"


def test_a_card_number_behind_a_damaged_reference_still_refuses_the_file() -> None:
    with pytest.raises(FileRefused):
        guarded("", "8,81618E+15", IN_GROUPS)


def test_what_is_remembered_never_grows_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_MOST", 3)
    known = Remembered[int, str]()
    sizes = []
    for number in range(8):
        assert known.keep(number, str(number)) == known[number] == str(number)
        sizes.append(len(known))
    assert max(sizes) == 3
