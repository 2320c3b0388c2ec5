"""Where real files are that are not ours to ship."""

from __future__ import annotations

import os
from pathlib import Path

from config.settings.environment import CHECKOUT


def real_batch() -> Path | None:
    """Adyen's example of a settlement details report, batch 238, or None where there are no samples."""
    folder = Path(os.environ.get("JEONGSAN_SAMPLES", CHECKOUT.parent / "shared" / "samples"))
    path = folder / "adyen" / "settlement_detail_report_batch_238.csv"
    return path if path.is_file() else None
