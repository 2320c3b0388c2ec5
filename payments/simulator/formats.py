"""Which accounts the merchant has, by the files that are wanted: those of every merchant, or one for each layout."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from payments.simulator import further
from payments.simulator.catalogue import ACCOUNTS, METHODS, Merchant, merchant_from

ALL: Final = "all"


class UnknownFormat(ValueError):
    """No account delivers such a file."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no format “{name[:40]}”: there are {', '.join(sorted(known))}, and {ALL}")


def merchant_of(start: date, formats: tuple[str, ...] = ()) -> Merchant:
    """Return the merchant whose accounts deliver the wanted layouts; () is the merchant of five providers.

    A provider brings the bank account it pays to. Raises UnknownFormat.
    """
    usual = merchant_from(start)
    if not formats:
        return usual
    providers, accounts = (*usual.providers, *further.PROVIDERS), (*ACCOUNTS, *further.ACCOUNTS)
    known = {each.layout for each in providers} | {each.layout for each in accounts}
    wanted = known if ALL in formats else set(formats)
    for name in formats:
        if name not in {*known, ALL}:
            raise UnknownFormat(name, known)
    chosen = tuple(plan for plan in providers if plan.layout in wanted)
    paid_to = {plan.bank_account for plan in chosen}
    return Merchant(
        chosen,
        tuple(account for account in accounts if account.layout in wanted or account.code in paid_to),
        (*METHODS, *further.METHODS),
    )
