"""The demo's fraud desk: it has worked through the older half of its queue, so that there are decisions to look at.

It works through the same services as a person, and only on the first start: whatever somebody does in the demo stays.
What it decides is told by the rule that brought a case in; of what is true in the simulation it knows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from django.utils import timezone

from config.staff.models import User
from fraud.assessments.models import Assessment
from fraud.review.models import Alert, Case, CaseState, Decision, DecisionState, Queue, Verdict
from fraud.review.reasons import ReasonCode
from fraud.review.services import claiming, deciding, escalating, resting
from fraud.review.services.deciding import Choice
from fraud.review.services.raising import raise_alerts
from fraud.rules.models import RuleVersion

WORKED: Final = timedelta(days=4)
"""Cases of payments longer ago than this are decided, but for those that are put off, asked about or handed on."""
_NAMES: Final = UUID("3b1f1c52-1f6f-5f0e-9d62-6d9e2f0c7a11")


@dataclass(frozen=True, slots=True)
class _Answer:
    verdict: Verdict
    reason: ReasonCode
    note: str = ""


_BY_RULE: Final[dict[str, tuple[_Answer, ...]]] = {
    "Account behaves like somebody else's": (
        _Answer(Verdict.REJECT, ReasonCode.ACCOUNT_TAKEOVER, "고객 통화: 본인 주문 아님. 비밀번호 초기화 안내함."),
    ),
    "Large first purchase that does not fit": (
        _Answer(Verdict.REJECT, ReasonCode.STOLEN_CARD, "カード名義と配送先が一致しない。電話は不通。"),
        _Answer(Verdict.APPROVE, ReasonCode.CUSTOMER_CONFIRMED, "Travels for work; called back on the known number."),
    ),
    "Very large first purchase": (
        _Answer(Verdict.APPROVE, ReasonCode.NOTHING_FOUND),
        _Answer(Verdict.APPROVE, ReasonCode.EXPLAINED, "결혼 선물로 구매. 배송지 확인됨."),
        _Answer(Verdict.REJECT, ReasonCode.NOT_VERIFIED),
    ),
    "Shop with unusually much fraud": (
        _Answer(Verdict.APPROVE, ReasonCode.NOTHING_FOUND),
        _Answer(Verdict.REJECT, ReasonCode.STOLEN_CARD, "同じ端末で複数の盗難カード。店舗に端末の確認を依頼。"),
    ),
    "Paid after several refusals": (_Answer(Verdict.REJECT, ReasonCode.CARD_TESTING),),
    "One device for several customers": (_Answer(Verdict.REJECT, ReasonCode.CARD_TESTING),),
}
_OTHERWISE: Final = (_Answer(Verdict.APPROVE, ReasonCode.NOTHING_FOUND),)


def has_worked() -> bool:
    """Whether any person has decided a case."""
    return Decision.objects.exists()


def work_through(*, analyst: User, lead: User) -> int:
    """Raise what should be looked at, and decide about the older cases; return how many are decided.

    The decisions take effect with the next run of the job for it, ten seconds later.
    """
    raise_alerts()
    decided = 0
    for place, case in enumerate(_older_cases()):
        claiming.claim(case, by=analyst)
        is_blind = case.queue != Queue.REVIEW
        if place % 9 == 3 and not is_blind:
            resting.ask_customer(case, by=analyst, note="Please confirm the order and the address of delivery.")
        elif place % 9 == 6 and not is_blind:
            escalating.escalate(case, "같은 기기의 다른 결제와 관련이 있어 보입니다. 확인 부탁드립니다.", by=analyst)
        else:
            _decide(case, place, analyst)
            decided += 1
    # The last one is left for whoever signs in as the lead.
    waiting = Decision.objects.filter(state=DecisionState.AWAITING_SECOND).select_related("case").order_by("pk")
    for decision in list(waiting)[:-1]:
        deciding.second(decision, True, by=lead)
    return decided


def _older_cases() -> list[Case]:
    before = timezone.now() - WORKED
    old = Assessment.objects.filter(as_of__lt=before, pk__in=Alert.objects.values("assessment_id")).values("pk")
    cases = Case.objects.filter(
        queue__in=[Queue.REVIEW, Queue.SAMPLE], state=CaseState.OPEN, alerts__assessment_id__in=old
    )
    return list(cases.distinct().order_by("pk"))


def _decide(case: Case, place: int, analyst: User) -> None:
    answers = _BY_RULE.get(_rule_of(case), _OTHERWISE)
    answer = answers[place % len(answers)]
    ticket = uuid5(_NAMES, str(case.pk))
    deciding.decide(case, Choice(answer.verdict, answer.reason, ticket, answer.note), by=analyst)


def _rule_of(case: Case) -> str:
    """The name of the first rule that brought the case in; '' of a case of the sample."""
    if case.queue == Queue.SAMPLE:
        return ""
    ids = Alert.objects.filter(case=case).order_by("pk").values_list("assessment_id", flat=True)
    fired = Assessment.objects.get(pk=ids[0]).rule_ids
    found = RuleVersion.objects.filter(pk__in=fired[:1]).values_list("rule__name", flat=True).first()
    return found or ""
