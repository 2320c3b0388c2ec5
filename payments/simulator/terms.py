"""The shapes of what a merchant agrees with banks and providers: accounts, methods, prices, payout dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from payments.calendars import Cycle, PayoutTerms, add_business_days, payout_date
from payments.facts import MovementKind
from payments.money import Fee, FeeTerms, Rounding, share_of, split_vat


@dataclass(frozen=True)
class Account:
    """A bank account of ours."""

    code: str
    name: str
    account_reference: str
    currency: str
    zone: str
    country: str
    layout: str
    """Which file the bank delivers: a key of `rendering.layouts.BANKS`."""
    mapping: Mapping[str, Any] | None = None
    is_further: bool = False
    """Whether it is none of the three that every merchant has."""


@dataclass(frozen=True)
class Limit:
    """Bounds of a method in one currency, in minor units."""

    currency: str
    minimum: int | None = None
    maximum: int | None = None
    customer_daily_cap: int | None = None
    customer_monthly_cap: int | None = None


@dataclass(frozen=True)
class Method:
    """What a buyer chooses."""

    code: str
    family: str
    name_ko: str
    name_ja: str
    name_en: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A price, as `payments.methods.models.FeeContract` keeps it; amounts in minor units of `currency`."""

    currency: str
    method: str = ""
    """'' for every method without a contract of its own."""
    effective_from: date = date(2020, 1, 1)
    effective_to: date | None = None
    rate_basis_points: str = "0"
    fixed_minor: int = 0
    minimum_minor: int = 0
    vat_rate_basis_points: int = 0
    is_vat_included: bool = False
    fee_rounding: Rounding = Rounding.HALF_UP
    vat_rounding: Rounding = Rounding.HALF_UP
    is_returned_on_refund: bool = False
    has_pass_through: bool = False
    monthly_fee_minor: int = 0
    transfer_fee_minor: int = 0
    chargeback_fee_minor: int | None = None
    payout_threshold_minor: int = 0

    @cached_property
    def fee_terms(self) -> FeeTerms:
        """The price of one movement."""
        return FeeTerms(
            rate_basis_points=Decimal(self.rate_basis_points),
            fixed_minor=self.fixed_minor,
            minimum_minor=self.minimum_minor,
            vat_rate_basis_points=self.vat_rate_basis_points,
            vat_included=self.is_vat_included,
            fee_rounding=self.fee_rounding,
            vat_rounding=self.vat_rounding,
            returned_on_refund=self.is_returned_on_refund,
        )

    def standing(self, stated_minor: int) -> Fee:
        """Fee and VAT of what is charged for a month, a payout or a chargeback, in minor units."""
        if self.is_vat_included:
            return split_vat(stated_minor, self.vat_rate_basis_points, self.vat_rounding)
        return Fee(stated_minor, share_of(stated_minor, self.vat_rate_basis_points, self.vat_rounding))

    def holds(self, method: str, sold_on: date) -> bool:
        """Whether it is the contract of a method (or of all the others) on a sold date."""
        is_in_force = self.effective_from <= sold_on and (self.effective_to is None or sold_on < self.effective_to)
        return is_in_force and self.method == method


@dataclass(frozen=True)
class Schedule:
    """When a provider pays, as `payments.methods.models.PayoutSchedule` keeps it."""

    currency: str
    cycle: Cycle
    lag_business_days: int
    country: str
    weekday: int | None = None


@dataclass(frozen=True)
class Offering:
    """A method through a provider, and how likely a buyer there takes it."""

    method: str
    provider_names: tuple[str, ...]
    weight: int
    median_major: int
    """Of one payment in the provider's settlement currency, in major units."""


