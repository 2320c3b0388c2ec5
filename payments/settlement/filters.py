"""How the lists of settlement are narrowed; every value is in the address."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.forms import DateInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, NumberFilter

from payments.facts import MOVEMENT_LINE_KINDS, LineKind, MovementKind
from payments.intake.models import FileImport, ImportKind, ImportState
from payments.methods.models import Provider
from payments.settlement import labels
from payments.settlement.models import (
    Break,
    BreakKind,
    BreakState,
    Layer,
    LineTotal,
    OpenMovement,
    Payout,
    StatementLine,
)
from payments.settlement.permissions import WORK
from payments.settlement.querysets import in_match_state, paired
from payments.settlement.selectors.day_totals import CHARGEBACKS, PAID_OUT, REFUNDS, SALES
from payments.web import CurrencyFilter, InstantPeriodFilter, PeriodFilter, SearchFilter
from payments.web.filters import within_major

_PAIRED: Final = "paired"
_NAMED_PARTS: Final = (
    ("gross", _("Sales")),
    ("refunds", _("Refunds, failed ones included")),
    ("chargebacks", _("Chargebacks and reversals")),
    ("fees", _("Lines with a fee")),
    ("vat", _("Lines with fee VAT")),
    ("other", _("Everything else in the net")),
    ("net", _("All but payouts")),
    ("transactions", _("Lines that need a movement of ours")),
)
_PARTS_OF_KINDS: Final = {
    "gross": Q(kind__in=SALES),
    "refunds": Q(kind__in=REFUNDS),
    "chargebacks": Q(kind__in=CHARGEBACKS),
    "net": ~Q(kind__in=PAID_OUT),
    "transactions": Q(kind__in=MOVEMENT_LINE_KINDS),
}
"""Parts that hold whole kinds, so that totals by kind tell what they add up to."""


def _search(label: Any) -> SearchFilter:
    return SearchFilter(method="search", label=label, max_length=120)


def _provider_filter() -> ChoiceFilter:
    """By code in the address, by name on the screen."""
    return ChoiceFilter(
        field_name="provider__code", label=_("Provider"), empty_label=_("All providers"), choices=_provider_names
    )


def _provider_names() -> list[tuple[str, str]]:
    return list(Provider.objects.order_by("name").values_list("code", "name"))


def _of_kinds(part: str) -> Q | None:
    """The condition of a part that holds whole kinds; None for any other."""
    return Q(kind=int(part.removeprefix("kind-"))) if part.startswith("kind-") else _PARTS_OF_KINDS.get(part)


class LineFilters(FilterSet):
    """Of the lines of one day, payout or statement."""

    q = _search(_("Reference, exactly"))
    part = ChoiceFilter(
        method="in_part",
        label=_("Lines"),
        empty_label=_("All lines"),
        choices=[
            (_("In the summary"), _NAMED_PARTS),
            (_("Of one kind"), [(f"kind-{kind.value}", label) for kind, label in labels.LINE_KINDS.items()]),  # type: ignore[attr-defined]
        ],
    )
    match = ChoiceFilter(
        method="in_match",
        label=_("Match"),
        empty_label=_("Any"),
        choices=[
            (_PAIRED, _("Matched, differing ones included")),
            *((state.value, badge.label) for state, badge in labels.MATCH_BADGES.items()),  # type: ignore[attr-defined]
        ],
    )
    currency = CurrencyFilter(field_name="net_currency")
    payout = CharFilter(field_name="payout_key", label=_("Payout"), max_length=80)
    sold = DateFilter("sold_on", label=_("Sold date"), widget=DateInput(attrs={"type": "date"}))
    paid = DateFilter("paid_on", label=_("Payout date"), widget=DateInput(attrs={"type": "date"}))

    class Meta:
        model = StatementLine
        fields: list[str] = []

    def search(self, queryset: QuerySet[StatementLine], name: str, value: str) -> QuerySet[StatementLine]:
        """Any of the four references, whole: inside one day no index is needed, and no part of one is searched for."""
        value = value.strip()
        return queryset.filter(
            Q(merchant_reference=value) | Q(provider_key=value) | Q(line_key=value) | Q(payment_reference=value)
        )

    def in_part(self, queryset: QuerySet[StatementLine], name: str, value: str) -> QuerySet[StatementLine]:
        """The lines behind one figure of the summary, or of one kind."""
        if (of_kinds := _of_kinds(value)) is not None:
            return queryset.filter(of_kinds)
        named = SALES | REFUNDS | CHARGEBACKS | PAID_OUT | {LineKind.FEE, LineKind.TAX}
        conditions = {
            "fees": (~Q(fee=0) | Q(kind=LineKind.FEE)) & ~Q(kind__in=PAID_OUT),
            "vat": (~Q(fee_vat=0) | Q(kind=LineKind.TAX)) & ~Q(kind__in=PAID_OUT),
            "other": ~Q(kind__in=named) | ~Q(rounding=0) & ~Q(kind__in=PAID_OUT),
        }
        return queryset.filter(conditions[value])

    def totals(self, totals: QuerySet[LineTotal]) -> QuerySet[LineTotal] | None:
        """The totals of the same rows, of those of all; None where a filter tells lines of one total apart."""
        given = {name: value for name, value in self.form.cleaned_data.items() if value}
        of_kinds = _of_kinds(given.pop("part")) if "part" in given else Q()
        currency, payout = given.pop("currency", ""), given.pop("payout", "")
        if given or of_kinds is None:
            return None
        if currency:
            totals = totals.filter(currency=currency.upper())
        return totals.filter(of_kinds, payout_key=payout) if payout else totals.filter(of_kinds)

    def in_match(self, queryset: QuerySet[StatementLine], name: str, value: str) -> QuerySet[StatementLine]:
        """Where the lines stand in the first layer."""
        if value == _PAIRED:
            return paired(queryset)
        return in_match_state(queryset, labels.MatchState(value))


class MovementFilters(FilterSet):
    """Of movements of our own ledger that wait for a statement."""

    q = _search(_("Reference, exactly"))
    kind = ChoiceFilter(
        field_name="movement__kind",
        label=_("Kind"),
        empty_label=_("All"),
        choices=[(kind.value, labels.LINE_KINDS[kind.value]) for kind in MovementKind],
    )
    currency = CurrencyFilter()

    class Meta:
        model = OpenMovement
        fields: list[str] = []

    def search(self, queryset: QuerySet[OpenMovement], name: str, value: str) -> QuerySet[OpenMovement]:
        """Any of the three references, whole."""
        value = value.strip()
        return queryset.filter(
            Q(movement__merchant_reference=value) | Q(movement__provider_key=value) | Q(movement__movement_key=value)
        )


class BreakFilters(FilterSet):
    """Of breaks; without a state the unresolved are shown."""

    q = _search(_("Order, payout or statement"))
    provider = _provider_filter()
    layer = ChoiceFilter(
        label=_("Layer"), choices=[(each, labels.LAYERS[each]) for each in Layer], empty_label=_("All")
    )
    kind = ChoiceFilter(
        label=_("Kind"), choices=[(each, labels.BREAK_KINDS[each]) for each in BreakKind], empty_label=_("All")
    )
    state = ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[*((each, labels.BREAK_STATES[each].label) for each in BreakState), ("all", _("All, resolved too"))],
        empty_label=_("Unresolved"),
    )
    owner = ChoiceFilter(method="of_owner", label=_("Owner"), empty_label=_("Anybody"), choices=())
    due = ChoiceFilter(
        method="due_by",
        label=_("Due"),
        empty_label=_("Any time"),
        choices=[("overdue", _("Overdue")), ("today", _("Today or overdue")), ("later", _("Later"))],
    )
    currency = CurrencyFilter()
    at_least = NumberFilter(method="at_risk_from", label=_("At risk from"), min_value=0)
    day = PeriodFilter(field_name="booked_on", label=_("Settlement day"))

    class Meta:
        model = Break
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(pk), name) for pk, name in people_who_work()]
        self.filters["owner"].extra["choices"] = [("me", _("Me")), ("nobody", _("Nobody")), *people]

    @property
    def qs(self) -> QuerySet[Break]:
        """Unresolved breaks unless a state is asked for."""
        rows: QuerySet[Break] = super().qs
        chosen = self.form.cleaned_data.get("state") if self.is_bound and self.form.is_valid() else ""
        return rows if chosen else rows.exclude(state=BreakState.RESOLVED)

    def search(self, queryset: QuerySet[Break], name: str, value: str) -> QuerySet[Break]:
        """The beginning of a reference."""
        return queryset.filter(reference__startswith=value.strip())

    def in_state(self, queryset: QuerySet[Break], name: str, value: str) -> QuerySet[Break]:
        """Breaks in one state, or all."""
        return queryset if value == "all" else queryset.filter(state=value)

    def of_owner(self, queryset: QuerySet[Break], name: str, value: str) -> QuerySet[Break]:
        """Breaks of one person, of the viewer, or of nobody."""
        if value == "nobody":
            return queryset.filter(owner__isnull=True)
        return queryset.filter(owner_id=self.request.user.pk if value == "me" else int(value))

    def at_risk_from(self, queryset: QuerySet[Break], name: str, value: Decimal) -> QuerySet[Break]:
        """At least so many won, yen or euros: one number in major units, whatever the currency of the row."""
        return queryset.filter(within_major("amount_at_risk", value))

    def due_by(self, queryset: QuerySet[Break], name: str, value: str) -> QuerySet[Break]:
        """By when they must be explained, in the viewer's zone."""
        now = timezone.localtime()
        if value == "overdue":
            return queryset.filter(due_at__lt=now)
        tonight = now.replace(hour=23, minute=59, second=59, microsecond=999_999)
        return queryset.filter(due_at__lte=tonight) if value == "today" else queryset.filter(due_at__gt=tonight)


