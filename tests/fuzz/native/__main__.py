"""Every such reader under the fuzzer, one after the other: `python -m tests.fuzz.native SECONDS [LAYOUT …]`.

What breaks a reader is written to `tests/fuzz/corpus/<layout>/`, where every run of the tests reads it again; what only
leads to new places in the code stays below `var/fuzz`, and the next run goes on from there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.fuzz.seeds import Seed, seeds

KEPT: Final = Path(__file__).resolve().parents[1] / "corpus"
CHECKOUT: Final = Path(__file__).resolve().parents[3]
FOUND: Final = Path(os.environ.get("JEONGSAN_VAR", CHECKOUT / "var")) / "fuzz"
EXPAT: Final = ("camt053", "camt054")
JSON: Final = ("toss", "square", "naver", "mollie")
CSV: Final = ("adyen", "stripe", "paypal_activity", "paypal_settlement", "komoju", "konbini", "kakaopay", "gmo")
CSV_OF_BANKS: Final = ("korean_bank", "japanese_bank", "passbook")
REGULAR_EXPRESSIONS: Final = ("ofx", "mt940")
NATIVE: Final = (*EXPAT, *JSON, *CSV, *CSV_OF_BANKS, *REGULAR_EXPRESSIONS)
"""Layouts whose bytes go through expat, orjson and json, csv or long regular expressions, before our code sees them."""
LONGEST: Final = 64 * 1024
"""Bytes of a file the fuzzer makes up."""
HANG: Final = 3600
"""Seconds on the clock, for what never comes back from C: what is slow is judged by the processor."""
_WORD: Final = re.compile(rb"</?[A-Za-z][\w:.]{1,30}>|\"\w{2,30}\":|(?<=[,;\t])[A-Za-z][\w -]{1,20}(?=[,;\t])")
_WORDS: Final = 200


def fuzzed(seed: Seed, seconds: int) -> bool:
    """Fuzz one reader; whether nothing was found."""
    corpus, kept = FOUND / seed.layout, KEPT / seed.layout
    corpus.mkdir(parents=True, exist_ok=True)
    kept.mkdir(exist_ok=True)
    (corpus / "seed").write_bytes(seed.content)
    words = FOUND / f"{seed.layout}.words"
    found = dict.fromkeys(word for word in _WORD.findall(seed.content) if b"\\" not in word)
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in list(found)[:_WORDS]))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.fuzz.native.target", seed.layout, str(corpus), str(kept)),
            *(f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANG}"),
            *([f"-dict={words}"] if words.stat().st_size else ()),
            *(f"-artifact_prefix={kept}/found-", "-print_final_stats=1", "-verbosity=1", "-rss_limit_mb=2048"),
        ],
        cwd=CHECKOUT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    tries = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    said = f"{tries[1]} files tried" if tries else done.stderr[-2000:]
    sys.stdout.write(f"{seed.layout:20} {'nothing found' if done.returncode == 0 else 'FOUND'}, {said}\n")
    if done.returncode:
        sys.stdout.write(done.stdout[-4000:] + done.stderr[-1500:] + "\n")
    sys.stdout.flush()
    return done.returncode == 0


def _escaped(word: bytes) -> str:
    return "".join(chr(each) if chr(each).isalnum() else f"\\x{each:02x}" for each in word)


if __name__ == "__main__":
    limit, wanted = int(sys.argv[1]), sys.argv[2:] or NATIVE
    results = [fuzzed(seeds()[layout], limit) for layout in wanted]
    sys.exit(not all(results))
