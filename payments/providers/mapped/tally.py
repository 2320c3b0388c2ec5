"""What is learned of the statements of a mapped file while its rows stream by."""

from dataclasses import dataclass, field
from datetime import date

from payments.facts import LineFact, LineKind

PayoutId = tuple[str, str, str]
"""Statement key, payout key, currency."""


@dataclass(slots=True)
class Period:
    """The days of one statement."""

    first: date
    last: date
    booked_on: date


@dataclass(slots=True)
class Payout:
    """What is known of one payout of one statement."""

    lines: int = 0
    stated: int | None = None
    paid_on: date | None = None
    is_carried: bool = False
    """Whether a line carries what is left over to a later payout."""

    @property
    def is_withheld(self) -> bool:
        """Whether nothing is paid: all of it is carried over."""
        return self.is_carried and self.stated is None and not self.lines


@dataclass(slots=True)
class Tally:
    """What is learned of the statements while rows stream by."""

    periods: dict[str, Period] = field(default_factory=dict)
    payouts: dict[PayoutId, Payout] = field(default_factory=dict)

    def note(self, line: LineFact) -> Payout | None:
        """Count one line; the payout that pays it, where one does."""
        booked_on = line.booked_on
        if booked_on is None:
            return None
        day = line.sold_on or booked_on
        period = self.periods.setdefault(line.statement_key, Period(day, day, booked_on))
        period.first, period.last = min(period.first, day), max(period.last, day)
        period.booked_on = max(period.booked_on, booked_on)
        if not line.payout_key:
            return None
        payout = self.payouts.setdefault((line.statement_key, line.payout_key, line.net_currency), Payout())
        payout.paid_on = payout.paid_on or line.paid_on
        if line.kind == LineKind.PAYOUT:
            payout.stated = (payout.stated or 0) - line.net
            payout.paid_on = line.paid_on or payout.paid_on or booked_on
        else:
            payout.lines += line.net
            payout.is_carried = payout.is_carried or line.kind == LineKind.CARRY_OUT
        return payout
