"""What a settlement day comes to: `settlement_day --provider CODE --date D [--json]`; the figures of the page."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from payments.management.answers import AnsweringCommand
from payments.management.owners import provider_named
from payments.money import format_minor
from payments.settlement.selectors.days import Day, settlement_day


class Command(AnsweringCommand):
    """Print one day of one provider."""

    help = "Show a settlement day: totals per currency, counts, breaks, state. Exit 0, 2 for an unknown provider."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        super().add_arguments(parser)
        parser.add_argument("--provider", required=True, help="Code of the provider.")
        parser.add_argument("--date", required=True, type=_date, help="The provider's booking date, 2026-07-31.")

    def handle(self, **options: Any) -> None:
        """Print it."""
        day = settlement_day(provider_named(options["provider"]), options["date"])
        if options["as_json"]:
            self.answer(as_json(day))
            return
        self.stdout.write(f"{day.provider_code} {day.booked_on}: {day.status.value}")
        for totals in day.totals:
            figures = totals.as_json()
            for name in ("gross", "refunds", "chargebacks", "fees", "vat", "other", "net", "payouts"):
                amount = format_minor(figures[name], totals.currency)
                self.stdout.write(f"  {name:<12}{amount:>20} {totals.currency}")
        layer = day.transaction
        self.stdout.write(f"  lines {layer.line_count}, matched {layer.matched}, suggested {layer.suggested}")
        for kind, count in day.unexplained.kinds:
            self.stdout.write(f"  break {kind}: {count}")
        for risk in day.unexplained.risks:
            self.stdout.write(f"  unexplained {format_minor(risk.at_risk, risk.currency)} {risk.currency}")


def as_json(day: Day) -> dict[str, Any]:
    """The object that `--json` prints; amounts in minor units, signed from our balance."""
    return {
        "provider": day.provider_code,
        "date": day.booked_on.isoformat(),
        "state": day.status.value,
        "as_of": day.freshness.as_of.isoformat(),
        "totals": {totals.currency: totals.as_json() for totals in day.totals},
        "counts": {
            "lines": sum(totals.line_count for totals in day.totals),
            "transactions": day.transaction.line_count,
            "matched": day.transaction.matched,
            "suggested": day.transaction.suggested,
            "awaited_movements": day.transaction.awaited.count,
            "payouts": len(day.settlement.payouts),
            "payouts_without_residual": day.settlement.tied_count,
            "deposits_received": len(day.deposit.received),
            "deposits_awaited": len(day.deposit.awaited),
            "deposits_missing": len(day.deposit.missing),
            "statements": sum(1 for statement in day.statements if statement.is_current),
        },
        "breaks": dict(day.unexplained.kinds),
        "unexplained": {
            risk.currency: {"at_risk": risk.at_risk, "breaks": risk.count} for risk in day.unexplained.risks
        },
    }


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-07-31") from None
