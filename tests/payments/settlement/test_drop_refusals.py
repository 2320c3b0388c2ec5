"""The drop takes or refuses everything, with its reason: nothing lies there for ever without a word."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from payments.intake.dropbox import REASON
from payments.settlement.services.drop import empty_drop
from tests.payments.settlement.arrivals import adyen, batch
from tests.payments.settlement.drops import lying, put

pytestmark = pytest.mark.django_db
GOOD = batch(1000, 2000)
BROKEN = GOOD.replace("10.00", "ten", 1)


def test_a_time_that_lies_ahead_does_not_hold_a_file_for_ever(root: Path) -> None:
    adyen()
    path = put(root, GOOD, "statements", "adyen", "a.csv")
    os.utime(path, (2**32, 2**32))
    assert [each.state for each in empty_drop()] == ["posted"]


def test_a_file_that_must_not_be_read_is_refused_with_that_reason(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adyen()
    put(root, GOOD, "statements", "adyen", "a.csv").chmod(0)
    put(root, batch(700, number="8"), "statements", "adyen", "b.csv")
    opened = os.open

    def without_rights(name: str, flags: int, *rest: int, **where: int) -> int:
        if name == "a.csv":  # nothing is forbidden to root, as whom tests may run
            raise PermissionError(13, "Permission denied", name)
        return opened(name, flags, *rest, **where)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", without_rights)
        assert [each.state for each in empty_drop()] == ["rejected", "posted"]
    reason = root / "refused" / "statements" / "adyen" / f"a.csv{REASON}"
    assert reason.read_text().startswith("The worker may not read this file.")


def test_an_empty_file_is_refused(root: Path) -> None:
    adyen()
    put(root, "", "statements", "adyen", "a.csv")
    [taken] = empty_drop()
    assert (taken.state, taken.reason.startswith("The file is empty.")) == ("rejected", True)


def test_a_refused_file_that_cannot_be_moved_does_not_hold_up_the_others(root: Path) -> None:
    adyen()
    (root / "refused").write_text("no folder")
    put(root, BROKEN, "statements", "adyen", "a.csv")
    put(root, batch(700, number="8"), "statements", "adyen", "b.csv")
    assert [each.state for each in empty_drop()] == ["waiting", "posted"]
    assert "statements/adyen/a.csv" in lying(root)


def test_what_lies_too_deep_is_refused_and_an_empty_folder_is_nothing(root: Path) -> None:
    adyen()
    deep = ("statements", "adyen", "a", "b", "c", "d", "e")
    put(root, batch(700), *deep, "too.csv")
    put(root, batch(700, number="8"), *deep[:6], "just.csv")
    (root / "bank" / "1" / "2" / "3" / "4" / "5" / "empty").mkdir(parents=True)
    assert {each.path: each.state for each in empty_drop()} == {
        "statements/adyen/a/b/c/d/just.csv": "posted",
        "statements/adyen/a/b/c/d/e": "rejected",
    }
    refused = root.joinpath("refused", *deep)
    assert (refused / "too.csv").is_file()
    assert refused.with_name(f"e{REASON}").read_text().startswith("This folder lies below more than 6 others")
    assert empty_drop() == []


def test_a_folder_that_may_not_be_looked_into_is_refused(root: Path) -> None:
    adyen()
    put(root, batch(700), "statements", "adyen", "closed", "a.csv")
    put(root, batch(700, number="8"), "statements", "adyen", "b.csv")
    with pytest.MonkeyPatch.context() as patched:
        really_open = os.open

        def without_rights(name: Any, *args: Any, **others: Any) -> int:
            if name == "closed":
                raise PermissionError
            return really_open(name, *args, **others)

        patched.setattr(os, "open", without_rights)
        assert sorted(each.state for each in empty_drop()) == ["posted", "rejected"]
    reason = root / "refused" / "statements" / "adyen" / f"closed{REASON}"
    assert reason.read_text().startswith("The worker may not look into this folder.")
