"""Which bank formats we read: an explicit list, and the question which of them a file is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from payments.banks.bai2 import Bai2Adapter
from payments.banks.camt import CamtAdapter
from payments.banks.mapped import MappedBankAdapter
from payments.banks.mt940 import Mt940Adapter
from payments.banks.ofx import OfxAdapter
from payments.banks.zengin import ZenginAdapter
from payments.facts import BankAdapter, Recognition, SourceFile
from payments.tabular.containers import refuse_containers
from payments.tabular.lines import read_head

ADAPTERS: Final[Mapping[str, BankAdapter]] = MappingProxyType(
    {
        adapter.code: adapter
        for adapter in (
            Mt940Adapter(),
            CamtAdapter(),
            Bai2Adapter(),
            OfxAdapter(),
            ZenginAdapter(),
            MappedBankAdapter(),
        )
    }
)
"""Adapters by code. A new bank format is a folder here and one entry in this list."""


def recognise(source: SourceFile) -> list[tuple[str, Recognition]]:
    """The formats a stored file may be of, best first, judged by its content.

    Raises FileRefused for what no adapter could read: an empty file, a workbook, an archive, a web page.
    """
    head = read_head(source)
    refuse_containers(head)
    judged = [(code, adapter.recognise(source, head)) for code, adapter in ADAPTERS.items()]
    return sorted((entry for entry in judged if entry[1].confidence), key=lambda entry: -entry[1].confidence)
