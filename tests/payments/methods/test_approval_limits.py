"""Approval limits are configured as the rest is: planned, applied once, exported."""

from __future__ import annotations

import pytest

from payments.intake.configuration import configuration_rules
from payments.methods.configuration.export import written
from payments.methods.configuration.problems import ConfigurationRefused
from payments.methods.configuration.stored import stored_entries
from payments.methods.services.configuration import apply_configuration, counts, plan_configuration
from payments.records.models import ApprovalLimit, AuditEvent

pytestmark = pytest.mark.django_db
FILE = b"""
[[approval_limit]]
verb = "refund"
currency = "KRW"
limit_minor = 500000

[[approval_limit]]
verb = "refund"
currency = "EUR"
limit_minor = 0
"""


def test_limits_are_planned_applied_and_exported() -> None:
    rules = configuration_rules()
    assert counts(plan_configuration(FILE, rules)) == {"created": 2, "changed": 0, "unchanged": 0}
    assert ApprovalLimit.objects.count() == 0
    apply_configuration(FILE, rules, name="limits.toml", by=None)
    rows = ApprovalLimit.objects.order_by("currency").values_list("verb", "currency", "limit_minor")
    assert list(rows) == [("refund", "EUR", 0), ("refund", "KRW", 500_000)]
    exported = written(stored_entries(rules)).encode()
    assert b"[[approval_limit]]" in exported
    assert counts(apply_configuration(exported, rules, name="again.toml", by=None)) == {
        "created": 0, "changed": 0, "unchanged": 2,
    }  # fmt: skip
    apply_configuration(FILE.replace(b"500000", b"700000"), rules, name="more.toml", by=None)
    changed = AuditEvent.objects.get(verb="configuration.changed")
    assert (changed.subject_type, changed.subject_id) == ("approval_limit", "refund / KRW")
    assert changed.detail["fields"] == {"limit_minor": {"from": 500_000, "to": 700_000}}


@pytest.mark.parametrize("wrong", [b'verb = "gift"', b'currency = "won"', b"limit_minor = -1"])
def test_a_limit_that_is_none_is_refused(wrong: bytes) -> None:
    name = wrong.split(b" ")[0]
    lines = [wrong if line.startswith(name) else line for line in FILE.splitlines()]
    with pytest.raises(ConfigurationRefused):
        plan_configuration(b"\n".join(lines), configuration_rules())
