"""One reader under the fuzzer: `python -m tests.fuzz.native.target LAYOUT CORPUS [libFuzzer's options]`.

What is looked for: anything raised beside a refusal, two seconds of processor for a file below a megabyte, and a quick
way of reading that says something else than the careful one, which is how lines get lost without a word.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

INSTRUMENTED: Final = [
    "payments.banks", "payments.cards", "payments.money", "payments.providers", "payments.tabular",
]  # fmt: skip
SECONDS: Final = 2.0


class TooSlow(AssertionError):
    """A small file took longer than a megabyte may."""


class WaysDiffer(AssertionError):
    """The quick way and the careful one do not say the same."""


def _stop(*_: object) -> NoReturn:
    raise TooSlow(f"more than {SECONDS} s of processor for a file below a megabyte")


def main(layout: str, arguments: list[str]) -> None:
    """Fuzz one layout until an option of libFuzzer ends it."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=INSTRUMENTED):
        reading, ways, seeds = (import_module(f"tests.fuzz.{name}") for name in ("reading", "both_ways", "seeds"))
    seed = seeds.seeds()[layout]
    folder = Path(tempfile.mkdtemp())

    def tried(content: bytes) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        reading.read(seed, folder, content)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if difference := ways.differs(seed, folder, content):
            raise WaysDiffer(difference)

    signal.signal(signal.SIGVTALRM, _stop)
    atheris.Setup([sys.argv[0], *arguments], tried)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
