"""Who may do what: the one table of roles and capabilities that every page, service and test reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The seven jobs. A person may hold several; the stored form is a group with the role's value as its name."""

    FINANCE = "finance", _("Finance")
    FINANCE_LEAD = "finance_lead", _("Finance lead")
    FRAUD_ANALYST = "fraud_analyst", _("Fraud analyst")
    FRAUD_LEAD = "fraud_lead", _("Fraud lead")
    PAYMENT_ADMIN = "payment_admin", _("Payment admin")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")

    @property
    def duty(self) -> Promise:
        """One line that says what the role is for, shown where roles are given."""
        return _DUTIES[self]


_DUTIES: dict[Role, Promise] = {
    Role.FINANCE: _("Imports files, works on breaks, prepares the settlement day"),
    Role.FINANCE_LEAD: _("Signs settlement days, approves write-offs"),
    Role.FRAUD_ANALYST: _("Decides review cases"),
    Role.FRAUD_LEAD: _("Keeps rules and lists, takes second decisions"),
    Role.PAYMENT_ADMIN: _("Keeps payment methods, providers and contracts"),
    Role.AUDITOR: _("Reads everything, changes nothing"),
    Role.ADMINISTRATOR: _("Invites people, gives roles, keeps keys"),
}


@dataclass(frozen=True)
class Capability:
    """One thing a person may do: its name as views write it, its words for people, and the roles that have it."""

    name: str
    label: Promise
    roles: frozenset[Role]

    @property
    def is_reading(self) -> bool:
        """True when the capability only shows; the auditor has all of these and no others."""
        return self.name.endswith(".view")


def _may(name: str, label: Promise, *roles: Role) -> Capability:
    """Write one line of the table; the auditor reads everything, so it need not be repeated on each line."""
    readers = {Role.AUDITOR} if name.endswith(".view") else set()
    return Capability(name, label, frozenset({*roles, *readers}))


_FINANCE = (Role.FINANCE, Role.FINANCE_LEAD)
_FRAUD = (Role.FRAUD_ANALYST, Role.FRAUD_LEAD)

CAPABILITIES: tuple[Capability, ...] = (
    _may("payments.view", _("See payments"), *_FINANCE, *_FRAUD, Role.PAYMENT_ADMIN),
    _may("acts.view", _("See captures, voids and refunds"), *_FINANCE, *_FRAUD, Role.PAYMENT_ADMIN),
    _may("acts.request", _("Capture, void and refund payments"), *_FINANCE),
    _may("acts.approve", _("Approve captures, voids and refunds above the limit"), Role.FINANCE_LEAD),
    _may("inbox.view", _("See what providers delivered"), Role.PAYMENT_ADMIN),
    _may("inbox.replay", _("Try deliveries again"), Role.PAYMENT_ADMIN),
    _may("settlement.view", _("See settlement days, statements, payouts and breaks"), *_FINANCE, Role.PAYMENT_ADMIN),
    _may("settlement.import", _("Import files and discard imports"), *_FINANCE),
    _may("mappings.change", _("Describe files and keep mappings"), *_FINANCE, Role.PAYMENT_ADMIN),
    _may("breaks.work", _("Work on breaks and confirm matches"), *_FINANCE),
    _may("breaks.write_off", _("Approve write-offs"), Role.FINANCE_LEAD),
    _may("day.submit", _("Submit settlement days"), *_FINANCE),
    _may("day.sign", _("Sign and reopen settlement days"), Role.FINANCE_LEAD),
    _may("methods.view", _("See payment methods, providers and contracts"), *_FINANCE, Role.PAYMENT_ADMIN),
    _may("methods.change", _("Change payment methods, providers and contracts"), Role.PAYMENT_ADMIN),
    _may(
        "insights.view",
        _("See processing time, failures, abandonment and repurchase"),
        *_FINANCE,
        *_FRAUD,
        Role.PAYMENT_ADMIN,
        Role.ADMINISTRATOR,
    ),
    _may("fraud.view", _("See risk assessments"), *_FRAUD),
    _may("cases.view", _("See review cases"), *_FRAUD),
    _may("cases.decide", _("Decide review cases"), *_FRAUD),
    _may("cases.bulk", _("Decide many review cases at once"), Role.FRAUD_LEAD),
    _may("cases.second", _("Take second decisions on review cases"), Role.FRAUD_LEAD),
    _may("rules.view", _("See rules and what they would have done"), *_FRAUD),
    _may("rules.edit", _("Write rules and try them beside the live ones"), *_FRAUD),
    _may("rules.publish", _("Publish and retire rules of others"), Role.FRAUD_LEAD),
    _may("lists.view", _("See allow, block and watch lists"), *_FRAUD),
    _may("lists.edit", _("Add to and remove from lists"), *_FRAUD),
    _may("lists.approve", _("Approve entries of the allow list"), Role.FRAUD_LEAD),
    _may("scores.view", _("See scoring models and how well they do"), *_FRAUD),
    _may("scores.promote", _("Make a scoring model live, or go back"), Role.FRAUD_LEAD),
    _may("people.view", _("See people and their roles"), Role.ADMINISTRATOR),
    _may("people.manage", _("Invite and disable people, give roles"), Role.ADMINISTRATOR),
    _may("keys.view", _("See the keys of the merchant API"), Role.ADMINISTRATOR),
    _may("keys.manage", _("Create, rotate and revoke keys of the merchant API"), Role.ADMINISTRATOR),
    _may("notices.view", _("See outgoing webhooks"), Role.ADMINISTRATOR, Role.PAYMENT_ADMIN),
    _may("notices.manage", _("Keep outgoing webhooks and send messages again"), Role.ADMINISTRATOR, Role.PAYMENT_ADMIN),
    _may("audit.view", _("See the audit log"), Role.ADMINISTRATOR),
    _may("system.view", _("See the health of the system"), Role.ADMINISTRATOR),
)


@cache
def capability(name: str) -> Capability:
    """Look one capability up by name; KeyError when the table does not have it."""
    return {each.name: each for each in CAPABILITIES}[name]


def capabilities_of(roles: frozenset[Role]) -> frozenset[str]:
    """Every capability name that at least one of these roles has."""
    return frozenset(each.name for each in CAPABILITIES if each.roles & roles)
