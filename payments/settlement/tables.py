"""The lists of settlement: which columns, in which order, and what each cell and its export say."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.intake.models import FileImport
from payments.ledger.addresses import payment_url
from payments.ledger.models import Payment
from payments.settlement import labels
from payments.settlement.due import due_badge
from payments.settlement.models import Break, BreakState, OpenMovement, Payout, StatementLine
from payments.settlement.selectors.imports import is_running
from payments.settlement.selectors.known_payments import payments_of_orders
from payments.web import (
    AmountColumn,
    BadgeColumn,
    CurrencyColumn,
    DateColumn,
    InstantColumn,
    ListTable,
    ReferenceColumn,
)
from payments.web.columns import ChoiceColumn, CountColumn
from payments.web.display import instant_text

NUMBER: Final = {"th": {"class": "num"}, "td": {"class": "num"}}


class WordsColumn(tables.Column):
    """A stored code as its word."""

    def __init__(self, *args: Any, words: Any, **kwargs: Any) -> None:
        self.words = words
        kwargs.setdefault("attrs", {"td": {"class": "text-nowrap"}})
        super().__init__(*args, **kwargs)

    def render(self, record: Any, bound_column: Any) -> str:
        """The word in the viewer's language."""
        return str(self.words[tables.A(bound_column.accessor).resolve(record)])


class ClippedColumn(tables.Column):
    """A name that never makes a row higher: what does not fit is cut off on the screen, not in the export."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("attrs", {"td": {"class": "clipped", "title": lambda value: value or None}})
        super().__init__(*args, **kwargs)


class LinkedReferenceColumn(ReferenceColumn):
    """A reference that leads to the page of the row; `view` takes the row's key."""

    def __init__(self, *args: Any, view: str, **kwargs: Any) -> None:
        self.view = view
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any = None) -> SafeString:
        """The reference inside a link."""
        return format_html('<a href="{}">{}</a>', reverse(self.view, args=[record.pk]), super().render(value))


class LineNumberColumn(CountColumn):
    """The line of the file, leading to the line's own page."""

    def render(self, value: int, record: Any = None) -> SafeString:
        """A link; the number is an address, so it is not grouped."""
        return format_html('<a href="{}">{}</a>', reverse("settlement:line", args=[record.pk]), value)


class OrderColumn(ReferenceColumn):
    """The merchant's reference, leading to its payment where our ledger knows one."""

    def render(self, value: Any, record: Any = None, table: Any = None) -> SafeString:
        """The reference, inside a link or not."""
        payment = table.known_payments.get(value)
        shown = super().render(value)
        return format_html('<a href="{}">{}</a>', payment_url(payment), shown) if payment else shown


class LineTable(ListTable):
    """Lines of a statement, as the provider states them."""

    line_number = LineNumberColumn(verbose_name=_("Line"))
    kind = WordsColumn(words=labels.LINE_KINDS, verbose_name=_("Kind"))
    merchant_reference = OrderColumn(verbose_name=_("Order"), orderable=False, default="–")
    provider_key = ReferenceColumn(verbose_name=_("Provider’s key"), orderable=False, default="–", shown=20)
    method = tables.Column(verbose_name=_("Method"), orderable=False, default="–")
    occurred_at = InstantColumn(verbose_name=_("Happened"), default="–", orderable=False)
    net_currency = CurrencyColumn(orderable=False)
    gross_settled = AmountColumn(verbose_name=_("Gross"), currency="net_currency")
    fee = AmountColumn(verbose_name=_("Fee"), currency="net_currency")
    fee_vat = AmountColumn(verbose_name=_("VAT"), currency="net_currency", orderable=False)
    net = AmountColumn(verbose_name=_("Net"), currency="net_currency")
    match_state = BadgeColumn(badges=labels.MATCH_BADGES, verbose_name=_("Match"), orderable=False)

    class Meta(ListTable.Meta):
        model = StatementLine
        fields: tuple[str, ...] = ()
        order_by = "line_number"

    def render_method(self, value: str, record: StatementLine) -> str:
        """The method; of a total with the number of its transactions."""
        return value if record.transaction_count is None else f"{value} × {record.transaction_count:,}"

    @cached_property
    def known_payments(self) -> dict[str, Payment]:
        """By order, those of the page; asked once, when the first row is shown."""
        return payments_of_orders(row.record.merchant_reference for row in self.paginated_rows)


class MovementTable(ListTable):
    """Movements of our own ledger that no statement names yet."""

    movement_key = ReferenceColumn(accessor="movement__movement_key", verbose_name=_("Movement"), orderable=False)
    kind = WordsColumn(accessor="movement__kind", words=labels.LINE_KINDS, verbose_name=_("Kind"), orderable=False)
    merchant_reference = ReferenceColumn(
        accessor="movement__merchant_reference", verbose_name=_("Order"), orderable=False, default="–"
    )
    provider_key = ReferenceColumn(
        accessor="movement__provider_key", verbose_name=_("Provider’s key"), orderable=False, default="–", shown=20
    )
    method = tables.Column(accessor="movement__method", verbose_name=_("Method"), orderable=False, default="–")
    occurred_at = InstantColumn(accessor="movement__occurred_at", verbose_name=_("Happened"), orderable=False)
    currency = CurrencyColumn(orderable=False)
    amount = AmountColumn(verbose_name=_("Amount"))
    due_on = DateColumn(verbose_name=_("Due by"))

    class Meta(ListTable.Meta):
        model = OpenMovement
        fields: tuple[str, ...] = ()
        order_by = "due_on"


