"""Who keeps the books of which provider."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from payments.simulator.settling.accounts import AccountBooks
from payments.simulator.settling.adyen import AdyenBooks
from payments.simulator.settling.konbini import KonbiniBooks
from payments.simulator.settling.naver import NaverBooks
from payments.simulator.settling.toss import TossBooks
from payments.simulator.settling.wallets import WalletBooks
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import Document, Movement


class Books(Protocol):
    """What one provider makes of the movements, day by day."""

    def take_in(self, movements: Iterable[Movement]) -> None:
        """Book the movements of one day."""

    def note_unknown(self, day: date, number: int) -> None:
        """Book an extra line that no documentation explains."""

    def close(self, day: date) -> Document | None:
        """Return the statement that is made on a day, or None; call it after `take_in` of the same day."""


def books_of(seed: int, plan: ProviderPlan) -> Books:
    """Return the books of a provider."""
    if plan.practice:
        if plan.practice.is_wallet:
            return WalletBooks(seed, plan, plan.practice)
        return AccountBooks(seed, plan, plan.practice)
    match plan.layout:
        case "toss":
            return TossBooks(seed, plan)
        case "naver":
            return NaverBooks(seed, plan)
        case "konbini":
            return KonbiniBooks(seed, plan)
        case _:
            return AdyenBooks(seed, plan)
