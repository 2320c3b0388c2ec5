"""How one buyer goes through a checkout: which steps, tries that fail and why, waits, and when it is paid or left."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final, TypeVar
from zlib import crc32
from zoneinfo import ZoneInfo

from payments.simulator import refusals
from payments.simulator.chance import chance, letters
from payments.simulator.incidents import Calendar, Incident, Kind
from payments.simulator.instruments import card_of
from payments.simulator.journeys import PATIENCE, VOUCHER_LIFE, VOUCHERS, End, Journey, Try, Wish, ceiled
from payments.simulator.latencies import TIMEOUT, latency
from payments.simulator.refusals import Refusal

_FAILED_FIRST: Final = {"card": 0.10, "carrier-billing": 0.12, "ideal": 0.05, "virtual-account": 0.0,
                        "convenience-store": 0.004}  # fmt: skip
_USUALLY_FAILED_FIRST: Final = 0.07
_COMES_BACK: Final = 0.045
_COMES_BACK_AFTER_FAILURE: Final = 0.2
_LATE_SHARE: Final = 0.05
"""Of vouchers in Japan: paid after they lapsed."""
_PAID_DEVICES: Final = (("mobile", "desktop", "tablet"), (58, 36, 6))
_LEFT_DEVICES: Final = (("mobile", "desktop", "tablet"), (73, 22, 5))
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SLOWER: Final = 6.0
_ZEROS: Final = 10
"""How many times too high a wrong price is."""

_ENDS: Final = ((End.AT_START, End.AT_METHOD, End.REFUSED), (48, 28, 24))
_VOUCHER_ENDS: Final = ((End.AT_START, End.AT_METHOD, End.LAPSED), (24, 18, 58))
_BOT_ENDS: Final = ((End.AT_START, End.AT_METHOD, End.REFUSED), (86, 11, 3))
_PRICE_ENDS: Final = ((End.AT_START, End.AT_METHOD, End.REFUSED), (60, 30, 10))


def walk(wish: Wish, calendar: Calendar) -> Journey:
    """Return what becomes of a wish; also whoever would pay may be kept from it by an incident."""
    return _Way(wish, calendar).to_its_end()


class _Way:
    """The walk itself; `at` is where the clock stands."""

    def __init__(self, wish: Wish, calendar: Calendar) -> None:
        self.wish, self.calendar = wish, calendar
        self.zone = ZoneInfo(wish.plan.zone)
        self.luck = chance(wish.seed, "journey", wish.plan.code, wish.reference)
        self.at = wish.started_at
        self.is_voucher = wish.method in VOUCHERS
        # Whoever pays has one device; a whole generator for that would cost a twentieth of the simulation.
        habit = crc32(f"{wish.seed}|{wish.customer}".encode()) / 2**32
        card = card_of(wish.seed, wish.plan.country, wish.customer, wish.brand)
        device = _one_of(habit, _PAID_DEVICES) if wish.will_pay else _one_of(self.luck.random(), _LEFT_DEVICES)
        self.journey = Journey(wish, End.PAID, device, wish.amount, card)

    def to_its_end(self) -> Journey:
        self._step("started")
        end = self._start()
        self.journey.end = end
        self._pass(38, 0.8)
        if end is not End.AT_START:
            self._step("method_selected")
            self._pass(22, 0.7)
            self._after_the_method(end)
        if self.journey.end not in (End.PAID, End.LAPSED):
            self.journey.steps.append((ceiled(self.at + PATIENCE), "abandoned", ""))
        return self.journey

    def _after_the_method(self, end: End) -> None:
        if end is End.REFUSED:
            self._be_refused()
        elif end is not End.AT_METHOD:
            self._pay(will_lapse=end is End.LAPSED)

    def _start(self) -> End:
        """Where it will end, as far as that is decided before anything is tried."""
        luck, wish = self.luck, self.wish
        if wish.campaign:
            return _one_of(luck.random(), _BOT_ENDS)
        natural = End.PAID if wish.will_pay else _one_of(luck.random(), _VOUCHER_ENDS if self.is_voucher else _ENDS)
        for incident in self._at(self.at):
            dice = luck.random()
            if incident.kind is Kind.METHOD_OFF and incident.method == wish.method:
                return End.AT_START
            if incident.kind is Kind.MOBILE_BROKEN and self.journey.device == incident.device and dice < 0.9:
                return End.AT_START
            if incident.kind is Kind.PRICE_ERROR and dice < 0.6:
                self.journey.amount, self.journey.wrong_sku = wish.amount * _ZEROS, incident.sku
                return End.AT_METHOD if self.is_voucher else _one_of(luck.random(), _PRICE_ENDS)
        return natural

    def _at(self, moment: datetime) -> list[Incident]:
        return self.calendar.at(self.wish.plan.country, self.wish.plan.code, moment)

    def _step(self, name: str) -> None:
        self.journey.steps.append((self.at, name, "" if name == "started" else self.wish.method))

    def _pass(self, median_seconds: float, spread: float) -> None:
        seconds = min(1_500.0, self.luck.lognormvariate(math.log(median_seconds), spread))
        self.at += timedelta(milliseconds=round(seconds * 1_000))

    def _pay(self, *, will_lapse: bool) -> None:
        """Failed tries, perhaps a pause of hours or days, and the try that pays or the voucher."""
        luck = self.luck
        is_failing = luck.random() < _FAILED_FIRST.get(self.wish.method, _USUALLY_FAILED_FIRST)
        if is_failing:
            self._fail(luck.choice((1, 1, 1, 2)))
        if not self.is_voucher:
            self._pause(_COMES_BACK_AFTER_FAILURE if is_failing else _COMES_BACK)
        obstacle = self._obstacle()
        if obstacle is End.AT_METHOD:
            self.journey.end = End.AT_METHOD
        elif isinstance(obstacle, Refusal):
            self._be_refused()
        else:
            self._step("submitted")
            self._settle(will_lapse=will_lapse or obstacle is End.LAPSED)

    def _pause(self, share: float) -> None:
        if self.luck.random() >= share:
            return
        shortest, longest = self.luck.choices(((1.05, 6), (6, 24), (24, 150)), weights=(45, 30, 25))[0]
        abandoned_at = ceiled(self.at + PATIENCE)
        self.at += timedelta(seconds=round(self.luck.uniform(shortest, longest) * 3_600))
        self.journey.steps.append((abandoned_at, "abandoned", ""))
        self._step("method_selected")
        self._pass(20, 0.6)

    def _be_refused(self) -> None:
        self.journey.end = End.REFUSED
        self._fail(self.luck.choice((1, 1, 1, 2, 2, 3)))
        if not self.journey.tries:
            self.journey.end = End.AT_METHOD

    def _fail(self, count: int) -> None:
        for _ in range(count):
            obstacle = self._obstacle()
            if obstacle is End.AT_METHOD:
                return
            natural = refusals.refusal_for(self.wish.plan.code, self.wish.method, self.luck)
            self._step("submitted")
            self._send(obstacle if isinstance(obstacle, Refusal) else natural)
            self._pass(35, 0.7)

    def _obstacle(self) -> Refusal | End | None:
        """What keeps a try from succeeding at this moment."""
        wish, dice = self.wish, self.luck.random()
        for incident in self._at(self.at):
            match incident.kind:
                case Kind.PROVIDER_OUTAGE if dice < 0.93:
                    return refusals.TIMEOUT
                case Kind.BIN_DECLINING if self.journey.card and self.journey.card.bin == incident.bin and dice < 0.94:
                    return refusals.declined_by_issuer()
                case Kind.AUTHENTICATION_BROKEN if wish.method == incident.method and dice < 0.88:
                    return refusals.NOT_AUTHENTICATED if dice < 0.6 else refusals.LEFT
                case Kind.FUNDS_WAVE if wish.method in ("card", "toss-pay") and dice < 0.38:
                    return refusals.empty_account(wish.method)
                case Kind.VOUCHERS_UNSENT if wish.method == incident.method and dice < 0.78:
                    return End.LAPSED
                case Kind.METHOD_OFF if wish.method == incident.method:
                    return End.AT_METHOD
        return None

    def _settle(self, *, will_lapse: bool) -> None:
        if not self.is_voucher:
            self._send(None)
            return
        requested_at = self.at
        responded_at = requested_at + self._latency(requested_at)
        self.journey.expires_at = expires_at = ceiled(responded_at + VOUCHER_LIFE)
        if will_lapse:
            self.journey.end, paid_at = End.LAPSED, None
            self.journey.steps.append((expires_at, "abandoned", ""))
        else:
            paid_at = self._voucher_paid_at(responded_at, expires_at)
            self.journey.paid_at = paid_at
            self.journey.steps.append((paid_at, "paid", self.wish.method))
        self.journey.tries.append(
            Try(self.wish.payment_reference, requested_at, responded_at, paid_at, is_waiting=True)
        )

    def _voucher_paid_at(self, issued_at: datetime, expires_at: datetime) -> datetime:
        if self.wish.plan.code == "sbps" and self.luck.random() < _LATE_SHARE:
            return expires_at + timedelta(seconds=self.luck.randint(600, 100_000))
        hours = min(46.0, 0.1 + self.luck.lognormvariate(math.log(6.5), 1.1))
        return ceiled(issued_at + timedelta(seconds=round(hours * 3_600)))

    def _latency(self, asked_at: datetime) -> timedelta:
        is_slow = any(each.kind is Kind.SLOW_PROVIDER for each in self._at(asked_at))
        return latency(self.wish.plan.code, self.zone, asked_at, self.luck, _SLOWER if is_slow else 1.0)

    def _send(self, refusal: Refusal | None) -> None:
        """One try: the answer, the buyer's part where they are asked, and the end. The clock stands at its end."""
        requested_at, luck = self.at, self.luck
        is_on_card = self.journey.card is not None
        dice = luck.random()
        is_waiting = not is_on_card or dice < 0.38
        if refusal is refusals.TIMEOUT:
            is_waiting, responded_at = False, requested_at + TIMEOUT
            finished_at = responded_at
        else:
            responded_at = requested_at + self._latency(requested_at)
            is_waiting = is_waiting or (refusal is not None and refusal.is_authentication)
            waited = self._waited(refusal) if is_waiting else timedelta()
            finished_at = responded_at + waited
            if is_waiting and refusal is not refusals.LEFT:
                finished_at += self._latency(finished_at)
        outcome = ""
        if is_on_card and refusal is not refusals.TIMEOUT:
            is_failed = refusal is not None and refusal.is_authentication
            outcome = "failed" if is_failed else "authenticated" if dice < 0.7 else "not_supported"
        self.at = finished_at
        if refusal is None:
            self._paid(finished_at)
            if not is_on_card:
                finished_at = self.journey.paid_at or finished_at
        reference = self._reference() if refusal else self.wish.payment_reference
        self.journey.tries.append(Try(reference, requested_at, responded_at, finished_at, is_waiting, refusal, outcome))
        self._send_again(requested_at)

    def _waited(self, refusal: Refusal | None) -> timedelta:
        """How long the buyer takes; an authentication that nobody finishes runs out after ten minutes."""
        if refusal is refusals.LEFT:
            return timedelta(minutes=10)
        seconds = min(420.0, self.luck.lognormvariate(math.log(26), 0.6))
        return timedelta(milliseconds=round(seconds * 1_000))

    def _paid(self, finished_at: datetime) -> None:
        # At Adyen a card is captured some seconds after it was authorized.
        delay = self.luck.randint(1, 20) if self.journey.card else 0
        self.journey.paid_at = paid_at = ceiled(finished_at) + timedelta(seconds=delay)
        self.journey.steps.append((paid_at, "paid", self.wish.method))

    def _send_again(self, requested_at: datetime) -> None:
        """The same request once more, when the checkout sends everything twice."""
        if not any(each.kind is Kind.DOUBLE_SUBMIT for each in self._at(requested_at)):
            return
        again_at = requested_at + timedelta(milliseconds=self.luck.randint(120, 400))
        ended_at = again_at + self._latency(again_at)
        again = Try(self._reference(), again_at, ended_at, ended_at, False, refusals.sent_twice(self.wish.plan.code))
        self.journey.tries.append(again)

    def _reference(self) -> str:
        """The provider's id of a try that failed, in the form of the others."""
        known = self.wish.payment_reference
        return known[:-8] + letters(self.luck, "0123456789" if known.isdigit() else _ALPHABET, 8)


Choice = TypeVar("Choice", bound=str)


def _one_of(dice: float, weighted: tuple[tuple[Choice, ...], tuple[int, ...]]) -> Choice:
    """One of some ends or devices; `dice` is from 0 to before 1."""
    choices, weights = weighted
    mark = dice * sum(weights)
    for choice, weight in zip(choices, weights, strict=True):
        mark -= weight
        if mark < 0:
            return choice
    return choices[-1]
