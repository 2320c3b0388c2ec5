"""One reader over one file, as a process of its own: `python -m tests.bench.reading TERMS.json`; what it took as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from payments.banks import registry as banks
from payments.facts import ReadingTerms, SourceFile
from payments.providers import registry as providers
from tests.bench.memory import peak_megabytes


def measured(told: dict[str, Any]) -> dict[str, Any]:
    """Facts, refused rows, processor seconds and the most memory in megabytes."""
    path = Path(told["path"])
    adapters: Any = banks.ADAPTERS if told["is_bank"] else providers.ADAPTERS
    terms = ReadingTerms(told["zone"], tuple(told["currencies"]), told["mapping"])
    started = time.process_time()
    reading = adapters[told["adapter"]].read(SourceFile(path, told["name"], path.stat().st_size), terms)
    facts = sum(1 for _ in reading)
    reading.statements()
    # Residuals that the simulator plants contradict nothing: they open a break.
    is_whole = all(check.is_met or not check.is_refusing for check in reading.checks())
    return {
        "facts": facts, "problems": reading.problems.count, "is_whole": is_whole,
        "seconds": time.process_time() - started,
        "megabytes": peak_megabytes(),
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(json.loads(Path(sys.argv[1]).read_text()))) + "\n")
