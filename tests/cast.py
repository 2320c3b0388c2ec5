"""The people who appear in tests: one for each role, and one who has none."""

from __future__ import annotations

from typing import Final

from config.staff.models import User
from config.staff.roles import Role
from config.staff.services import NewPerson, enrol

PASSWORD: Final = "a quiet morning with coffee"

_NAMES: Final = {
    Role.FINANCE: "김하늘",
    Role.FINANCE_LEAD: "박서준",
    Role.FRAUD_ANALYST: "田中 美咲",
    Role.FRAUD_LEAD: "佐藤 健",
    Role.PAYMENT_ADMIN: "이도윤",
    Role.AUDITOR: "Ingrid Holm",
    Role.ADMINISTRATOR: "최유진",
}


def person(*roles: Role, email: str = "", language: str = "en") -> User:
    """Enrol somebody with these roles; without an address it is made from the first role."""
    first = roles[0] if roles else None
    address = email or f"{first.value if first else 'nobody'}@example.com"
    name = _NAMES[first] if first else "No Role"
    return enrol(NewPerson(address, name, frozenset(roles), language=language), by=None, password=PASSWORD)


def whole_cast(language: str = "en") -> dict[Role | None, User]:
    """One person for each role, and under None one without any."""
    return {role: person(role, language=language) for role in Role} | {None: person(language=language)}
