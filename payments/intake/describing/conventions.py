"""Whether a file's units, signs, zone and order of day and month are as it was read: judged from counts, with why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from payments.intake.describing.values import other_order
from payments.tabular.instants import zone_named
from payments.wording import translatable

FEWEST: Final = 3
"""Lines that our ledger must know before anything is said."""
MOST: Final = 0.8
"""Share of them that another convention must explain."""
ZONES: Final = (
    "UTC", "Asia/Seoul", "Asia/Tokyo", "Europe/Amsterdam", "Europe/London", "America/New_York", "America/Los_Angeles",
    "Asia/Shanghai", "Asia/Singapore", "Asia/Kolkata", "Australia/Sydney",
)  # fmt: skip

WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
ODD_DISTANCES: Final = (timedelta(hours=5, minutes=45), timedelta(hours=8, minutes=45), timedelta(hours=12, minutes=45))
"""Nepal, Eucla and the Chatham Islands; every other clock is whole or half hours from UTC."""

AGREES: Final = translatable("%(equal)s of %(known)s lines that our ledger knows equal it as they stand.")
UNKNOWN: Final = translatable(
    "Our ledger knows none of the %(lines)s lines by these references, so units, signs and times can’t be checked."
)
MINOR: Final = translatable(
    "%(other)s of %(known)s lines would equal a movement of our ledger if the amounts were the smallest units; "
    "%(equal)s do as they stand."
)
MAJOR: Final = translatable(
    "%(other)s of %(known)s lines would equal a movement of our ledger if the amounts were whole units; "
    "%(equal)s do as they stand."
)
HUNDREDTHS: Final = translatable(
    "%(other)s of %(known)s lines would equal a movement of our ledger if the amounts were hundredths; "
    "%(equal)s do as they stand. Ask the provider for a file in whole units."
)
REFUNDS_UNSIGNED: Final = translatable(
    "%(other)s of %(known)s lines equal a movement of our ledger but for the sign, and are refunds there: "
    "amounts seem to have no sign of their own."
)
SIGNS_TURNED: Final = translatable(
    "%(other)s of %(known)s lines would equal a movement of our ledger with the other sign; %(equal)s do as they stand."
)
ZONE_OFF: Final = translatable(
    "%(other)s of %(known)s lines are %(hours)s hours away from their movement in our ledger, as if the times were of "
    "the zone %(zone)s; %(equal)s agree as they stand."
)
DAYS_TURNED: Final = translatable(
    "%(other)s of %(known)s lines would be near their movement in our ledger with day and month the other way round; "
    "%(equal)s are as they stand."
)
FEES_NEGATIVE: Final = translatable(
    "On %(other)s of %(known)s sales the fee would be given to us: fees seem to be written as deductions."
)
FEES_TURNED: Final = translatable(
    "On %(other)s of %(known)s sales the fee would be given to us: fees seem to be written as costs."
)
FEES_WITH_VAT: Final = translatable(
    "On %(other)s of %(known)s lines the fee is the contract’s with its VAT, on %(equal)s without: "
    "the fee column seems to hold the VAT too."
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, of lines; each alternative beside what stands."""

    lines: int = 0
    known: int = 0
    """Lines whose reference a movement of our ledger has, in the same currency."""
    equal: int = 0
    smaller: int = 0
    """Would be equal a power of ten smaller: the smallest units, or hundredths of a currency that has none."""
    larger: int = 0
    turned: int = 0
    """Equal but for the sign."""
    turned_refunds: int = 0
    """Of these, refunds in our ledger that the file writes positive."""
    timed: int = 0
    """Known lines with a time."""
    on_time: int = 0
    off_quarters: int = 0
    """By how many quarters of an hour most others are early (negative) or late."""
    off: int = 0
    """How many lines are off by that."""
    off_at: datetime | None = None
    """When one of them happened, in our ledger."""
    dated: int = 0
    near: int = 0
    """Lines within a few days of their movement."""
    near_turned: int = 0
    """Those that would be, with day and month the other way round."""
    costs: int = 0
    """Sales with a fee that is withheld."""
    gifts: int = 0
    """Sales with a fee that is given to us."""
    contract: int = 0
    """Lines whose fee a contract can be asked about, and which state VAT."""
    contract_without: int = 0
    contract_with: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """How the lines were read: what a mapping says, or the format itself."""

    is_mapped: bool
    units: str = "major"
    has_decimals: bool = True
    """Whether the currency has smaller units than whole ones."""
    fee_signs: str = "cost"
    has_kinds: bool = False
    zone: str = "UTC"
    """Of times without a distance to UTC."""
    date_format: str = ""
    time_format: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found."""

    template: str
    """A msgid."""
    values: Mapping[str, str] = field(default_factory=dict)
    setting: str = ""
    """The field of the mapping that would mend it, and its value: `units:minor`; '' where none would."""
    is_doubt: bool = True
    """False: it is as it should be."""


def judge(counts: Counts, read: Read) -> list[Finding]:
    """What the counts say against how the lines were read, the surest first; empty where too little is known."""
    found = [*_amounts(counts, read), *_times(counts, read), *_days(counts, read), *_fees(counts, read)]
    if not read.is_mapped:
        found = [Finding(each.template, each.values, "", each.is_doubt) for each in found]
    return found


def _amounts(counts: Counts, read: Read) -> Iterator[Finding]:
    if counts.known < FEWEST:
        if counts.lines >= FEWEST and not counts.known:
            yield Finding(UNKNOWN, {"lines": str(counts.lines)}, is_doubt=False)
        return
    if counts.equal >= MOST * counts.known:
        yield Finding(AGREES, _values(counts.known, counts.equal), is_doubt=False)
    elif _wins(counts.smaller, counts):
        template = MINOR if read.has_decimals else HUNDREDTHS
        yield Finding(template, _values(counts.known, counts.equal, counts.smaller), _set("units", "minor", read))
    elif _wins(counts.larger, counts):
        yield Finding(MAJOR, _values(counts.known, counts.equal, counts.larger), _set("units", "major", read))
    elif _wins(counts.turned, counts):
        yield Finding(SIGNS_TURNED, _values(counts.known, counts.equal, counts.turned))
    if FEWEST <= counts.turned_refunds < MOST * counts.known or (counts.turned_refunds and counts.equal):
        setting = "amount_signs:by_kind" if read.has_kinds else ""
        yield Finding(REFUNDS_UNSIGNED, _values(counts.known, counts.equal, counts.turned_refunds), setting)


def _wins(other: int, counts: Counts) -> bool:
    return other >= MOST * counts.known and 2 * counts.equal < other


def _set(name: str, value: str, read: Read) -> str:
    return f"{name}:{value}" if read.has_decimals and getattr(read, name) != value else ""


def _times(counts: Counts, read: Read) -> Iterator[Finding]:
    if counts.timed < FEWEST or counts.off < MOST * counts.timed or not counts.off_quarters:
        return
    zone = true_zone(read.zone, counts.off_quarters, counts.off_at or datetime.now(UTC))
    if not zone:
        return
    hours = f"{abs(counts.off_quarters) / 4:g}"
    values = _values(counts.timed, counts.on_time, counts.off) | {"hours": hours, "zone": zone}
    yield Finding(ZONE_OFF, values, f"zone:{zone}")


def true_zone(zone: str, off_quarters: int, moment: datetime) -> str:
    """The zone in which times read in `zone` would agree: a name where one fits at that moment, else a distance.

    '' where no clock on earth goes so: then the times are late, as those of a batch are, and not of another zone.
    """
    read_as = moment.astimezone(zone_named(zone, "UTC")).utcoffset() or timedelta()
    distance = read_as + off_quarters * timedelta(minutes=15)
    for name in ZONES:
        if moment.astimezone(ZoneInfo(name)).utcoffset() == distance:
            return name
    if (distance % timedelta(minutes=30) and distance not in ODD_DISTANCES) or not WEST <= distance <= EAST:
        return ""
    minutes = int(abs(distance).total_seconds() // 60)
    return f"{'-' if distance < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _days(counts: Counts, read: Read) -> Iterator[Finding]:
    if counts.dated < FEWEST or counts.near_turned < MOST * counts.dated or 2 * counts.near > counts.near_turned:
        return
    values = _values(counts.dated, counts.near, counts.near_turned)
    for name in ("time_format", "date_format"):
        turned = other_order(getattr(read, name))
        if turned:
            yield Finding(DAYS_TURNED, values, f"{name}:{turned}")
            return
    yield Finding(DAYS_TURNED, values)


def _fees(counts: Counts, read: Read) -> Iterator[Finding]:
    sales = counts.costs + counts.gifts
    if sales >= FEWEST and counts.gifts >= MOST * sales:
        template, way = (FEES_TURNED, "cost") if read.fee_signs == "deduction" else (FEES_NEGATIVE, "deduction")
        yield Finding(template, _values(sales, counts.costs, counts.gifts), f"fee_signs:{way}")
    if counts.contract >= FEWEST and counts.contract_with >= MOST * counts.contract > 2 * counts.contract_without:
        values = _values(counts.contract, counts.contract_without, counts.contract_with)
        yield Finding(FEES_WITH_VAT, values, "fee_includes_vat:true")


def _values(known: int, equal: int, other: int = 0) -> dict[str, str]:
    return {"known": f"{known:,}", "equal": f"{equal:,}", "other": f"{other:,}"}
