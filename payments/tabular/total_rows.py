"""Tells rows that add the others up (합계, 合計, Total) from those nobody can read, and says what to do about them."""

import json
import re
from collections.abc import Sequence
from typing import Final

from payments.facts import Problem
from payments.tabular.amounts import shown
from payments.wording import translatable

TOTAL_ROW: Final = translatable(
    "This row adds the others up (“%(word)s”); it is no line of its own. Give the mapping the further key %(key)s, and "
    "such rows are passed over. Under “trailer” instead of “skip_rows” the file is held against the total as well."
)
_SEPARATORS: Final = re.compile(r"[\s:：._\-*【】\[\]()（）]+")
_LONGEST: Final = 40
WORDS: Final = frozenset(
    {"합계", "총계", "총합계", "소계", "누계", "계", "합계금액", "合計", "総合計", "総計", "小計", "計", "合計金額"}
    | {"total", "totals", "grandtotal", "sum", "subtotal", "summe", "gesamt", "gesamtsumme", "totaal", "totale"}
)


def is_total(cell: str) -> bool:
    """Whether a cell is the name of a row that adds the others up."""
    return len(cell) <= _LONGEST and _SEPARATORS.sub("", cell).casefold() in WORDS


def total_row(cells: Sequence[str], header: Sequence[str]) -> Problem | None:
    """What to do about a row that adds the others up, which its first word tells; None where a row is none."""
    place = next((place for place, cell in enumerate(cells) if cell.strip()), None)
    if place is None or not is_total(cells[place]):
        return None
    word = cells[place].strip()
    name = header[place] if place < len(header) else ""
    rule = {"skip_rows": {"column": name if header.count(name) == 1 and name else place + 1, "values": [word]}}
    return Problem(TOTAL_ROW, {"word": shown(word), "key": json.dumps(rule, ensure_ascii=False)}, field=name)
