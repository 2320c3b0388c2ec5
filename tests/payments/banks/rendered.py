"""Days of a bank as the simulator renders them, to hold a reader against."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from payments.simulator.terms import Account
from payments.simulator.world import BankDocument, BankEntry

DAY = date(2026, 7, 1)

AMOUNTS = st.integers(-(10**9), 10**9).filter(bool)
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12)


@st.composite
def days(draw: st.DrawFn) -> BankDocument:
    """One day of an account: any entries, some of them equal."""
    entries = draw(st.lists(entries_of_a_day(), min_size=1, max_size=6))
    entries += draw(st.lists(st.sampled_from(entries), max_size=2))
    return BankDocument("account", DAY, 7, draw(st.integers(0, 10**10)), entries, DAY)


@st.composite
def entries_of_a_day(draw: st.DrawFn) -> BankEntry:
    """One entry."""
    code = draw(st.sampled_from(["TRF", "CHG", "MSC"]))
    text = " ".join(draw(st.lists(WORDS, min_size=1, max_size=2)))
    return BankEntry("account", DAY, draw(AMOUNTS), draw(WORDS), text, code, draw(WORDS))


def account(currency: str, zone: str, reference: str = "123-4567890") -> Account:
    """An account of ours."""
    return Account("account", "ジョンサン", reference, currency, zone, "XX", "")
