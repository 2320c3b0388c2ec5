"""The browser packages we serve: single files out of `node_modules`, not the packages whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage


class PackageFileFinder(BaseFinder):
    """Finds what `NODE_PACKAGE_FILES` lists: static path → path inside `node_modules`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self._files: dict[str, str] = settings.NODE_PACKAGE_FILES
        self._root = Path(settings.BASE_DIR) / "node_modules"

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The absolute path of a listed file, as Django's finders answer."""
        source = self._files.get(path.replace("\\", "/"))
        found = str(self._root / source) if source and (self._root / source).is_file() else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every listed file for collectstatic.

        Raises:
            FileNotFoundError: the npm packages are not installed.
        """
        for path, source in self._files.items():
            if not (self._root / source).is_file():
                raise FileNotFoundError(f"node_modules/{source} is missing: run `make setup`")
            yield path, _OneFile(path, self._root / source)


class _OneFile(FileSystemStorage):
    """A storage that holds one file under the name it is served as."""

    def __init__(self, name: str, source: Path) -> None:
        super().__init__(location=str(source.parent))
        self.prefix = ""
        self._name, self._source = name, source

    def path(self, name: str) -> str:
        """The real place of the one file."""
        return str(self._source) if name == self._name else super().path(name)
