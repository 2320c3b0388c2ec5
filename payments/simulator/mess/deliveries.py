"""Files that come late, wrong at first, or damaged: when each version of a statement is here that can be read."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta
from typing import Final

from payments.calendars import Cycle
from payments.simulator.chance import chance
from payments.simulator.mess import Mess
from payments.simulator.settling.deliveries import distorted
from payments.simulator.terms import ProviderPlan
from payments.simulator.world import BankDocument, Document, Version

_LATE_SHARE: Final = 0.3
_CORRECTED_SHARE: Final = 0.35
_EXCEL_SHARE: Final = 0.2
_SPLIT_SHARE: Final = 0.5
_UNTIL_SENT_WHOLE: Final = timedelta(days=2)
EXCEL_LAYOUTS: Final = frozenset({"adyen", "gmo"})
"""Whose references are so many digits that a spreadsheet takes them for large numbers."""
SPLIT_LAYOUTS: Final = frozenset({"paypal_settlement"})
"""Whose reports come in several files when they are long."""


def disturb(seed: int, plan: ProviderPlan, document: Document, mess: Set[Mess]) -> None:
    """Change how a statement reaches us."""
    _delay_or_damage(seed, plan, document, mess)
    is_divisible = plan.layout in SPLIT_LAYOUTS and all(len(version.lines) > 1 for version in document.versions)
    if Mess.SPLIT in mess and is_divisible and chance(seed, "split", plan.code, document.label).random() < _SPLIT_SHARE:
        document.file_count = 2


def _delay_or_damage(seed: int, plan: ProviderPlan, document: Document, mess: Set[Mess]) -> None:
    if len(document.versions) > 1 or document.copied_on:
        return
    luck = chance(seed, "mess", plan.code, document.label)
    dice, days = luck.random(), luck.randint(1, 4)
    final = document.final
    if Mess.CORRECTED in mess and dice < _CORRECTED_SHARE and _can_be_corrected(plan):
        wrong = distorted(luck, final.lines)
        if wrong is not None and document.payouts_of is not None:
            document.versions.insert(0, Version(1, final.delivered_on, wrong, document.payouts_of(wrong)))
            final.number, final.delivered_on = 2, final.delivered_on + timedelta(days=1)
    elif Mess.LATE in mess and dice > 1 - _LATE_SHARE:
        final.delivered_on += timedelta(days=days)
    elif Mess.EXCEL in mess and is_damaged_by_excel(plan, document) and luck.random() < _EXCEL_SHARE * 2:
        document.damaged_on = final.delivered_on
        final.delivered_on += _UNTIL_SENT_WHOLE


def is_damaged_by_excel(plan: ProviderPlan, document: Document) -> bool:
    """Whether a spreadsheet would spoil the references of a statement."""
    if plan.layout not in EXCEL_LAYOUTS:
        return False
    return any(line.payment_reference.isdigit() for line in document.final.lines)


def disturb_bank(seed: int, document: BankDocument, mess: Set[Mess]) -> None:
    """Change when a bank statement reaches us."""
    is_plain = document.delivered_on is not None and not document.interim_count and not document.copied_on
    luck = chance(seed, "bank mess", document.account, document.booked_on)
    if Mess.LATE in mess and is_plain and document.delivered_on and luck.random() < _LATE_SHARE:
        document.delivered_on += timedelta(days=luck.randint(1, 4))


def _can_be_corrected(plan: ProviderPlan) -> bool:
    """A payout that is the sum of its lines and is paid with its statement is paid rightly: nothing is corrected."""
    if plan.layout == "naver":
        return False
    practice = plan.practice
    is_paid_with_it = practice and practice.stating == "sum" and plan.schedule.cycle is Cycle.DAILY
    return not (is_paid_with_it or (practice and practice.has_totals))
