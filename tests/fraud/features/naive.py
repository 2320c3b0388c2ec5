"""Every feature once more, in plain Python over lists: slow, and written from the words of the catalogue alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from fraud.features.models import KeyKind, Sighting
from fraud.features.reference import ratio_of
from fraud.features.subjects import Subject
from fraud.labels.models import Label
from payments.methods.models import MethodFamily

WINDOWS = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
COLUMNS = {
    "customer": "customer_id", "instrument": "instrument", "device": "device", "ip": "ip", "email": "email",
    "address": "address",
}  # fmt: skip


def floor_hour(instant: datetime) -> datetime:
    """The hour an instant falls into."""
    return instant.replace(minute=0, second=0, microsecond=0)


@dataclass
class World:
    """All that was ever seen and told."""

    seen: Sequence[Sighting]
    labels: Sequence[Label]
    zone: str

    def features(self, of: Subject) -> dict[str, int | None]:
        """By name."""
        found = self._payment(of) | self._shop(of)
        for kind, column in COLUMNS.items():
            found |= self._kind(of, kind, column)
        return found | self._usual(of) | self._new(of)

    def _others(self, of: Subject) -> list[Sighting]:
        before = [each for each in self.seen if each.at < of.as_of and each.payment_id != of.payment_id]
        return sorted(before, key=lambda each: (each.at, each.attempt_id), reverse=True)

    def _newest(self, of: Subject, column: str) -> list[Sighting]:
        key = getattr(of, column)
        since = of.as_of - WINDOWS["30d"]
        return [each for each in self._others(of) if each.at >= since and getattr(each, column) == key][:256]

    def _payment(self, of: Subject) -> dict[str, int | None]:
        local = of.as_of.astimezone(ZoneInfo(self.zone))
        own = [
            each for each in self.seen
            if each.payment_id == of.payment_id and each.attempt_id != of.attempt_id and each.at < of.as_of
        ]  # fmt: skip
        families = ["", *MethodFamily.values]
        return {
            "amount": int(of.amount * ratio_of(of.currency)),
            "hour": local.hour,
            "weekday": local.weekday(),
            "is_weekend": int(local.weekday() in (5, 6)),
            "is_night": int(local.hour < 7),
            "method_family": families.index(of.method_family) or None,
            "installment_months": of.installment_months,
            "own_attempts": len(own),
            "own_failed": len([each for each in own if each.failed_at and each.failed_at < of.as_of]),
            "is_ip_elsewhere": differs(of.ip_country, of.card_country),
            "is_shipping_elsewhere": differs(of.country, of.card_country),
            "is_ip_far_from_shipping": differs(of.ip_country, of.country),
        }

    def _kind(self, of: Subject, kind: str, column: str) -> dict[str, int | None]:
        key = getattr(of, column)
        failed = ("1h", "1d", "30d") if kind == "ip" else ("1d", "30d")
        names = [f"{kind}_count_{window}" for window in WINDOWS] + [f"{kind}_failed_{window}" for window in failed]
        distinct = {
            "customer": (("instruments", "instrument"), ("devices", "device")),
            "device": (("instruments", "instrument"), ("customers", "customer_id")),
            "ip": (("instruments_1h", "instrument"), ("customers", "customer_id")),
        }.get(kind, (("customers", "customer_id"),))
        if key is None:
            names += [f"{kind}_{name}" for name, _ in distinct]
            names += [f"{kind}_age", f"{kind}_gap", f"{kind}_frauds", f"{kind}_disputes"]
            return dict.fromkeys(names + (["customer_refunds"] if kind == "customer" else []))
        found: dict[str, int | None] = {}
        newest = self._newest(of, column)
        for window, span in WINDOWS.items():
            inside = [each for each in newest if each.at >= of.as_of - span]
            known = [each for each in inside if each.failed_at and each.failed_at < of.as_of]
            found[f"{kind}_count_{window}"] = len(inside)
            found[f"{kind}_failed_{window}"] = len(known)
            if kind == "ip" and window != "1h":
                end = floor_hour(of.as_of)
                mine = [each for each in self.seen if each.ip == key]
                found[f"ip_count_{window}"] = within([each.at for each in mine], end, span)
                found[f"ip_failed_{window}"] = within([each.failed_at for each in mine], end, span)
        for name, other in distinct:
            since = of.as_of - WINDOWS["1h" if name.endswith("_1h") else "30d"]
            values = {getattr(each, other) for each in newest if each.at >= since}
            found[f"{kind}_{name}"] = len(values - {None})
        ever = [each.at for each in self._others(of) if getattr(each, column) == key]
        found[f"{kind}_age"] = int((of.as_of - min(ever)).total_seconds()) if ever else None
        found[f"{kind}_gap"] = int((of.as_of - newest[0].at).total_seconds()) if newest else None
        found[f"{kind}_frauds"] = self._told(of, KeyKind[kind.upper()], column, self._frauds())
        found[f"{kind}_disputes"] = self._told(of, KeyKind[kind.upper()], column, self._disputes())
        if kind == "customer":
            refunds = {each.payment_id: each.refunded_at for each in self.seen if each.refunded_at}
            found["customer_refunds"] = self._told(of, KeyKind.CUSTOMER, column, refunds)
        return {
            name: value for name, value in found.items() if name in set(names) or not name.startswith(f"{kind}_failed")
        }

    def _frauds(self) -> dict[int, datetime]:
        first: dict[int, datetime] = {}
        for label in sorted(self.labels, key=lambda each: each.pk):
            if label.is_fraud:
                first.setdefault(label.payment_id, label.observed_at)
        return first

    def _disputes(self) -> dict[int, datetime]:
        first: dict[int, datetime] = {}
        for label in sorted(self.labels, key=lambda each: each.pk):
            if label.source == 1 and label.is_fraud is not False:
                first.setdefault(label.payment_id, label.observed_at)
        return first

    def _told(self, of: Subject, kind: KeyKind, column: str, told: dict[int, datetime]) -> int:
        concerned = {each.payment_id for each in self.seen if getattr(each, column) == getattr(of, column)}
        delayed = floor_hour(of.as_of - timedelta(days=7))
        return within([told[each] for each in concerned if each in told], delayed, timedelta(days=365))

    def _shop(self, of: Subject) -> dict[str, int | None]:
        mine = [each for each in self.seen if each.shop == of.shop and of.shop is not None]
        end, delayed = floor_hour(of.as_of), floor_hour(of.as_of - timedelta(days=7))
        frauds = self._frauds()
        at = [frauds[each] for each in {each.payment_id for each in mine} if each in frauds]
        found: dict[str, int | None] = {}
        for window in ("1d", "7d", "30d"):
            count = within([each.at for each in mine], end, WINDOWS[window])
            later = within([each.at for each in mine], delayed, WINDOWS[window])
            known = within(at, delayed, WINDOWS[window])
            is_told = of.shop is not None
            found[f"shop_count_{window}"] = count if is_told else None
            found[f"shop_count_delayed_{window}"] = later if is_told else None
            found[f"shop_frauds_{window}"] = known * 1_000_000 // later if later else None
        hour = within([each.at for each in mine], end, WINDOWS["1h"])
        found["shop_count_1h"] = hour if of.shop is not None else None
        day = within([each.at for each in mine], end, WINDOWS["1d"])
        failed = within([each.failed_at for each in mine], end, WINDOWS["1d"])
        found["shop_failed_1d"] = failed * 1_000_000 // day if day else None
        return found

    def _usual(self, of: Subject) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for kind, windows in (("customer", ("1d", "7d", "30d")), ("instrument", ("30d",))):
            newest = self._newest(of, COLUMNS[kind]) if getattr(of, COLUMNS[kind]) is not None else []
            for window in windows:
                amounts = [
                    each.amount for each in newest
                    if each.at >= of.as_of - WINDOWS[window] and each.currency == of.currency
                ]  # fmt: skip
                ratio = of.amount * 10_000 * len(amounts) // sum(amounts) if sum(amounts) else None
                found[f"{kind}_amount_ratio_{window}"] = ratio
                if kind == "customer":
                    mean = Fraction(sum(amounts), len(amounts)) * ratio_of(of.currency) if amounts else None
                    found[f"customer_mean_{window}"] = None if mean is None else int(mean)
            if kind == "customer":
                largest = max((each.amount for each in newest if each.currency == of.currency), default=0)
                found["customer_amount_to_max_30d"] = of.amount * 10_000 // largest if largest else None
        return found

    def _new(self, of: Subject) -> dict[str, int | None]:
        newest = self._newest(of, "customer_id") if of.customer_id is not None else []
        found: dict[str, int | None] = {}
        for name in ("instrument", "device", "address", "network", "bin"):
            value = getattr(of, name)
            is_told = value not in (None, "") and bool(newest)
            found[f"is_new_{name}"] = int(value not in {getattr(each, name) for each in newest}) if is_told else None
        return found


def within(instants: Sequence[datetime | None], until: datetime, span: timedelta) -> int:
    """How many fall into the hours of a span that ends at a whole hour."""
    return len([each for each in instants if each is not None and until - span <= floor_hour(each) < until])


def differs(one: str, other: str) -> int | None:
    """Whether two countries differ; None when one is not told."""
    return int(one != other) if one and other else None
