"""Questions of the ledger that its services and the rooms above ask."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from payments.methods.models import Offering, PaymentMethod, Provider


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """What the ledger needs to know of a provider."""

    pk: int
    code: str
    zone: ZoneInfo
    currency: str
    """The first it settles in."""
    is_speaking: bool
    """Whether it tells us itself what happens there."""


@dataclass(frozen=True, slots=True)
class Configured:
    """Every provider and method there is; a handful of rows, read once a batch."""

    providers: dict[str, KnownProvider]
    """By code."""
    methods: dict[tuple[str, str], int]
    """Ids by (provider's code, its name of the method); by ('', our code) for what the shop says."""

    @property
    def speaking(self) -> frozenset[str]:
        """Codes of the providers that tell us themselves."""
        return frozenset(code for code, provider in self.providers.items() if provider.is_speaking)

    def method_of(self, provider: str, name: str) -> int | None:
        """The method a source means by a name; None when no offering knows it."""
        return self.methods.get((provider, name), self.methods.get(("", name)))


def configured() -> Configured:
    """Read providers, methods and offerings: three queries."""
    providers = {
        provider.code: KnownProvider(
            pk=provider.pk,
            code=provider.code,
            zone=ZoneInfo(provider.zone),
            currency=provider.currencies[0],
            is_speaking=bool(provider.event_adapter),
        )
        for provider in Provider.objects.all()
    }
    methods = {("", code): pk for code, pk in PaymentMethod.objects.values_list("code", "pk")}
    offerings = Offering.objects.order_by("provider_id", "priority", "pk").values_list(
        "provider__code", "provider_names", "method_id"
    )
    for code, names, method in offerings:
        for name in names:
            methods.setdefault((code, name), method)
    return Configured(providers, methods)
