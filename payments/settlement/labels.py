"""The words and badges of settlement: one vocabulary for every page, table, filter and export."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from payments.facts import LineKind
from payments.intake.adapters import KIND_NAMES
from payments.intake.models import ImportState
from payments.settlement.models import Break, BreakKind, BreakState, DepositRule, Layer, MatchRule, ResolutionReason
from payments.web import Badge, Tone


class DayStatus(StrEnum):
    """What a settlement day is worth saying in one word; the first three are computed."""

    OPEN = "open"
    """Something must be explained."""
    READY = "ready"
    """Nothing is left to explain; waits for submission."""
    SUBMITTED = "submitted"
    SIGNED_OFF = "signed_off"
    AWAITED = "awaited"
    """No statement yet, and none is due."""
    MISSING = "missing"
    """No statement, although money of that day is overdue."""
    NOTHING = "nothing"
    """No statement, and none is expected."""
    READING = "reading"
    """A statement is here and reconciliation has not worked through it."""


DAY_BADGES: Final[Mapping[str, Badge]] = {
    DayStatus.OPEN: Badge(Tone.DANGER, pgettext_lazy("settlement day", "Open"), "alert"),
    DayStatus.READY: Badge(Tone.SUCCESS, _("Ready")),
    DayStatus.SUBMITTED: Badge(Tone.INFO, pgettext_lazy("settlement day", "Submitted"), "arrow-right"),
    DayStatus.SIGNED_OFF: Badge(Tone.SUCCESS, _("Signed off"), "lock"),
    DayStatus.AWAITED: Badge(Tone.INFO, _("Not due yet")),
    DayStatus.MISSING: Badge(Tone.WARNING, _("Statement missing"), "question"),
    DayStatus.NOTHING: Badge(Tone.NEUTRAL, _("Nothing expected")),
    DayStatus.READING: Badge(Tone.INFO, _("Being reconciled")),
}

LINE_KINDS: Final[Mapping[int, Promise]] = {
    LineKind.SALE: _("Sale"),
    LineKind.REFUND: _("Refund"),
    LineKind.CHARGEBACK: _("Chargeback"),
    LineKind.CHARGEBACK_REVERSAL: _("Chargeback reversal"),
    LineKind.REFUND_FAILURE: _("Failed refund"),
    LineKind.FEE: _("Fee"),
    LineKind.TAX: _("Tax"),
    LineKind.RESERVE_HOLD: _("Reserve held"),
    LineKind.RESERVE_RELEASE: _("Reserve released"),
    LineKind.ADJUSTMENT: _("Adjustment"),
    LineKind.FX: _("Currency exchange"),
    LineKind.TRANSFER: _("Transfer"),
    LineKind.PAYOUT: _("Payout"),
    LineKind.PAYOUT_RETURN: _("Returned payout"),
    LineKind.CARRY_IN: _("Carried over from before"),
    LineKind.CARRY_OUT: _("Carried over to later"),
    LineKind.ROUNDING: _("Rounding"),
    LineKind.UNKNOWN: _("Unknown kind"),
}

LAYERS: Final[Mapping[str, Promise]] = {
    Layer.TRANSACTION: _("Transactions"),
    Layer.SETTLEMENT: _("Settlement"),
    Layer.DEPOSIT: _("Deposits"),
}

BREAK_KINDS: Final[Mapping[str, Promise]] = {
    BreakKind.MISSING_ON_STATEMENT: _("Missing on statement"),
    BreakKind.MISSING_IN_LEDGER: _("Missing in our ledger"),
    BreakKind.MISSING_DEPOSIT: _("Missing deposit"),
    BreakKind.AMOUNT: _("Amount differs"),
    BreakKind.CURRENCY: _("Currency differs"),
    BreakKind.DUPLICATE: _("Settled twice"),
    BreakKind.FEE: _("Fee differs"),
    BreakKind.RESIDUAL: _("Unexplained residual"),
    BreakKind.UNKNOWN_KIND: _("Unknown kind of line"),
    BreakKind.AMBIGUOUS: _("Several candidates"),
}

_FEES: Final[Mapping[str, Promise]] = {
    "fee": _("the fee of this line is not the one the contract agrees"),
    "transfer_fee": _("the fee of this payout’s transfer is not the one the contract agrees"),
    "monthly_fee": _("the fee of this month is not the one the contract agrees"),
    "other_fee": _("the contract agrees to no such fee, or it was charged twice"),
}
_MISSING_FEES: Final[Mapping[str, Promise]] = {
    "transfer_fee": _("the contract agrees a fee for each transfer, and none was charged"),
    "monthly_fee": _("the contract agrees a monthly fee, and none was charged"),
}


_SUBJECTS: Final[Mapping[str, Promise]] = {
    "transfer_fee": _("Transfer fee"),
    "monthly_fee": _("Monthly fee"),
    "other_fee": _("Not agreed, or twice"),
    "threshold": _("Payout threshold"),
    "totals": _("Total"),
}


def break_subject(row: Break) -> Promise | str:
    """What of a contract or statement a break is about, in two words; '' for what is about one payment or deposit."""
    return _SUBJECTS.get(row.subject, "")


def break_story(row: Break) -> str:
    """What exactly differs, in a sentence without its end; '' where the kind says it all."""
    subject = row.subject
    if subject == "threshold":
        if row.found:
            return str(_("paid out, although the balance is below the payout threshold"))
        return str(_("carried over, although the balance reaches the payout threshold"))
    if subject == "totals":
        return str(_("number or sum of a total of the statement are not those of our movements"))
    if row.kind != BreakKind.FEE or row.expected is None or row.found is None:
        return ""
    if row.found == 0 and row.line_id is None and subject in _MISSING_FEES:
        return str(_MISSING_FEES[subject])
    story = str(_FEES.get(subject, ""))
    if row.found > row.expected:
        return str(_("%(story)s: charged too much")) % {"story": story}
    if row.found < row.expected:
        return str(_("%(story)s: charged too little")) % {"story": story}
    return str(_("%(story)s: fee and VAT are split differently")) % {"story": story}


BREAK_STATES: Final[Mapping[str, Badge]] = {
    BreakState.OPEN: Badge(Tone.DANGER, _("Open"), "alert"),
    BreakState.INVESTIGATING: Badge(Tone.WARNING, _("Investigating"), "search"),
    BreakState.RESOLVED: Badge(Tone.SUCCESS, _("Resolved")),
}

REASONS: Final[Mapping[str, Promise]] = {
    ResolutionReason.TIMING: _("Timing: the counterpart came later"),
    ResolutionReason.PROVIDER_ERROR: _("Error of the provider, claimed there"),
    ResolutionReason.OUR_ERROR: _("Our own error, corrected in our ledger"),
    ResolutionReason.FEE_AGREED: _("Fee agreed, contract differs"),
    ResolutionReason.WRITTEN_OFF: _("Written off"),
    ResolutionReason.MATCHED_BY_HAND: _("Matched by hand"),
}

MATCH_RULES: Final[Mapping[int, Promise]] = {
    MatchRule.PROVIDER_KEY: _("by the provider’s key"),
    MatchRule.MERCHANT_REFERENCE: _("by order number, provisional until sign-off"),
    MatchRule.HAND: _("by hand"),
}

DEPOSIT_RULES: Final[Mapping[str, Promise]] = {
    DepositRule.REFERENCE: _("by the reference in the remittance text"),
    DepositRule.AMOUNT_AND_DATE: _("by amount and date"),
    DepositRule.HAND: _("by hand"),
}


class DepositState(StrEnum):
    """Whether the money of a payout reached the bank."""

    RECEIVED = "received"
    DIFFERS = "differs"
    AWAITED = "awaited"
    MISSING = "missing"
    NOTHING = "nothing"
    """A payout of zero, or a provider without a bank account: there is nothing to look for."""
    INCOMPLETE = "incomplete"
    """A part of its statement is missing: what the bank should show is not known yet."""


DEPOSIT_BADGES: Final[Mapping[str, Badge]] = {
    DepositState.RECEIVED: Badge(Tone.SUCCESS, _("Received")),
    DepositState.DIFFERS: Badge(Tone.DANGER, _("Other amount received"), "alert"),
    DepositState.AWAITED: Badge(Tone.INFO, _("Not due yet")),
    DepositState.MISSING: Badge(Tone.DANGER, _("Not received"), "cross"),
    DepositState.NOTHING: Badge(Tone.NEUTRAL, _("Nothing to receive")),
    DepositState.INCOMPLETE: Badge(Tone.WARNING, _("Incomplete: a part is missing"), "question"),
}


class MatchState(StrEnum):
    """Where a statement line stands in the first layer."""

    MATCHED = "matched"
    DIFFERS = "differs"
    SUGGESTED = "suggested"
    UNMATCHED = "unmatched"
    NOT_NEEDED = "not_needed"
    """A fee, a reserve, a payout: no movement of our own ledger stands behind it."""


MATCH_BADGES: Final[Mapping[str, Badge]] = {
    MatchState.MATCHED: Badge(Tone.SUCCESS, _("Matched")),
    MatchState.DIFFERS: Badge(Tone.DANGER, _("Matched, differs"), "alert"),
    MatchState.SUGGESTED: Badge(Tone.WARNING, _("Suggested"), "question"),
    MatchState.UNMATCHED: Badge(Tone.DANGER, _("Not in our ledger"), "cross"),
    MatchState.NOT_NEEDED: Badge(Tone.NEUTRAL, _("No match needed")),
}

IMPORT_KINDS: Final[Mapping[str, Promise]] = {kind: _(name) for kind, name in KIND_NAMES.items()}

IMPORT_BADGES: Final[Mapping[str, Badge]] = {
    ImportState.READING: Badge(Tone.INFO, _("Being read")),
    ImportState.PREVIEWED: Badge(Tone.WARNING, _("Waits for you"), "eye"),
    ImportState.POSTED: Badge(Tone.SUCCESS, _("Posted")),
    ImportState.DUPLICATE: Badge(Tone.NEUTRAL, _("Posted before"), "double-check"),
    ImportState.REJECTED: Badge(Tone.DANGER, _("Refused"), "cross"),
    ImportState.DISCARDED: Badge(Tone.NEUTRAL, _("Discarded")),
}
