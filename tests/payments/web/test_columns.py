"""Columns that several lists share."""

from __future__ import annotations

from types import SimpleNamespace

import django_tables2 as tables

from payments.web import ListTable
from payments.web.columns import ChoiceColumn


class Boxes(ListTable):
    """Rows of which some may be chosen."""

    choice = ChoiceColumn(name="delivery", reference="event_id", is_offered=lambda row: row.state == "waiting")
    event_id = tables.Column()


def test_a_box_takes_a_row_into_the_selection_where_it_may_be_chosen() -> None:
    rows = [
        SimpleNamespace(pk=7, event_id='evt_"7"', state="waiting"), SimpleNamespace(pk=8, event_id="evt_8", state="done"),
    ]  # fmt: skip
    table = Boxes(rows)
    offered, other = (row.get_cell("choice") for row in table.rows)
    assert offered == (
        '<input type="checkbox" class="form-check-input" name="delivery" value="7" form="bulk"'
        ' aria-label="Choose evt_&quot;7&quot;">'
    )
    assert other == ""
    assert 'data-choose-all="delivery"' in table.columns["choice"].header
    assert list(table.as_values()) == [["Event id"], ['evt_"7"'], ["evt_8"]]
