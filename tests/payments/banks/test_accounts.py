"""Which account a bank file names in its beginning."""

from __future__ import annotations

import pytest

from payments.banks.accounts import accounts_in, is_same_account

CAMT = "<Stmt><Id>S-7</Id><Acct>{}<Ccy>EUR</Ccy></Acct><RltdAcct><Id><IBAN>XX00</IBAN></Id></RltdAcct></Stmt>"


@pytest.mark.parametrize(
    ("text", "adapter", "accounts"),
    [
        (":20:X\r\n:25:NL20 INGB 0001234567 EUR\r\n:28C:1\r\n", "mt940", {"NL20INGB0001234567EUR"}),
        (":20:X\n:25P:BANK/123\nBIC\n:20:Y\n:25:456\n", "mt940", {"BANK/123", "456"}),
        (CAMT.format("<Id><IBAN>NL20INGB0001234567</IBAN></Id>"), "camt", {"NL20INGB0001234567"}),
        (CAMT.format("\n <Id>\n  <Othr>\n <Id>123-4</Id><SchmeNm/></Othr></Id>"), "camt", {"123-4"}),
        (CAMT.format("<Id><PrtryAcct><Id>9</Id></PrtryAcct></Id>").replace("<", "<n:").replace("<n:/", "</n:"), "camt", {"9"}),
        (CAMT.format("<Id><IBAN>NL20INGB0001234567</IBAN></Id>"), "mapped", set()),
        ("<Stmt><Acct><Id>" + "<" * 60_000, "camt", set()),
    ],
)  # fmt: skip
def test_accounts_are_read_from_the_beginning(text: str, adapter: str, accounts: set[str]) -> None:
    assert accounts_in(text.encode(), adapter) == accounts


@pytest.mark.parametrize(
    ("written", "is_same"),
    [
        ("NL20INGB0001234567", True),
        ("nl20 ingb 0001234567", True),
        ("NL20INGB0001234567EUR", True),
        ("NL20INGB0001234567USD", False),
        ("NL20INGB0001234568", False),
        ("", False),
    ],
)
def test_an_account_may_have_its_currency_behind_it(written: str, is_same: bool) -> None:
    assert is_same_account(written, "NL20 INGB 0001 2345 67", "EUR") is is_same
