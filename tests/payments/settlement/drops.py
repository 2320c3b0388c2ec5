"""What lies in a drop, and putting something there."""

from __future__ import annotations

from pathlib import Path


def put(root: Path, content: str | bytes, *parts: str) -> Path:
    """A file in the drop."""
    path = root.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lying(root: Path) -> list[str]:
    """Every file in the drop, wherever it lies."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink())
