"""What machines invent against the API and the door: requests of the schema at random, and card data in every spelling."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Final

from config.settings.environment import CHECKOUT
from tests.bench.figures import Figure, exactly, told
from tests.bench.ground import Ground

SCHEMA: Final = "tests/payments/intake/api/test_schema.py"
CARD_DATA: Final = ("tests/payments/intake/api/test_card_data.py", "tests/payments/intake/test_masking.py")
REQUESTS: Final = 60
"""Of each operation; the suite asks twenty."""
OPEN_GUARD: Final = "tests.bench.storms.open_guard"


def measure(ground: Ground) -> list[Figure]:
    """Ask much more than the suite does; an API that looks at nothing must fail."""
    asked, refused = _run(ground, SCHEMA, "-k", "breaks")
    spelt, kept = _run(ground, *CARD_DATA)
    _, planted = _run(ground, CARD_DATA[0], "-p", OPEN_GUARD)
    return [
        exactly("abuse.broken", refused, 0, "tests", f"{REQUESTS} requests of each operation, valid and broken"),
        exactly("abuse.card_data_kept", kept, 0, "tests", "stored or logged, or a reference taken for a card"),
        told("abuse.passed", asked + spelt, "tests"),
        exactly("abuse.planted_seen", float(planted > 0), 1, "", f"{planted} tests fail when nobody looks"),
    ]


def _run(ground: Ground, *arguments: str) -> tuple[int, int]:
    """Run tests in a process of their own; how many passed, and how many failed."""
    environment = ground.environment("abuse") | {"SCHEMATHESIS_EXAMPLES": str(REQUESTS)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--ds=config.settings.test", "-p", "no:cacheprovider", *arguments],
        cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    last = done.stdout.strip().splitlines()[-1]
    passed, failed, errors = (
        int(found[1]) if (found := re.search(rf"(\d+) {word}", last)) else 0 for word in ("passed", "failed", "error")
    )
    if not passed + failed + errors:
        raise RuntimeError(f"no test ran: {done.stdout[-2000:]}")
    return passed, failed + errors