class DueColumn(tables.Column):
    """When a break must be explained."""

    def render(self, value: datetime, record: Break) -> SafeString:
        """Days as a badge, the exact time in the title."""
        badge = due_badge(value, is_resolved=record.state == BreakState.RESOLVED)
        return format_html('<span title="{}">{}</span>', instant_text(value), badge.__html__())

    def value(self, value: datetime) -> str:
        """The exact time."""
        return timezone.localtime(value).isoformat(timespec="minutes")


class BreakTable(ListTable):
    """Breaks, for people who may only look."""

    due_at = DueColumn(verbose_name=_("Due"), attrs={"td": {"class": "text-nowrap"}})
    kind = WordsColumn(words=labels.BREAK_KINDS, verbose_name=_("Kind"))
    party = ClippedColumn(verbose_name=_("Provider"), order_by=("provider__name", "account__name"), empty_values=())
    reference = LinkedReferenceColumn(view="settlement:break", verbose_name=_("Reference"), orderable=False, shown=18)
    booked_on = DateColumn(verbose_name=_("Day"))
    currency = CurrencyColumn()
    amount_at_risk = AmountColumn(verbose_name=_("At risk"))
    owner = tables.Column(verbose_name=_("Owner"), default="–", order_by="owner__name")
    state = BadgeColumn(badges=labels.BREAK_STATES, verbose_name=_("State"))

    class Meta(ListTable.Meta):
        model = Break
        fields: tuple[str, ...] = ()
        order_by = "due_at"
        row_attrs = {"id": lambda record: f"break-{record.pk}"}

    def render_party(self, record: Break) -> str:
        """The provider, or the bank account where no provider is concerned."""
        party = record.provider or record.account
        return party.name if party else ""

    def value_party(self, record: Break) -> str:
        """The same in the export."""
        return self.render_party(record)


class WorkColumn(tables.Column):
    """Where a row is worked on: opens the form in place, or without script the break's own page."""

    def render(self, record: Break) -> SafeString:
        """A link that asks for the row as a form."""
        return format_html(
            '<a href="{}" hx-get="{}" hx-target="closest tr" hx-swap="outerHTML" aria-label="{}">{}</a>',
            reverse("settlement:break", args=[record.pk]),
            reverse("settlement:break_row", args=[record.pk]),
            _("Assign or comment on %(reference)s") % {"reference": record.reference},
            _("Assign"),
        )


class WorkingBreakTable(BreakTable):
    """Breaks, for people who work on them."""

    choice = ChoiceColumn(name="break", reference="reference")
    work = WorkColumn(
        accessor="pk",
        verbose_name=_("Act"),
        orderable=False,
        exclude_from_export=True,
        attrs={"th": {"class": "on-screen"}, "td": {"class": "on-screen"}},
    )

    class Meta(BreakTable.Meta):
        sequence = ("choice", "...", "work")


class PayoutTable(ListTable):
    """Payouts: what the provider says it pays, what the lines explain, what the bank shows."""

    paid_on = DateColumn(verbose_name=_("Payout date"), default="–")
    provider = ClippedColumn(verbose_name=_("Provider"), accessor="provider__name")
    payout_key = LinkedReferenceColumn(view="settlement:payout", verbose_name=_("Payout"), orderable=False, shown=22)
    currency = CurrencyColumn()
    line_net = AmountColumn(verbose_name=_("Lines’ net"))
    amount = AmountColumn(verbose_name=_("Paid out"))
    residual = AmountColumn(verbose_name=_("Unexplained"))
    deposit_state = BadgeColumn(badges=labels.DEPOSIT_BADGES, verbose_name=_("At the bank"), orderable=False)
    deposit_due_on = DateColumn(verbose_name=_("Bank due"), default="–")

    class Meta(ListTable.Meta):
        model = Payout
        fields: tuple[str, ...] = ()
        order_by = "-paid_on"

    def render_residual(self, value: int, record: Payout) -> SafeString | str:
        """Zero is quiet; anything else stands out, in words too."""
        shown = self.columns["residual"].column.render(value, record)
        if not value or not record.is_complete:
            return str(shown)
        return format_html('<strong class="unexplained" title="{}">{}</strong>', _("Unexplained"), shown)


class OwnerColumn(tables.Column):
    """The provider or the bank account of an import."""

    def render(self, record: FileImport) -> str:
        """Its name."""
        owner = record.provider or record.bank_account
        return owner.name if owner else ""


class ImportStateColumn(BadgeColumn):
    """A state that follows an import while a worker has it."""

    def render(self, record: FileImport, bound_column: Any) -> SafeString:
        """The badge, asking again by itself as long as something moves."""
        context = {"row": record, "is_running": is_running(record), "badge": self._badge(record, bound_column)}
        return render_to_string("settlement/import_badge.html", context)


class ImportTable(ListTable):
    """Files that came in."""

    created_at = InstantColumn(verbose_name=_("Received at"))
    file_name = LinkedReferenceColumn(view="settlement:import", verbose_name=_("File"), shown=40)
    kind = WordsColumn(words=labels.IMPORT_KINDS, verbose_name=_("Kind"))
    owner = OwnerColumn(verbose_name=_("From"), accessor="pk", orderable=False)
    line_count = CountColumn(verbose_name=_("Records"))
    problem_count = CountColumn(verbose_name=_("Problems"))
    state = ImportStateColumn(badges=labels.IMPORT_BADGES, verbose_name=_("State"))
    created_by = tables.Column(verbose_name=_("By"), default="–", orderable=False)

    class Meta(ListTable.Meta):
        model = FileImport
        fields: tuple[str, ...] = ()
        order_by = "-created_at"
