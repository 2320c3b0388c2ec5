"""Two administrators who disable each other at the same moment: one must stay, and nobody sees a deadlock."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from config.staff import services
from config.staff.models import User
from config.staff.roles import Role
from tests.cast import person


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_one_administrator_stays(attempt: int) -> None:
    first = person(Role.ADMINISTRATOR, email="first@example.com")
    second = person(Role.ADMINISTRATOR, email="second@example.com")
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def disable(other: User, by: User) -> None:
        start.wait(timeout=10)
        try:
            services.disable(other, by=by)
            outcomes.append("disabled")
        except services.UnableToChangePerson:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=disable, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["disabled", "refused"]
    assert User.objects.active().holding(Role.ADMINISTRATOR).count() == 1