def people_who_work() -> list[tuple[int, str]]:
    """Who may own a break: id and name, in the order of names."""
    people = get_user_model()._default_manager.with_perm(WORK)
    return [(person.pk, person.get_full_name()) for person in people]


class PayoutFilters(FilterSet):
    """Of payouts."""

    q = _search(_("Payout reference"))
    provider = _provider_filter()
    deposit = ChoiceFilter(
        field_name="deposit_state",
        label=_("At the bank"),
        empty_label=_("Any"),
        choices=[(state.value, badge.label) for state, badge in labels.DEPOSIT_BADGES.items()],  # type: ignore[attr-defined]
    )
    residual = ChoiceFilter(
        method="with_residual",
        label=_("Residual"),
        empty_label=_("Any"),
        choices=[("yes", _("Unexplained")), ("no", _("None"))],
    )
    currency = CurrencyFilter()
    paid = PeriodFilter(field_name="paid_on", label=_("Payout date"))
    booked = PeriodFilter(field_name="booked_on", label=_("Settlement day"))

    class Meta:
        model = Payout
        fields: list[str] = []

    def search(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        """The beginning of a payout's reference."""
        return queryset.filter(payout_key__startswith=value.strip())

    def with_residual(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        """Payouts that their lines do, or do not, explain."""
        return queryset.exclude(residual=0) if value == "yes" else queryset.filter(residual=0)


class ImportFilters(FilterSet):
    """Of imports."""

    q = _search(_("File name"))
    kind = ChoiceFilter(
        label=_("Kind"), choices=[(each, labels.IMPORT_KINDS[each]) for each in ImportKind], empty_label=_("All")
    )
    provider = _provider_filter()
    state = ChoiceFilter(
        label=_("State"),
        choices=[(each, labels.IMPORT_BADGES[each].label) for each in ImportState],
        empty_label=_("Any"),
    )
    received = InstantPeriodFilter(field_name="created_at", label=_("Received at"))

    class Meta:
        model = FileImport
        fields: list[str] = []

    def search(self, queryset: QuerySet[FileImport], name: str, value: str) -> QuerySet[FileImport]:
        """Part of a file's name; there are as many imports as files, so that no index is needed."""
        return queryset.filter(file_name__icontains=value.strip())
