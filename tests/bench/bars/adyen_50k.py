"""An Adyen batch of fifty thousand rows with every type of the report: it posts, and ties to zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from tests.bench.figures import Figure, exactly, told
from tests.bench.files import HEADER, batch_lines, batch_row
from tests.bench.ground import AS_OF, Ground
from tests.bench.rows import TYPES

PAYMENTS: Final = 50_000
DAY: Final = date(2005, 11, 3)
BATCH_TYPES: Final = (
    ("Balancetransfer", 45_433_199, "Balancetransfer from batch 0"),
    ("MiscCosts", -4_300, "Misc costs"),
    ("InvoiceDeduction", -88_050, "Invoice 2005-10"),
    ("DepositCorrection", -250_000, "Deposit withheld"),
    ("DepositCorrection", 125_000, "Deposit released"),
    ("MatchedStatement", 77_001, "Wire from merchant"),
    ("ManualCorrected", -12, "Correction"),
    ("ManualCorrected", 12, "Correction of the correction"),
    ("AuthorisationSchemeFee", -903, "Scheme fees October"),
    ("BankInstructionReturned", 1_040_210, "Payout of batch 0 came back"),
    ("InternalCompanyPayout", -5_000, "Split settlement"),
    ("PaymentCost", -119, "VAT of a method"),
    ("PaidOut", -2_500, "Paid out"),
    ("PaidOutReversed", 2_500, "Paid out and taken back"),
)
"""Types, signed net and words of the rows that belong to no payment."""
MOVED_TYPES: Final = ("SecondChargeback", "Bulk Settlement")
"""Types of a payment that the ordinary rows do not have."""

TIES: Final = """
SELECT count(*), coalesce(sum(abs(net)), -1)::bigint FROM (
    SELECT statement_id, sum(net) AS net FROM payments_statementline GROUP BY 1) t
"""
RESIDUALS: Final = "SELECT coalesce(sum(abs(amount_at_risk)), 0)::bigint FROM payments_break WHERE kind = 'residual'"
UNKNOWN: Final = "SELECT count(*) FROM payments_statementline WHERE kind = 63"


def measure(ground: Ground) -> list[Figure]:
    """Post the batch and two damaged copies of it."""
    whole = list(_report())
    path = ground.files / "settlement_detail_report_batch_50k.csv"
    good, ties, residual, unknown = _posted(ground, path, whole)
    kinds = {line.split(",")[7] for line in whole[1:]}
    cut, _, cut_residual, _ = _posted(ground, path, whole[:100] + whole[101:])
    wrong = [*whole[:200], _two_cents_more(whole[200]), *whole[201:]]
    bad, *_ = _posted(ground, path, wrong)
    figures = [
        exactly("adyen_50k.posted", good["lines"], len(whole) - 1, "lines", good["state"]),
        exactly("adyen_50k.problems", len(good["problems"]), 0, ""),
        exactly("adyen_50k.types", len(kinds), len(TYPES) + len({name for name, *_ in BATCH_TYPES}) + 4, "types"),
        exactly("adyen_50k.sum", ties, 0, "cents", "of all rows with payout and carry-over, over both batches"),
        exactly("adyen_50k.residual", residual, 0, "cents"),
        exactly("adyen_50k.unknown", unknown, 0, "lines"),
        exactly("adyen_50k.unmet_checks", sum(not check["is_met"] for check in good["checks"]), 0, "checks"),
        exactly("adyen_50k.planted_cut_seen", float(cut_residual > 0), 1, "", f"a row is missing: {cut['state']}"),
        exactly("adyen_50k.planted_net_refused", float(bad["state"] == "rejected"), 1, "", "a net two cents off"),
    ]
    return figures + _real_batch(ground)


def _posted(ground: Ground, path: Path, lines: list[str]) -> tuple[dict[str, Any], int, int, int]:
    """Import and reconcile lines as a file: what became of it, its sum, residual breaks, unknown lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")
    database = ground.clone("batch", ground.with_merchant())
    done = ground.work(database, ("statement", path), ("reconcile", AS_OF))
    with ground.server.connect(database) as connection:
        counted, residual, unknown = (
            connection.execute(query).fetchone() or (-1, -1) for query in (TIES, RESIDUALS, UNKNOWN)
        )
    ground.server.drop(database)
    path.unlink()
    return done["steps"][0]["outcome"], counted[1], residual[0], unknown[0]


def _report() -> Iterator[str]:
    """Batch 1 pays out, batch 2 carries over."""
    yield HEADER
    *payments, fee, payout = batch_lines(1, DAY, range(PAYMENTS))
    yield from payments
    moved = [_as_type(payments[place], name) for place, name in zip((3, 5), MOVED_TYPES, strict=True)]
    yield from moved
    others = [batch_row(1, DAY, name, net, words, modification=name) for name, net, words in BATCH_TYPES]
    yield from others
    yield fee
    balance = -_net(payout) + sum(map(_net, moved + others))
    yield batch_row(1, DAY, "MerchantPayout", -balance, "")
    day = DAY + timedelta(days=1)
    yield batch_row(2, day, "Fee", -9, "Transaction Fees")
    yield batch_row(2, day, "Balancetransfer", 9, "Balancetransfer to batch 3", modification="Balancetransfer")


def _as_type(line: str, name: str) -> str:
    """A payment's row under another type and with a reference of its own."""
    cells = line.split(",")
    cells[7], cells[8] = name, str(int(cells[8]) + 1)
    return ",".join(cells)


def _net(line: str) -> int:
    """Signed net of a row, in cents."""
    debit, credit = line.split(",")[14:16]
    return _cents(credit) - _cents(debit)


def _cents(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole or 0) * 100 + int(part.ljust(2, "0") or 0)


def _two_cents_more(line: str) -> str:
    cells = line.split(",")
    place = 14 if cells[14] else 15
    minor = _cents(cells[place]) + 2
    cells[place] = f"{minor // 100}.{minor % 100:02d}"
    return ",".join(cells)


def _real_batch(ground: Ground) -> list[Figure]:
    """Adyen's own example, batch 238, where the sample files are there."""
    from tests.bench.samples import real_batch

    path = real_batch()
    if path is None:
        return [told("adyen_50k.batch_238", 0, "lines", "not measured: the sample files are not here")]
    database = ground.clone("batch", ground.with_merchant())
    outcome = ground.work(database, ("statement", path))["steps"][0]["outcome"]
    with ground.server.connect(database) as connection:
        found = connection.execute(TIES).fetchone() or (-1, -1)
    ground.server.drop(database)
    return [
        exactly("adyen_50k.batch_238_sum", found[1], 0, "cents", f"{outcome['state']}, {outcome['lines']} lines"),
        exactly("adyen_50k.batch_238_posted", float(outcome["state"] == "posted"), 1, ""),
    ]
