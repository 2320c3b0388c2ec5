"""One chart of every kind, of random data with gaps, small samples and periods that are not over; in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from django.utils.translation import get_language

from analytics.charts import (
    COUNT,
    PERCENT,
    SECONDS,
    Chart,
    Column,
    Mark,
    Node,
    Row,
    Series,
    Slot,
    Threshold,
    bars,
    funnel,
    heat_map,
    histogram,
    intervals,
    line,
    money_scale,
    stacked,
    tree,
    triangle,
)

FIRST: Final = date(2026, 10, 20)
DAYS: Final = 33
DRILL: Final = "/payments/?q="
WORDS: Final[dict[str, dict[str, list[str]]]] = {
    "en": {
        "methods": ["Card", "Bank transfer", "Virtual account", "Convenience store", "Carrier billing", "Wallet"],
        "causes": ["Failed", "Declined", "Insufficient funds", "Do not honour", "Authentication", "3DS abandoned", "Technical", "Timeout"],
        "steps": ["Checkout started", "Method chosen", "Submitted", "Paid"],
        "series": ["This period", "Four weeks before", "Cards", "Wallets"],
    },
    "ko": {
        "methods": ["신용·체크카드", "계좌이체", "가상계좌", "편의점 결제", "휴대폰 소액결제", "간편결제"],
        "causes": ["실패", "거절", "잔액 부족", "카드사 승인 거절", "본인인증", "3DS 인증 이탈", "기술 오류", "응답 시간 초과"],
        "steps": ["결제 시작", "결제수단 선택", "결제 요청", "결제 완료"],
        "series": ["이번 기간", "4주 전", "카드", "간편결제"],
    },
    "ja": {
        "methods": ["クレジットカード", "銀行振込", "バーチャル口座", "コンビニ決済", "キャリア決済", "電子マネー"],
        "causes": ["失敗", "拒否", "残高不足", "カード会社による拒否", "本人認証", "3DS認証の離脱", "技術的エラー", "タイムアウト"],
        "steps": ["チェックアウト開始", "決済手段の選択", "送信", "支払い完了"],
        "series": ["今期", "4週間前", "カード", "電子マネー"],
    },
}  # fmt: skip
PROVIDERS: Final = ["Toss Payments", "PortOne", "Stripe", "Adyen", "KOMOJU"]


def charts() -> Iterator[Chart]:
    """Every kind, each with a table of the same marks."""
    words = WORDS[(get_language() or "en")[:2]]
    draw = Random(11)
    yield _chart("line", _line(words, draw), note="2026-11-21")
    yield _chart("hours", _hours(words, draw))
    yield _chart("bars", bars(words["methods"], [_series(name, 6, draw) for name in words["series"][2:]], PERCENT))
    yield _chart("lying", bars(words["methods"], [_money(words, draw)], money_scale("KRW", 0), is_horizontal=True))
    yield _chart("stacked", _stacked(words, draw))
    yield _chart("histogram", _histogram(draw))
    yield _chart("heat-map", heat_map(words["methods"], PROVIDERS, _cells(6, 5, draw)), note="n < 30")
    yield _chart("funnel", funnel(words["steps"], _steps()))
    yield _chart("triangle", _triangle(draw))
    yield _chart("tree", _tree(words))
    yield _chart("intervals", intervals(PROVIDERS, [_spread(name, draw) for name in words["series"][2:]], PERCENT))


def _chart(code: str, figure: dict[str, Any], note: str = "") -> Chart:
    rows = [
        Row([f"{place}", "4.12 %", "1,830"], url=f"{DRILL}{code}-{place}") for place in (FIRST, FIRST + timedelta(1))
    ]
    columns = [Column("2026", is_number=False), Column("%"), Column("n")]
    return Chart(code, code.capitalize(), "4.12 % / 1,830.", figure, columns, rows, "?format=csv", note=note)


def _mark(draw: Random, around: int, url: str = "") -> Mark:
    sample = draw.choice([12, 240, 1_830, 4_100])
    value = max(0, int(draw.gauss(around, around / 6)))
    return Mark(value, sample, url, f"{value / 100:.1f} %", int(value * 0.8), int(value * 1.25))


def _series(name: str, count: int, draw: Random) -> Series:
    return Series(name, [_mark(draw, 420, f"{DRILL}{place}") for place in range(count)])


def _line(words: dict[str, list[str]], draw: Random) -> dict[str, Any]:
    places = [FIRST + timedelta(days=each) for each in range(DAYS)]
    series = []
    for name, around in zip([words["series"][0], *words["series"][2:]], (420, 310, 150), strict=True):
        marks = [_mark(draw, around, f"{DRILL}{place}") for place in places]
        marks[9] = Mark(None)
        marks[-2:] = [Mark(each.value, each.sample, each.url, is_complete=False) for each in marks[-2:]]
        series.append(Series(name, marks))
    before = Series(words["series"][1], [_mark(draw, 380) for _ in places])
    return line(places, series, PERCENT, compared=before)


def _hours(words: dict[str, list[str]], draw: Random) -> dict[str, Any]:
    places = [datetime(2026, 11, 19) + timedelta(hours=each) for each in range(72)]  # noqa: DTZ001 - of the page's zone
    percentiles = (("p50", 900), ("p90", 2_400), ("p95", 3_900), ("p99", 8_200))
    return line(places, [Series(name, [_mark(draw, each) for _ in places]) for name, each in percentiles], SECONDS)


def _money(words: dict[str, list[str]], draw: Random) -> Series:
    values = sorted((draw.randrange(80_000, 9_000_000) for _ in words["methods"]), reverse=True)
    return Series(words["series"][0], [Mark(each, 400, f"{DRILL}{each}", f"{each:,}") for each in values])


def _stacked(words: dict[str, list[str]], draw: Random) -> dict[str, Any]:
    places = [FIRST + timedelta(days=each) for each in range(DAYS)]
    return stacked(
        places,
        [
            Series(
                name,
                [Mark(draw.randrange(20, 400), 400, is_complete=place != places[-1]) for place in places],
            )
            for name in words["methods"]
        ],
    )


def _histogram(draw: Random) -> dict[str, Any]:
    bounds = [int(50 * 1.35**each) for each in range(22)]
    marks = [Mark(int(4_000 / (1 + (each - 9) ** 2 / 6)), 4_000, f"{DRILL}{each}") for each in range(21)]
    thresholds = [Threshold(950, "p50"), Threshold(4_200, "p95"), Threshold(7_000, "7 s")]
    return histogram(bounds, [f"{each / 1000:.2g} s" for each in bounds], marks, thresholds)


def _cells(rows: int, columns: int, draw: Random) -> list[list[Mark | None]]:
    return [
        [_mark(draw, 500, f"{DRILL}{row}-{column}") if draw.random() > 0.12 else None for column in range(columns)]
        for row in range(rows)
    ]


def _steps() -> list[Mark]:
    counts = [18_400, 12_130, 9_870, 9_020]
    return [Mark(each, 18_400, f"{DRILL}{each}", f"{each:,} · {each * 1000 // counts[0] / 10} %") for each in counts]


def _triangle(draw: Random) -> dict[str, Any]:
    months = [f"2026-{each:02d}" for each in range(3, 11)]
    cells: list[list[Mark | None]] = []
    for row in range(8):
        reached = 8 - row
        marks = [_mark(draw, 2_400 // (age + 2), f"{DRILL}{row}-{age}") for age in range(reached)]
        last = marks[-1]
        marks[-1] = Mark(last.value, 900, last.url, last.text, is_complete=False)
        cells.append([*marks, *[None] * (8 - reached)])
    return triangle(months, [f"R{30 * each}" for each in range(1, 9)], cells)


def _tree(words: dict[str, list[str]]) -> dict[str, Any]:
    shape = zip(words["causes"], (0, 1, 2, 2, 1, 2, 1, 2), (900, 520, 320, 200, 260, 260, 120, 18), strict=True)
    slots = (Slot.COMPARED, Slot.FIFTH, Slot.FIFTH, Slot.FIFTH, Slot.SIXTH, Slot.SIXTH, Slot.BAD, Slot.BAD)
    nodes = [
        Node(label, depth, Mark(count, count, f"{DRILL}{place}", f"{count:,}"), slots[place])
        for place, (label, depth, count) in enumerate(shape)
    ]
    return tree(nodes, COUNT)


def _spread(name: str, draw: Random) -> Series:
    marks = []
    for place in range(len(PROVIDERS)):
        value, half = draw.randrange(9_300, 9_900), draw.randrange(20, 90)
        sample = 18 if place == 3 else 2_400
        marks.append(Mark(value, sample, f"{DRILL}{place}", "", value - half, min(10_000, value + half)))
    return Series(name, marks)
