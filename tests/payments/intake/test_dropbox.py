"""Entries of a folder that others write into at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from payments.intake.dropbox import Drop, Moved
from tests.payments.settlement.drops import lying


def test_an_entry_that_is_gone_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    drop = Drop(tmp_path, 0.0)
    [entry] = drop.entries()
    (tmp_path / "a").unlink()
    with pytest.raises(Moved), drop.opened(entry):
        pass
    with pytest.raises(Moved):
        drop.put_away(entry, "refused", "why")
    assert lying(tmp_path) == []
