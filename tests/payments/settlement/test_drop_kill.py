"""kill -9 on a real worker of the drop: a file half handled is handled once by the next."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from payments.intake.models import FileImport
from payments.settlement.models import Statement, StatementLine
from payments.settlement.services.drop import empty_drop
from tests.payments.settlement.arrivals import adyen, batch, staged_rows
from tests.payments.settlement.drops import lying, put

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = Path(__file__).with_name("drop_process.py")


@pytest.mark.parametrize(
    ("moment", "state", "lines", "then"), [("staged", "reading", 0, "posted"), ("posted", "posted", 5, "duplicate")]
)
def test_a_file_half_handled_is_handled_once_after_the_kill(
    root: Path, moment: str, state: str, lines: int, then: str
) -> None:
    adyen()
    put(root, batch(1000, 2000, 3000, 4000), "statements", "adyen", "july.csv")
    arguments = [connection.settings_dict["NAME"], settings.MEDIA_ROOT, root, moment]
    with subprocess.Popen([sys.executable, WORKER, *map(str, arguments)], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == f"{moment}\n"
        assert empty_drop() == []  # a live worker keeps the drop to itself
        worker.kill()
    assert lying(root) == ["statements/adyen/july.csv"]
    assert (FileImport.objects.get().state, StatementLine.objects.count()) == (state, lines)

    assert [(each.path, each.state) for each in empty_drop()] == [("statements/adyen/july.csv", then)]
    assert lying(root) == ["done/statements/adyen/july.csv"]
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 5)
    assert staged_rows() == 0
    assert empty_drop() == []
