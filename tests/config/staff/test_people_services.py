"""What may happen to people: enrolling, disabling, giving roles, and what is never allowed."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from config.staff import services
from config.staff.models import Theme, User
from config.staff.roles import Role
from payments.records.models import AuditEvent
from tests.cast import PASSWORD, person

pytestmark = pytest.mark.django_db


def test_the_seven_groups_exist_after_migrating() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)


class TestEnrol:
    def test_keeps_the_address_in_lower_case_and_verified(self) -> None:
        boss = person(Role.ADMINISTRATOR)
        new = services.NewPerson(" Mina.KIM@Example.com ", " 김미나 ", frozenset({Role.FINANCE}), language="ja")
        mina = services.enrol(new, by=boss)
        assert (mina.email, mina.name, mina.language, mina.zone) == (
            "mina.kim@example.com",
            "김미나",
            "ja",
            "Asia/Seoul",
        )
        assert mina.roles == {Role.FINANCE}
        assert not mina.has_usable_password()
        assert EmailAddress.objects.filter(user=mina, email=mina.email, verified=True, primary=True).count() == 1

    def test_writes_who_did_it(self) -> None:
        boss = person(Role.ADMINISTRATOR)
        mina = person(Role.FINANCE, Role.AUDITOR, email="mina@example.com")
        event = AuditEvent.objects.get(subject_type="person", subject_id=str(mina.pk))
        assert (event.verb, event.actor, event.detail) == (
            "person.enrolled",
            None,
            {"email": "mina@example.com", "roles": ["auditor", "finance"]},
        )
        other = services.enrol(services.NewPerson("b@example.com", "B", frozenset()), by=boss)
        assert AuditEvent.objects.get(subject_type="person", subject_id=str(other.pk)).actor == boss

    def test_refuses_the_same_address_in_another_case(self) -> None:
        person(Role.FINANCE, email="mina@example.com")
        with pytest.raises(services.PersonAlreadyThere):
            person(Role.FINANCE, email="MINA@example.com")
        assert User.objects.count() == 1

    def test_refuses_what_is_no_zone(self) -> None:
        new = services.NewPerson("a@example.com", "A", frozenset(), zone="Asia/Atlantis")
        with pytest.raises(ValidationError):
            services.enrol(new, by=None)


class TestSetPassword:
    def test_ends_the_sessions_and_leaves_a_trace(self) -> None:
        mina = person(Role.FINANCE)
        client = Client()
        client.force_login(mina)
        services.set_password(mina, "seven ledgers on a table", by=None)
        assert client.get("/account/").status_code == 302
        assert Client().login(email=mina.email, password="seven ledgers on a table")
        assert AuditEvent.objects.filter(verb="person.password_set", subject_id=str(mina.pk)).count() == 1

    def test_refuses_a_weak_one(self) -> None:
        mina = person(Role.FINANCE)
        with pytest.raises(ValidationError):
            services.set_password(mina, "short", by=None)
        assert Client().login(email=mina.email, password=PASSWORD)


class TestDisable:
    def test_ends_the_sessions_for_good(self) -> None:
        boss, mina = person(Role.ADMINISTRATOR), person(Role.FINANCE)
        client = Client()
        client.force_login(mina)
        assert client.get("/account/").status_code == 200
        services.disable(mina, by=boss)
        assert client.get("/account/").status_code == 302
        services.enable(mina, by=boss)
        assert client.get("/account/").status_code == 302
        assert Client().login(email=mina.email, password=PASSWORD)

    def test_twice_is_once(self) -> None:
        boss, mina = person(Role.ADMINISTRATOR), person(Role.FINANCE)
        services.disable(mina, by=boss)
        services.disable(mina, by=boss)
        assert AuditEvent.objects.filter(verb="person.disabled").count() == 1
        assert User.objects.get(pk=mina.pk).session_epoch == 1

    def test_never_oneself(self) -> None:
        boss = person(Role.ADMINISTRATOR)
        person(Role.ADMINISTRATOR, email="second@example.com")
        with pytest.raises(services.UnableToChangePerson):
            services.disable(boss, by=boss)
        assert User.objects.get(pk=boss.pk).is_active

    def test_never_the_last_administrator(self) -> None:
        boss = person(Role.ADMINISTRATOR)
        second = person(Role.ADMINISTRATOR, email="second@example.com")
        services.disable(second, by=boss)
        with pytest.raises(services.UnableToChangePerson):
            services.disable(boss, by=second)
        assert User.objects.get(pk=boss.pk).is_active


class TestRoles:
    def test_are_exactly_those_asked_for(self) -> None:
        boss, mina = person(Role.ADMINISTRATOR), person(Role.FINANCE, Role.AUDITOR)
        services.assign_roles(mina, frozenset({Role.FINANCE_LEAD, Role.AUDITOR}), by=boss)
        assert User.objects.get(pk=mina.pk).roles == {Role.FINANCE_LEAD, Role.AUDITOR}
        event = AuditEvent.objects.get(verb="person.roles_changed")
        assert (event.actor, event.detail) == (boss, {"given": ["finance_lead"], "taken": ["finance"]})

    def test_unchanged_leave_no_trace(self) -> None:
        boss, mina = person(Role.ADMINISTRATOR), person(Role.FINANCE)
        services.assign_roles(mina, frozenset({Role.FINANCE}), by=boss)
        assert not AuditEvent.objects.filter(verb="person.roles_changed").exists()

    def test_are_never_ones_own(self) -> None:
        boss = person(Role.ADMINISTRATOR)
        with pytest.raises(services.UnableToChangePerson):
            services.assign_roles(boss, frozenset({Role.ADMINISTRATOR, Role.FINANCE_LEAD}), by=boss)
        assert User.objects.get(pk=boss.pk).roles == {Role.ADMINISTRATOR}

    def test_a_disabled_administrator_does_not_count_as_the_one_who_stays(self) -> None:
        boss = person(Role.ADMINISTRATOR)
        second = person(Role.ADMINISTRATOR, email="second@example.com")
        services.disable(second, by=boss)
        with pytest.raises(services.UnableToChangePerson):
            services.assign_roles(boss, frozenset(), by=second)


class TestConstraints:
    def test_nobody_is_above_the_roles(self) -> None:
        mina = person(Role.FINANCE)
        with pytest.raises(IntegrityError, match="nobody_is_above_the_roles"), transaction.atomic():
            User.objects.filter(pk=mina.pk).update(is_superuser=True)

    def test_an_address_is_lower_case(self) -> None:
        mina = person(Role.FINANCE)
        with pytest.raises(IntegrityError, match="email_is_lower_case"), transaction.atomic():
            User.objects.filter(pk=mina.pk).update(email="Mina@example.com")


def test_a_changed_name_keeps_its_history() -> None:
    mina = person(Role.FINANCE)
    services.update_profile(mina, name="김미나", language="ko", zone="Asia/Tokyo", theme=Theme.DARK)
    services.choose_screen(mina, language="ja")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, zone, language FROM staff_userevent WHERE pgh_obj_id = %s ORDER BY pgh_id", [mina.pk]
        )
        assert cursor.fetchall() == [
            ("김하늘", "Asia/Seoul", "en"),
            ("김미나", "Asia/Tokyo", "ko"),
            ("김미나", "Asia/Tokyo", "ja"),
        ]


def test_signing_in_leaves_no_history() -> None:
    mina = person(Role.FINANCE)
    Client().login(email=mina.email, password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staff_userevent WHERE pgh_obj_id = %s", [mina.pk])
        assert cursor.fetchone() == (1,)


def test_abilities_come_from_roles_in_one_query(django_assert_num_queries: object) -> None:
    lead = User.objects.get(pk=person(Role.FINANCE_LEAD).pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert lead.has_perm("day.sign")
        assert lead.has_perm("settlement.view")
        assert not lead.has_perm("people.view")
        assert not lead.has_perm("no.such.thing")


def test_a_disabled_person_may_nothing() -> None:
    boss, lead = person(Role.ADMINISTRATOR), person(Role.FINANCE_LEAD)
    services.disable(lead, by=boss)
    assert not User.objects.get(pk=lead.pk).has_perm("settlement.view")
    assert list(User.objects.with_perm("day.sign")) == []


def test_people_are_found_by_what_they_may() -> None:
    lead = person(Role.FINANCE_LEAD, Role.FINANCE)
    person(Role.FINANCE)
    assert list(User.objects.with_perm("day.sign")) == [lead]
    assert User.objects.with_perm("breaks.work").count() == 2
