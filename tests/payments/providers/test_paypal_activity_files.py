"""PayPal's activity download as a file: columns, cut-off files, card numbers, settings, the sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.facts import FileRefused, LineKind, ReadingTerms
from payments.providers.paypal import PayPalAdapter
from payments.providers.registry import recognise
from tests.payments.files import cut_out, read_all, sample, stored
from tests.payments.providers.paypal_files import (
    ENGLISH,
    TERMS,
    activity,
    read,
    row,
)

STATES = ReadingTerms("America/Los_Angeles", ("USD",))


@pytest.mark.parametrize("column", ["Date", "Time", "Type", "Currency", "Gross", "Net", "Transaction ID"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    place = ENGLISH.index(column)
    rows = [cells[:place] + cells[place + 1 :] for cells in (ENGLISH, row("x", "1.00", "0", "1.00", ""))]
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, activity(rows[1:], rows[0]))
    assert caught.value.problem.field.lower() == column.lower()


def test_the_fewest_columns_in_another_order_are_enough(tmp_path: Path) -> None:
    """Pitfall 14: reordered columns, BOM, UTF-16."""
    header = ("Transaction ID", "Net", "Gross", "Currency", "Type", "Time", "Date", "Extra")
    content = activity([("K1", "1.00", "1.00", "EUR", "Website Payment", "10:00:00", "25/07/2026", "")], header)
    for encoded in (content, "\ufeff" + content, b"\xff\xfe" + content.encode("utf-16-le")):
        found = read(tmp_path, encoded)
        assert (found.problems, [line.provider_key for line in found.lines]) == ([], ["K1"])


def test_a_cut_off_file_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    """Pitfall 14: truncated last line; header without rows."""
    content = activity([row("Website Payment", "1.00", "0.00", "1.00", "1.00")] * 2)
    with pytest.raises(FileRefused):
        read(tmp_path, content[:-40])
    with pytest.raises(FileRefused, match="no rows"):
        read(tmp_path, activity([]))


@pytest.mark.parametrize("place", [3, 11, 12, 15])
def test_a_card_number_deletes_the_file(tmp_path: Path, place: int) -> None:
    cells = list(row("Website Payment", "1.00", "0.00", "1.00", "1.00"))
    cells[place] = "4111 1111 1111 1111"
    with pytest.raises(FileRefused) as caught:
        read(tmp_path, activity([cells]))
    assert caught.value.must_delete_bytes
    assert (caught.value.problem.line, caught.value.problem.field) == (2, ENGLISH[place])


def test_an_invoice_number_that_a_spreadsheet_damaged_is_refused(tmp_path: Path) -> None:
    """Pitfall 12: ids damaged by a spreadsheet."""
    found = read(tmp_path, activity([row("Website Payment", "1.00", "0.00", "1.00", "1.00", invoice="1.00106E+12")]))
    assert [(line, field) for line, field, _ in found.problems] == [(2, "Invoice Number")]


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    terms = ReadingTerms("Europe/Berlin", (), {"date_ordre": "dmy"})
    with pytest.raises(FileRefused, match="date_ordre"):
        read(tmp_path, activity([row("x", "1.00", "0", "1.00", "")]), terms)


def test_rows_can_be_cut_out_and_the_file_is_recognised(tmp_path: Path) -> None:
    source = stored(tmp_path, activity([row("Website Payment", "1.00", "0.00", "1.00", "1.00")]), "x")
    found = read_all(PayPalAdapter(), source, TERMS)
    assert cut_out(source, found.lines) == source.path.read_bytes().splitlines(keepends=True)[1:]
    assert recognise(source)[0][0] == "paypal"


@pytest.mark.external
def test_the_sample_ties_in_three_currencies(samples: Path) -> None:
    source = sample(samples / "paypal" / "oca_activity_en.csv")
    found = read_all(PayPalAdapter(), source, STATES)
    assert found.problems == []
    assert len(found.lines) == 76
    assert [(c.currency, c.expected, c.found) for c in found.reading.checks()] == [
        ("USD", 190, 190), ("EUR", 4_334, 4_334), ("AUD", 0, 0),
    ]  # fmt: skip
    assert sum(line.kind == LineKind.FX for line in found.lines) == 32
    assert len(found.reading.payouts()) == 14
