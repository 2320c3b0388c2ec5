"""What the tests of the house share: whole installations that vanish afterwards."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.postgres.location import Location, location_of
from config.postgres.server import ensure_running, stop
from tests.config.installation import Installation
from tests.template import copy_template


@contextlib.contextmanager
def _temporary_var() -> Iterator[Path]:
    """A `var` directory, below a private parent like everything that `mkdtemp` makes."""
    parent = Path(tempfile.mkdtemp(prefix="jeongsan-test-"))
    directory = parent / "var"
    directory.mkdir()
    try:
        yield directory
    finally:
        stop(location_of(directory))
        shutil.rmtree(location_of(directory).socket_directory, ignore_errors=True)
        shutil.rmtree(parent)


@pytest.fixture
def var() -> Iterator[Path]:
    """An empty `var` directory; an embedded server that was started in it is stopped in the end."""
    with _temporary_var() as directory:
        yield directory


@pytest.fixture
def new_location(var: Path) -> Location:
    """The place of an embedded server that was never started."""
    return location_of(var)


@pytest.fixture(scope="session")
def made_home() -> Iterator[Path]:
    """The stopped server of an installation, to be copied: making one takes longer than most of its tests."""
    with _temporary_var() as made:
        ensure_running(location_of(made))
        stop(location_of(made))
        yield location_of(made).home


@pytest.fixture
def location(var: Path, made_home: Path) -> Location:
    """The place of an embedded server that is stopped."""
    subprocess.run(["cp", "-a", made_home, location_of(var).home], check=True)
    return location_of(var)


@pytest.fixture(scope="session")
def migrated_home(template: str) -> Iterator[Path]:
    """The stopped, migrated database of an installation, to be copied: migrating takes longer than most tests."""
    with _temporary_var() as made:
        ensure_running(location_of(made))
        copy_template(template, location_of(made))
        stop(location_of(made))
        yield location_of(made).home


@pytest.fixture
def installation(var: Path, migrated_home: Path) -> Installation:
    """An installation with an empty, migrated database on an embedded server of its own."""
    subprocess.run(["cp", "-a", migrated_home, location_of(var).home], check=True)
    return Installation(var)