@dataclass(frozen=True)
class Practice:
    """How one of the further providers names things, settles, and what goes wrong there.

    Patterns of references: `#` is a digit, `*` a small letter or digit, `?` a capital letter or digit.
    """

    prefix: str
    """Of our order numbers: two letters."""
    payment: str
    """Pattern of its reference of a payment."""
    keys: Mapping[MovementKind, str]
    """Patterns of its keys of movements; a kind that is not named takes that of a capture, '' the payment's own."""
    payout: str
    """How it calls a payout: `{number}`, `{paid_on}`, `{currency}`, `{account}`."""
    statement: str = "{payout}"
    """How its statements are called; also by `{payout}`."""
    text: str = "{payouts}"
    """What the bank shows of one or more payouts."""
    stating: str = "lines"
    """`lines`: a line states the payout; `header`: the file does; `exact`: so, and it is the sum of its lines whatever
    they are; `sum`: nothing states it."""
    booking: str = "payout"
    """`payout`: lines are booked when they are paid; `event`: when they happened."""
    line: str = ""
    """Pattern of its keys of lines, where those are not the keys of movements."""
    first_number: int = 1
    faults: tuple[str, ...] = ()
    """Values of `Fault`, and "unknown kind"."""
    fates: tuple[str, ...] = ()
    """Values of `Fate`: what may befall a payout."""
    is_negative_taken: bool = False
    """Whether it takes a negative balance from our bank; else it carries it over."""
    has_carries: bool = True
    """Whether lines tell of what is carried over."""
    has_residuals: bool = False
    has_reserve: bool = False
    has_parts: bool = False
    """Whether payments may be captured in parts."""
    has_disputes: bool = False
    has_failed_refunds: bool = False
    is_wallet: bool = False
    """Whether statements are days of a balance, from which now and then something is withdrawn."""
    is_withdrawn_by_hand: bool = False
    """Whether somebody says how much: part of the balance, some days in two payouts."""
    has_totals: bool = False
    """Whether statements give only totals: no line names a movement."""
    transfer_words: str = "transfer fee"
    monthly_words: str = "monthly fee"
    unknown: str = "SPECIAL"
    """The type of a line that no documentation lists."""


@dataclass(frozen=True)
class ProviderPlan:
    """One provider account: what the configuration says of it, and what share of the buyers uses it."""

    code: str
    name: str
    adapter: str
    layout: str
    """Which file it delivers: a key of `rendering.layouts.STATEMENTS`."""
    zone: str
    country: str
    currency: str
    bank_account: str
    share: float
    offerings: tuple[Offering, ...]
    contracts: tuple[Contract, ...]
    schedule: Schedule
    payer: str
    """How the bank names who pays."""
    account_name: str
    """How the provider names our account: merchant account, mId."""
    has_keys: bool = True
    mapping: Mapping[str, Any] | None = None
    match_window_days: int = 7
    ledger_grace_days: int = 1
    deposit_grace_days: int = 1
    buyer_currencies: tuple[tuple[str, float], ...] = field(default=())
    """What buyers pay in, with weights; empty for the settlement currency alone."""
    event_adapter: str = ""
    """The scheme of its webhooks; '' for a provider that delivers none."""
    practice: Practice | None = None
    """None for the five providers that every merchant has: they have modules of their own."""

    @property
    def currencies(self) -> tuple[str, ...]:
        """What its statements settle in: PayPal keeps a balance of every currency that buyers pay in."""
        balances = (currency for currency, _ in self.buyer_currencies) if self.layout == "paypal_activity" else ()
        return tuple(dict.fromkeys((self.currency, *balances)))

    @cached_property
    def payout_terms(self) -> PayoutTerms:
        """The schedule as the calendar room takes it."""
        return PayoutTerms(
            cycle=self.schedule.cycle,
            lag_business_days=self.schedule.lag_business_days,
            weekday=self.schedule.weekday,
            month_day=None,
            cut_off=None,
            zone=self.zone,
            country=self.schedule.country,
        )

    @cached_property
    def default_contract(self) -> Contract:
        """The contract that holds monthly fee, transfer fee and threshold."""
        return next(contract for contract in self.contracts if not contract.method)

    def chargeback_fee(self, method: str, sold_on: date) -> int | None:
        """What a chargeback costs, in minor units: by the method's own contract, else by that of all methods."""
        own = self.contract(method, sold_on).chargeback_fee_minor
        return self.default_contract.chargeback_fee_minor if own is None else own

    def paid_on(self, sold_on: date) -> date:
        """The date on which the contract pays for what was sold on a date."""
        return payout_date(sold_on, self.payout_terms)

    def deposit_due_on(self, paid_on: date) -> date:
        """The last date on which the bank may still be silent."""
        return add_business_days(paid_on, self.deposit_grace_days, self.country)

    def ledger_due_on(self, booked_on: date) -> date:
        """The last date on which our own ledger may not know a line."""
        return add_business_days(booked_on, self.ledger_grace_days, self.country)

    def contract(self, method: str, sold_on: date) -> Contract:
        """The contract of a method on a sold date. Raises LookupError."""
        for wanted in (method, ""):
            for contract in self.contracts:
                if contract.holds(wanted, sold_on):
                    return contract
        raise LookupError(f"no contract of {self.code} for {method} on {sold_on}")
