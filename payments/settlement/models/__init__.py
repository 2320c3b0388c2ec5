"""The facts of settlement: statements, bank statements, matches, breaks and days."""

from payments.settlement.models.banking import (
    BankLine,
    BankStatement,
    Deposit,
    DepositBankLine,
    DepositPayout,
    DepositRule,
)
from payments.settlement.models.breaks import (
    Break,
    BreakEvent,
    BreakKind,
    BreakState,
    Layer,
    ResolutionReason,
)
from payments.settlement.models.days import AccountRun, DayState, ReconciliationRun, SettlementDay
from payments.settlement.models.matching import (
    Confirmation,
    Match,
    MatchRule,
    MatchSuggestion,
    OpenLine,
    OpenMovement,
    TouchedGroup,
    TouchedKey,
)
from payments.settlement.models.statements import LineTotal, Payout, Statement, StatementLine, StatementPayout
from payments.settlement.models.totals import ComparedLine, ComparedMovement, TotalComparison

__all__ = [
    "AccountRun",
    "BankLine",
    "BankStatement",
    "Break",
    "BreakEvent",
    "BreakKind",
    "BreakState",
    "ComparedLine",
    "ComparedMovement",
    "Confirmation",
    "DayState",
    "Deposit",
    "DepositBankLine",
    "DepositPayout",
    "DepositRule",
    "Layer",
    "LineTotal",
    "Match",
    "MatchRule",
    "MatchSuggestion",
    "OpenLine",
    "OpenMovement",
    "Payout",
    "ReconciliationRun",
    "ResolutionReason",
    "SettlementDay",
    "Statement",
    "StatementLine",
    "StatementPayout",
    "TotalComparison",
    "TouchedGroup",
    "TouchedKey",
]
