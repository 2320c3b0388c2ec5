"""The machinery of list pages, on a table of its own over the audit trail."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import django_tables2 as tables
import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_filters import CharFilter, FilterSet, MultipleChoiceFilter
from pytest_django.fixtures import Settings

from payments.records.models import AuditEvent
from payments.web import (
    AmountColumn,
    BadgeColumn,
    CurrencyColumn,
    InstantColumn,
    InstantPeriodFilter,
    ListTable,
    PeriodFilter,
    ReferenceColumn,
    Tone,
)
from payments.web.chips import chips_of
from payments.web.display import Badge
from payments.web.export import Exported, csv_lines, guarded
from payments.web.lists import COUNT_CAP, DEEPEST_ROW, ListSpec, list_page

pytestmark = pytest.mark.django_db


class _Filters(FilterSet):
    verb = MultipleChoiceFilter(choices=[("a.done", "First"), ("b.done", "Second")])
    subject_id = CharFilter(label="Subject")
    occurred = InstantPeriodFilter(field_name="occurred_at", label="When")

    class Meta:
        model = AuditEvent
        fields: list[str] = []


class _Table(ListTable):
    subject_id = ReferenceColumn(shown=12)
    verb = BadgeColumn(badges={"a.done": Badge(Tone.SUCCESS, "First"), "b.done": Badge(Tone.DANGER, "Second")})
    currency = CurrencyColumn(accessor="detail__currency", orderable=False)
    net = AmountColumn(verbose_name="Net", accessor="detail__net", currency="detail__currency", orderable=False)
    occurred_at = InstantColumn()
    more = tables.Column(accessor="pk", exclude_from_export=True)

    class Meta(ListTable.Meta):
        order_by = "-subject_id"


SPEC = ListSpec("events", "Events", "components/list_page.html", _Table, _Filters)


def _event(subject: str, verb: str = "a.done", net: int = -120450, currency: str = "USD") -> AuditEvent:
    detail = {"net": net, "currency": currency}
    return AuditEvent.objects.create(verb=verb, subject_type="x", subject_id=subject, detail=detail)


def _get(query: str) -> Any:
    request = RequestFactory().get(f"/?{query}")
    request.user = AnonymousUser()
    return request


@pytest.fixture(autouse=True)
def heard(settings: Settings) -> list[Exported]:
    """What the witness heard; it writes nothing down, for these lists read the audit trail itself."""
    settings.EXPORT_WITNESS = f"{__name__}.listen"
    _heard.clear()
    return _heard


_heard: list[Exported] = []


def listen(exported: Exported, *, by: object) -> None:
    assert by is None
    _heard.append(exported)


def _export(query: str) -> list[list[str]]:
    response: Any = list_page(_get(f"{query}&format=csv"), SPEC, AuditEvent.objects.all())
    text = b"".join(response).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_export_writes_exact_numbers_words_and_whole_references() -> None:
    _event("pay_0123456789012345")
    _event("pay_2", "b.done", 98000, "JPY")
    header, first, second = _export("")
    assert header == ["Subject id", "Verb", "Cur.", "Net", "Occurred at"]
    assert (first[:4], second[:4]) == (
        ["pay_2", "Second", "JPY", "98000"],
        ["pay_0123456789012345", "First", "USD", "-1204.50"],
    )


def test_the_export_keeps_filter_and_order() -> None:
    for name in ("c", "a", "b"):
        _event(name)
    _event("d", "b.done")
    assert [row[0] for row in _export("verb=a.done&sort=subject_id")[1:]] == ["a", "b", "c"]


def test_an_export_is_witnessed_with_filters_order_columns_and_rows_before_a_row_is_read(heard: list[Exported]) -> None:
    for name in ("c", "a"):
        _event(name)
    _event("d", "b.done")
    list_page(_get("verb=a.done&subject_id=&sort=-subject_id&page=2&format=csv"), SPEC, AuditEvent.objects.all())
    assert heard == [
        Exported(
            name="events",
            path="/",
            filters={"verb": ["a.done"]},
            order=("-subject_id",),
            columns=("subject_id", "verb", "currency", "net", "occurred_at"),
            rows=2,
        )
    ]


def test_looking_at_a_list_or_asking_for_headers_exports_nothing(heard: list[Exported]) -> None:
    request = RequestFactory().head("/?format=csv")
    request.user = AnonymousUser()
    list_page(request, SPEC, AuditEvent.objects.all())
    list_page(_get(""), SPEC, AuditEvent.objects.all())
    assert heard == []


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_text_that_would_run_as_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [Decimal("-1204.50"), -5, "plain", "", "1-2"])
def test_numbers_and_plain_texts_pass_as_they_are(cell: object) -> None:
    assert guarded(cell) is cell


def test_the_export_reads_in_chunks_and_not_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        _event(f"e{number}")
    monkeypatch.setattr("payments.web.export._CHUNK", 2)
    table = _Table(AuditEvent.objects.all())
    lines = csv_lines(table)
    for _ in range(4):
        next(lines)
    assert table.data.data._result_cache is None


def test_the_screen_shows_grouped_money_and_short_references() -> None:
    _event("pay_0123456789012345")
    body = list_page(_get(""), SPEC, AuditEvent.objects.all()).content.decode()  # type: ignore[attr-defined]
    assert '<td class="num">-1,204.50</td>' in body
    assert '<code title="pay_0123456789012345">pay_012…2345</code>' in body
    assert '<td class="currency">USD</td>' in body


def test_equals_are_ordered_by_key_in_the_direction_of_the_first_column() -> None:
    events = [_event("same") for _ in range(3)]
    keys = [event.pk for event in events]
    for sort, expected in (("subject_id", keys), ("-subject_id", keys[::-1])):
        table = _Table(AuditEvent.objects.all())
        table.order_by = sort
        table.settle_order()
        assert [event.pk for event in table.data.data] == expected


def test_an_unknown_order_is_ignored() -> None:
    _event("a")
    assert list_page(_get("sort=password"), SPEC, AuditEvent.objects.all()).status_code == 200


def test_counting_stops_at_the_cap() -> None:
    AuditEvent.objects.bulk_create(
        AuditEvent(verb="a.done", subject_type="x", subject_id=str(number), detail={"net": 1, "currency": "KRW"})
        for number in range(COUNT_CAP + 5)
    )
    body = list_page(_get(""), SPEC, AuditEvent.objects.all()).content.decode()  # type: ignore[attr-defined]
    assert "1,000+ rows" in body


def test_no_page_starts_behind_the_deepest_row() -> None:
    _event("a")
    with CaptureQueriesContext(connection) as queries:
        list_page(_get("page=999999999"), SPEC, AuditEvent.objects.all())
    offsets = [int(query["sql"].split("OFFSET ")[1].split()[0]) for query in queries if "OFFSET" in query["sql"]]
    assert offsets
    assert max(offsets) < DEEPEST_ROW


def test_each_value_of_a_filter_is_taken_off_by_itself() -> None:
    query = QueryDict("verb=a.done&verb=b.done&occurred_from=2026-11-01&occurred_to=2026-11-30&page=3&sort=verb")
    filterset = _Filters(query, queryset=AuditEvent.objects.all())
    assert [(chip.label, chip.value, chip.remove_query) for chip in chips_of(filterset, query)] == [
        ("Verb", "First", "verb=b.done&occurred_from=2026-11-01&occurred_to=2026-11-30&sort=verb"),
        ("Verb", "Second", "verb=a.done&occurred_from=2026-11-01&occurred_to=2026-11-30&sort=verb"),
        ("When", "2026-11-01 – 2026-11-30", "verb=a.done&verb=b.done&sort=verb"),
    ]


def test_half_a_range_is_a_filter_too() -> None:
    query = QueryDict("occurred_from=2026-11-01")
    filterset = _Filters(query, queryset=AuditEvent.objects.all())
    assert [(chip.value, chip.remove_query) for chip in chips_of(filterset, query)] == [("2026-11-01 –", "")]


def test_a_date_that_is_none_shows_no_rows_and_says_why() -> None:
    _event("a")
    body = list_page(_get("occurred_from=yesterday"), SPEC, AuditEvent.objects.all()).content.decode()  # type: ignore[attr-defined]
    assert "A filter can’t be read" in body
    assert "<tbody>" not in body


class _Form(forms.Form):
    name = forms.CharField(help_text="As in the passport")
    kind = forms.ChoiceField(choices=[("a", "A")])
    agree = forms.BooleanField()
    many = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)


def test_forms_are_drawn_with_our_templates_and_classes() -> None:
    drawn = str(_Form({"kind": "a"}))
    assert 'class="form-control"' in drawn
    assert 'class="form-select"' in drawn
    assert 'class="form-check-input"' in drawn
    assert '<p class="form-hint" id="id_name_helptext">As in the passport</p>' in drawn
    assert '<p class="invalid" id="id_name_error">This field is required.</p>' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn


class _Days(FilterSet):
    booked = PeriodFilter(field_name="booked_on", label="Booked")

    class Meta:
        model = AuditEvent
        fields: list[str] = []


@pytest.mark.parametrize("zone", ["Asia/Seoul", "UTC", "America/New_York"])
def test_a_period_of_business_dates_is_the_same_in_every_zone(zone: str) -> None:
    with timezone.override(ZoneInfo(zone)):
        filterset = _Days(QueryDict("booked_from=2026-11-01&booked_to=2026-11-30"), queryset=AuditEvent.objects.all())
        assert filterset.form.is_valid()
        assert filterset.form.cleaned_data["booked"] == slice(date(2026, 11, 1), date(2026, 11, 30))


def test_a_period_of_instants_is_days_of_the_viewer() -> None:
    with timezone.override(ZoneInfo("Asia/Seoul")):
        filterset = _Filters(
            QueryDict("occurred_from=2026-11-01&occurred_to=2026-11-01"), queryset=AuditEvent.objects.all()
        )
        assert filterset.form.is_valid()
        period = filterset.form.cleaned_data["occurred"]
        assert period.start.isoformat() == "2026-11-01T00:00:00+09:00"
        assert period.stop.isoformat() == "2026-11-01T23:59:59.999999+09:00"


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    filterset = _Days(QueryDict("booked_from=2026-11-30&booked_to=2026-11-01"), queryset=AuditEvent.objects.all())
    assert filterset.form.errors.as_data()["booked"][0].message == "The period ends before it begins."


def test_both_dates_of_a_period_have_a_name() -> None:
    drawn = str(_Days(QueryDict("booked_from=2026-11-01"), queryset=AuditEvent.objects.all()).form["booked"])
    assert 'name="booked_from" value="2026-11-01"' in drawn
    assert drawn.count('type="date"') == 2
    assert 'aria-label="First day"' in drawn
    assert 'aria-label="Last day"' in drawn
    assert drawn.count('class="form-control"') == 2
