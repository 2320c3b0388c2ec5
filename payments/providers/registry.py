"""Which provider formats we read: an explicit list, and the question which of them a file is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.facts import Recognition, SourceFile, StatementAdapter
from payments.providers.adyen import AdyenAdapter
from payments.providers.komoju import KomojuAdapter
from payments.providers.mapped import MappedAdapter
from payments.providers.mollie import MollieAdapter
from payments.providers.paypal import PayPalAdapter
from payments.providers.square import SquareAdapter
from payments.providers.stripe import StripeAdapter
from payments.providers.toss import TossAdapter
from payments.tabular.containers import refuse_containers
from payments.tabular.lines import read_head

ADAPTERS: Final[Mapping[str, StatementAdapter]] = MappingProxyType(
    {
        adapter.code: adapter
        for adapter in (
            AdyenAdapter(),
            TossAdapter(),
            StripeAdapter(),
            PayPalAdapter(),
            KomojuAdapter(),
            SquareAdapter(),
            MollieAdapter(),
            MappedAdapter(),
        )
    }
)
"""Adapters by code. A new provider format is a folder here and one entry in this list."""


def recognise(source: SourceFile) -> list[tuple[str, Recognition]]:
    """The formats a stored file may be of, best first, judged by its content.

    Raises FileRefused for what no adapter could read: an empty file, a workbook, an archive, a web page.
    """
    head = read_head(source)
    refuse_containers(head)
    judged = [(code, adapter.recognise(source, head)) for code, adapter in ADAPTERS.items()]
    return sorted((entry for entry in judged if entry[1].confidence), key=lambda entry: -entry[1].confidence)
