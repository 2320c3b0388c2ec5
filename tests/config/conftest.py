"""What the tests of the house share: whole installations that vanish afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres.location import Location, location_of
from config.postgres.server import stop
from tests.config.installation import Installation


@pytest.fixture
def var() -> Iterator[Path]:
    """A `var` directory, below a private parent like everything that `mkdtemp` makes."""
    parent = Path(tempfile.mkdtemp(prefix="jeongsan-test-"))
    directory = parent / "var"
    directory.mkdir()
    yield directory
    stop(location_of(directory))
    shutil.rmtree(location_of(directory).socket_directory, ignore_errors=True)
    shutil.rmtree(parent)


@pytest.fixture
def location(var: Path) -> Location:
    """The place of an embedded server that was never started."""
    return location_of(var)


@pytest.fixture
def installation(var: Path) -> Installation:
    """An installation with an empty, migrated database on an embedded server of its own."""
    made = Installation(var)
    migrated = made.manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    return made
