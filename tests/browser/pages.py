"""Which pages the sweep visits, as whom, and with which objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.test import Client

from analytics.dashboards.pages import PAGES as FIGURES
from config.staff.models import Theme, User
from config.staff.roles import Role, capability
from payments.intake.models import FileImport, InboxDelivery, MappingVersion
from payments.ledger.models import Payment
from payments.settlement.models import BankStatement, Break, OpenMovement, Payout, Statement, StatementLine
from tests.addresses import Address
from tests.browser.casework import a_case
from tests.browser.conftest import Site
from tests.browser.corrections import a_corrected_statement
from tests.browser.desk_work import a_delivery, a_key, an_act, an_endpoint
from tests.browser.happenings import RICH
from tests.browser.rule_work import a_rule, an_entry
from tests.browser.score_work import a_model

NOT_PAGES: Final = {"healthz", "readyz", "settlement:break_row", "settlement:import_state"}
"""Addresses that answer machines or htmx and have no screen of their own."""
API_PAGE: Final = "api:docs"
"""The one address of the merchant API that has a screen."""


def is_page(address: Address) -> bool:
    """Whether an address may have a screen."""
    return address.name not in NOT_PAGES and (
        address.name == API_PAGE
        or not address.name.startswith(("api:", "api_assessments:", "api_cases:", "api_files:", "api_metrics:"))
    )


SHOWN_TO_MEMBERS: Final = {"account_logout"}
"""Public addresses whose page only somebody signed in sees."""

EXAMPLES: Final[dict[str, Callable[[Site], dict[str, Any]]]] = {
    "account_reset_password_from_key": lambda site: {"uidb36": "1", "key": "nothing"},
    "staff:person": lambda site: {"pk": site.cast[Role.FINANCE].pk},
    "payments:payment": lambda site: {"reference": RICH},
    "payments:payment_by_id": lambda site: {"pk": Payment.objects.latest("pk").pk},
    "keys:key": lambda site: {"pk": a_key().pk},
    "acts:act": lambda site: {"pk": an_act(site.cast[Role.FINANCE]).pk},
    "notices:endpoint": lambda site: {"pk": an_endpoint().pk},
    "notices:delivery": lambda site: {"pk": a_delivery().pk},
    "inbox:delivery": lambda site: {"pk": InboxDelivery.objects.filter(state="set_aside").latest("pk").pk},
    "settlement:day": lambda site: _day(),
    "settlement:day_lines": lambda site: _day(),
    "settlement:day_movements": lambda site: _waiting_day(),
    "settlement:day_by_date": lambda site: {**_day(), "by": "sold"},
    "settlement:versions": lambda site: {"pk": a_corrected_statement().pk},
    "settlement:bank_versions": lambda site: {"pk": BankStatement.objects.earliest("pk").pk},
    "settlement:version_changes": lambda site: _versions(),
    "settlement:statement_lines": lambda site: {"pk": _line().statement_id},
    "settlement:line": lambda site: {"pk": _line().pk},
    "settlement:payout": lambda site: {"pk": _payout().pk},
    "settlement:payout_lines": lambda site: {"pk": _payout().pk},
    "settlement:break": lambda site: {"pk": _broken().pk},
    "settlement:import": lambda site: {"pk": FileImport.objects.latest("pk").pk},
    "settlement:mapping_editor": lambda site: {"pk": _mapped_import().pk},
    "settlement:mapping_version": lambda site: {"pk": _mapping().pk},
    "settlement:mapping_history": lambda site: {"side": "provider", "code": _mapping().owner.code},
    "rules:version": lambda site: {"pk": a_rule(site.cast[Role.FRAUD_ANALYST]).pk},
    "rules:edit": lambda site: {"pk": a_rule(site.cast[Role.FRAUD_ANALYST]).pk},
    "lists:entry": lambda site: {"pk": an_entry(site.cast[Role.FRAUD_ANALYST]).pk},
    "scores:model": lambda site: {"pk": a_model().pk},
    "review:case": lambda site: {"pk": a_case(site.cast[Role.FRAUD_ANALYST]).pk},
    "insights:page": lambda site: {"code": "failure"},
    "insights:metric": lambda site: {"code": "provider_latency"},
    "insights:rows": lambda site: {"code": "failure_rate"},
}
"""Parameters of pages about one thing, by name of the address; a page that is missing here fails the sweep."""
OTHERS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "insights:page": tuple({"code": code} for code in FIGURES if code != "failure"),
}
"""More of them, where each is a page of its own."""


def _broken() -> Break:
    """A break with a line on the statement's side, so that both sides have something to show."""
    return Break.objects.filter(line__isnull=False, provider__isnull=False).earliest("pk")


def _line() -> StatementLine:
    line = _broken().line
    assert line is not None
    return line


def _versions() -> dict[str, int]:
    newer = a_corrected_statement()
    older = Statement.objects.get(
        provider_id=newer.provider_id, statement_key=newer.statement_key, part=newer.part, version=newer.version - 1
    )
    return {"old": older.pk, "new": newer.pk}


def _day() -> dict[str, str]:
    broken = _broken()
    assert broken.provider is not None
    return {"provider": broken.provider.code, "booked_on": str(broken.booked_on)}


def _waiting_day() -> dict[str, str]:
    """A day of which our ledger knows movements that no statement names yet."""
    waiting = OpenMovement.objects.select_related("provider").latest("due_on")
    return {"provider": waiting.provider.code, "booked_on": str(waiting.dated_on)}


def _mapped_import() -> FileImport:
    """A file that was read by a mapping, whose bytes are kept."""
    return FileImport.objects.filter(kind="statement", adapter="mapped").latest("pk")


def _mapping() -> MappingVersion:
    version = _mapped_import().mapping_version
    assert version is not None
    return version


def _payout() -> Payout:
    return Payout.objects.filter(line_count__gt=0).earliest("pk")


def visitor_of(address: Address) -> Role | str:
    """Somebody who may enter, preferably with something to do there: the auditor only when nobody else may."""
    assert address.access is not None
    if address.access.kind == "public" and address.name not in SHOWN_TO_MEMBERS:
        return "stranger"
    if address.access.kind != "capability":
        return Role.FINANCE
    allowed = capability(address.access.capability).roles
    return next(role for role in sorted(Role, key=lambda role: role == Role.AUDITOR) if role in allowed)


def path_of(address: Address, site: Site, given: dict[str, Any] | None = None) -> str | None:
    """The path to visit, of the example unless another is given; None for an act, which answers POST only.

    Raises:
        AssertionError: it is neither a page nor an act.
    """
    visitor = visitor_of(address)
    client = Client()
    if isinstance(visitor, Role):
        client.force_login(site.cast[visitor])
    if client.get(address.url()).status_code == 405:
        return None
    if address.fillers:
        assert address.name in EXAMPLES, f"tests/browser/pages.py has no example for {address.name}"
    path = address.url(**(given or EXAMPLES[address.name](site))) if address.fillers else address.url()
    assert client.get(path).status_code == 200, f"{address.name} is neither a page nor an act"
    return path


def set_screen(person: User, language: str) -> None:
    """Let the person see pages in this language, and in the theme of their browser whatever they chose before."""
    User.objects.filter(pk=person.pk).update(language=language, theme=Theme.AUTO)
