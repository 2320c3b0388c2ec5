"""Units, signs, zone and order of day and month, proposed from the movements our ledger knows; and nothing when it agrees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.staff.roles import Role
from payments.intake.models import FileImport, ImportKind
from payments.methods.models import Provider
from payments.settlement.selectors.conventions import FindingLine, findings_of_import
from payments.settlement.services import imports
from payments.settlement.services.reconcile import reconcile_everything
from tests.cast import person
from tests.payments.settlement.arrivals import Desk

pytestmark = pytest.mark.django_db
MAPPING: dict[str, Any] = {
    "columns": {"merchant_reference": "order", "occurred_at": "at", "gross": "amount", "fee": "fee"},
    "time_format": "%d/%m/%Y %H:%M",
}


@pytest.fixture
def nordic() -> Provider:
    """A provider in euro whose mapped files have order numbers only."""
    return Provider.objects.create(
        code="nordic", name="Nordic", adapter="mapped", zone="Asia/Seoul", country="KR", currencies=["EUR"]
    )


def known(desk: Desk, provider: Provider, *rows: tuple[str, str, str]) -> None:
    """Movements of our ledger: order, amount in euro or with its currency, time with its distance to UTC."""
    head = "movement_key,provider_key,payment_reference,merchant_reference,kind,amount,currency,occurred_at,method\n"
    lines = (
        f"m{order}{amount},,p{order},{order},{'refund' if amount.startswith('-') else 'capture'}"
        f",{amount.removesuffix(' KRW')},{'KRW' if amount.endswith('KRW') else 'EUR'},{at},card\n"
        for order, amount, at in rows
    )
    taken = desk.take(provider, head + "".join(lines), "movements.csv", kind=ImportKind.MOVEMENTS)
    assert taken.state == "posted", taken.problems
    reconcile_everything()


def said(desk: Desk, provider: Provider, rows: Iterator[str], **changes: Any) -> list[FindingLine]:
    """What is found about a statement with these rows, before it is posted."""
    return findings_of_import(previewed(desk, provider, rows, **changes))


def previewed(desk: Desk, provider: Provider, rows: Iterator[str], **changes: Any) -> FileImport:
    content = "order,at,amount,fee\n" + "".join(f"{row}\n" for row in rows)
    row = imports.advance(desk.receive(provider, content, "s.csv", mapping=MAPPING | changes).pk)
    assert row.state == "previewed", row.problems
    return row


MOVEMENTS = tuple((f"o{n}", f"{n}0.25", f"2026-03-0{n}T10:00:00+09:00") for n in range(1, 6))


def test_lines_that_agree_are_said_to_agree(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *MOVEMENTS)
    found = said(desk, nordic, (f"o{n},0{n}/03/2026 10:00,{n}0.25,0.10" for n in range(1, 6)))
    assert [(each.message, each.setting, each.is_doubt) for each in found] == [
        ("5 of 5 lines that our ledger knows equal it as they stand.", "", False)
    ]


def test_amounts_in_the_smallest_units_are_proposed(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *MOVEMENTS)
    found = said(desk, nordic, (f"o{n},0{n}/03/2026 10:00,{n}025,10" for n in range(1, 6)))
    assert [(each.message, each.setting) for each in found] == [
        (
            "5 of 5 lines would equal a movement of our ledger if the amounts were the smallest units; "
            "0 do as they stand.",
            "units:minor",
        )
    ]


def test_whole_units_are_proposed_where_the_smallest_were_read(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *(("o" + str(n), f"{n}00.00", f"2026-03-0{n}T10:00:00+09:00") for n in range(1, 6)))
    found = said(desk, nordic, (f"o{n},0{n}/03/2026 10:00,{n}00,1" for n in range(1, 6)), units="minor")
    assert [each.setting for each in found] == ["units:major"]


def test_times_of_another_zone_are_named(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *MOVEMENTS)
    found = said(desk, nordic, (f"o{n},0{n}/03/2026 01:00,{n}0.25,0.10" for n in range(1, 6)))
    assert [each.setting for each in found] == ["", "zone:UTC"]
    assert "9 hours away" in found[1].message


def test_times_that_are_late_as_no_clock_on_earth_is_are_of_no_other_zone(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *MOVEMENTS)
    found = said(desk, nordic, (f"o{n},0{n}/03/2026 10:1{n},{n}0.25,0.10" for n in range(1, 6)))
    assert [(each.setting, each.is_doubt) for each in found] == [("", False)]


def test_sales_that_were_matched_before_are_not_compared_with_their_refunds(desk: Desk, nordic: Provider) -> None:
    mapping = MAPPING | {"columns": MAPPING["columns"] | {"kind": "kind"}, "kinds": {"pay": "sale", "back": "refund"}}
    known(desk, nordic, *MOVEMENTS, *((f"o{n}", f"-{n}0.25", f"2026-03-1{n}T10:00:00+09:00") for n in range(1, 6)))
    head = "order,at,amount,fee,kind\n"
    rows = [f"o{n},0{n}/03/2026 10:00,{n}0.25,0.10,pay\n" for n in range(1, 6)]
    assert desk.take(nordic, head + "".join(rows), "s.csv", mapping=mapping).state == "posted"
    reconcile_everything()
    corrected = head + "".join(rows).replace("0.10", "0.11")
    row = imports.advance(desk.receive(nordic, corrected, "s_v2.csv", mapping=mapping).pk)
    assert row.state == "previewed", row.problems
    assert not [each.message for each in findings_of_import(row) if each.is_doubt]


def test_won_have_no_smaller_units_to_propose_whatever_else_a_provider_pays(desk: Desk, nordic: Provider) -> None:
    nordic.currencies = ["EUR", "KRW"]
    nordic.save()
    known(desk, nordic, *((f"o{n}", f"{n}000 KRW", f"2026-03-0{n}T10:00:00+09:00") for n in range(1, 6)))
    found = said(
        desk, nordic, (f"o{n},0{n}/03/2026 10:00,{n}00000,100" for n in range(1, 6)), constants={"currency": "KRW"}
    )
    assert [each.setting for each in found] == [""]
    assert "hundredths" in found[0].message


def test_day_and_month_the_other_way_round(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *MOVEMENTS)
    found = said(desk, nordic, (f"o{n},03/0{n}/2026 10:00,{n}0.25,0.10" for n in (1, 2, 4, 5)))
    assert [each.setting for each in found] == ["", "time_format:%m/%d/%Y %H:%M"]


def test_fees_as_deductions(desk: Desk, nordic: Provider) -> None:
    known(desk, nordic, *MOVEMENTS)
    found = said(desk, nordic, (f"o{n},0{n}/03/2026 10:00,{n}0.25,-0.10" for n in range(1, 6)))
    assert [each.setting for each in found] == ["", "fee_signs:deduction"]


def test_fees_that_hold_their_vat_are_known_by_the_contract(desk: Desk, nordic: Provider) -> None:
    nordic.fee_contracts.create(
        currency="EUR", effective_from="2026-01-01", rate_basis_points=300, vat_rate_basis_points=1000
    )
    columns = MAPPING["columns"] | {"fee_vat": "vat"}
    content = "order,at,amount,fee,vat\n" + "".join(
        f"o{n},0{n}/03/2026 10:00,{n}00.00,{n * 3.3:.2f},{n * 0.3:.2f}\n" for n in range(1, 6)
    )
    row = imports.advance(desk.receive(nordic, content, "s.csv", mapping=MAPPING | {"columns": columns}).pk)
    assert [each.setting for each in findings_of_import(row) if each.is_doubt] == ["fee_includes_vat:true"]


def test_strangers_say_that_nothing_can_be_checked(desk: Desk, nordic: Provider) -> None:
    found = said(desk, nordic, (f"x{n},0{n}/03/2026 10:00,{n}0.25,0.10" for n in range(1, 6)))
    assert [(each.setting, each.is_doubt) for each in found] == [("", False)]
    assert "none of the 5 lines" in found[0].message


def test_the_preview_leads_to_the_editor_with_the_proposal_set(desk: Desk, nordic: Provider, client: Client) -> None:
    known(desk, nordic, *MOVEMENTS)
    row = previewed(desk, nordic, (f"o{n},0{n}/03/2026 10:00,{n}025,10" for n in range(1, 6)))
    client.force_login(person(Role.FINANCE))
    shown = client.get(reverse("settlement:import", args=[row.pk])).content.decode()
    link = f"{reverse('settlement:mapping_editor', args=[row.pk])}?set=units%3Aminor"
    assert link in shown
    desk_shown = client.get(link.replace("%3A", ":")).context["desk"]
    assert desk_shown.bench.description.units == "minor"
    assert [each.is_doubt for each in desk_shown.findings] == [False]
