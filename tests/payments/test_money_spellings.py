"""Every spelling of an amount seen in files: read exactly, or refused with the right reason."""

import pytest

from payments.money import LARGEST_MINOR, AmountProblem, UnreadableAmount, parse_minor

MINUS_SIGN, FULL_WIDTH_MINUS, NO_BREAK_SPACE, NARROW_SPACE, THIN_SPACE = (
    "\u2212",
    "\uff0d",
    "\u00a0",
    "\u202f",
    "\u2009",
)

READ = [
    # text, currency, declared decimal mark, minor units
    ("38.1", "USD", None, 3810),
    ("123.45", "USD", None, 12345),
    ("1000", "USD", None, 100000),
    ("1000", "KRW", None, 1000),
    ("-5", "EUR", None, -500),
    ("-0.05", "EUR", None, -5),
    ("-0", "EUR", None, 0),
    (".5", "USD", None, 50),
    ("-.5", "USD", None, -50),
    (",5", "EUR", ",", 50),
    ("007.50", "USD", None, 750),
    # two marks: the last one is the decimal mark
    ("1.234,56", "EUR", None, 123456),
    ("1,653.75", "USD", None, 165375),
    ("-1,653.75", "USD", None, -165375),
    ("1,234,567.89", "USD", None, 123456789),
    ("1.234.567,89", "EUR", None, 123456789),
    ("1,234.567", "KWD", None, 1234567),
    ("1.234,567", "KWD", None, 1234567),
    # a repeated mark can only divide thousands
    ("1,234,567", "USD", None, 123456700),
    ("1.234.567", "EUR", None, 123456700),
    # one mark that cannot divide thousands
    ("1234,56", "EUR", None, 123456),
    ("1,5", "EUR", None, 150),
    ("1234.567", "KWD", None, 1234567),
    ("1234,567", "KWD", None, 1234567),
    ("0.500", "KWD", None, 500),
    ("0,500", "KWD", None, 500),
    (".500", "KWD", None, 500),
    ("0.1234", "CLF", None, 1234),
    # declared marks make three digits certain
    ("1,234", "USD", ".", 123400),
    ("1.234", "EUR", ",", 123400),
    ("1.234", "KWD", ".", 1234),
    ("1,234", "KWD", ",", 1234),
    ("1,234", "KWD", ".", 1234000),
    ("1,234", "JPY", ".", 1234),
    ("1.234", "CLP", ",", 1234),
    ("1,234.50", "USD", ".", 123450),
    ("1.234,50", "EUR", ",", 123450),
    ("0,005", "USD", ".", 500),
    # MT940 always writes the comma
    ("1000,", "EUR", ",", 100000),
    ("-9,", "EUR", ",", -900),
    ("236,28", "EUR", ",", 23628),
    # a comma in yen and won can only divide thousands
    ("1,234", "JPY", None, 1234),
    ("1,000", "KRW", None, 1000),
    ("12,345,678", "KRW", None, 12345678),
    # zeros behind the mark are no digits
    ("38.1000", "USD", None, 3810),
    ("86.1000", "EUR", ".", 8610),
    ("5000.00", "JPY", None, 5000),
    ("1,234.00", "JPY", None, 1234),
    ("0.000", "JPY", None, 0),
    # signs
    ("+5.00", "USD", None, 500),
    ("(5.00)", "USD", None, -500),
    ("(1,234.50)", "USD", None, -123450),
    ("5.00-", "USD", None, -500),
    ("1.234,56-", "EUR", None, -123456),
    ("5.00+", "USD", None, 500),
    (f"{MINUS_SIGN}5.00", "USD", None, -500),
    (f"{FULL_WIDTH_MINUS}５００", "JPY", None, -500),
    ("- 5.00", "USD", None, -500),
    ("▲1,234", "JPY", None, -1234),
    ("△1,234", "KRW", None, -1234),
    ("100.00 CR", "USD", None, 10000),
    ("100.00DR", "USD", None, -10000),
    ("100.00 dr", "USD", None, -10000),
    ("100.00 USD DR", "USD", None, -10000),
    # thousands divided by spaces and apostrophes
    ("1 234,50", "EUR", None, 123450),
    (f"1{NO_BREAK_SPACE}234{NO_BREAK_SPACE}567,89", "EUR", None, 123456789),
    (f"1{NARROW_SPACE}234,50", "EUR", None, 123450),
    (f"1{THIN_SPACE}234", "EUR", None, 123400),
    ("1'234.50", "CHF", None, 123450),
    ("1’234’567.05", "CHF", None, 123456705),
    ("1 234.567", "KWD", None, 1234567),
    # lakhs, where people write them
    ("1,23,456.78", "INR", None, 12345678),
    ("12,34,56,789", "INR", ".", 12345678900),
    # full-width characters, currency signs and codes
    ("１，２３４", "JPY", None, 1234),
    ("￥１，２３４", "JPY", None, 1234),
    ("¥1,234", "CNY", ".", 123400),
    ("￦1,234", "KRW", None, 1234),
    ("-₩1,234", "KRW", None, -1234),
    ("₩-1,234", "KRW", None, -1234),
    ("₩ 1,234", "KRW", None, 1234),
    ("1,234원", "KRW", None, 1234),
    ("▲1,234円", "JPY", None, -1234),
    ("５．５０", "USD", None, 550),
    ("USD 5.00", "USD", None, 500),
    ("5.00 usd", "USD", None, 500),
    ("US$5.00", "USD", None, 500),
    ("$5.00", "CAD", None, 500),
    ("($5.00)", "USD", None, -500),
    ("$(5.00)", "USD", None, -500),
    ("5,00 €", "EUR", None, 500),
    ("-5,00€", "EUR", None, -500),
    ("100 kr", "SEK", None, 10000),
    ("  38.1\t", "USD", None, 3810),
    # the largest that fits
    ("9223372036854775807", "JPY", None, LARGEST_MINOR),
    ("-92,233,720,368,547,758.07", "USD", None, -LARGEST_MINOR),
    ("922337203685477.5807", "UYW", None, LARGEST_MINOR),
    ("0" * 40 + "1.50", "USD", None, 150),
]


@pytest.mark.parametrize(("text", "currency", "decimal_mark", "minor"), READ)
def test_a_certain_spelling_is_read(text: str, currency: str, decimal_mark: str | None, minor: int) -> None:
    assert parse_minor(text, currency, decimal_mark=decimal_mark) == minor


REFUSED = [
    ("", "USD", None, AmountProblem.EMPTY),
    ("  \t", "USD", None, AmountProblem.EMPTY),
    ("\u3000", "USD", None, AmountProblem.EMPTY),
    # may be a thousand or a little more than one
    ("1,234", "USD", None, AmountProblem.AMBIGUOUS),
    ("1.234", "USD", None, AmountProblem.AMBIGUOUS),
    ("38.100", "USD", None, AmountProblem.AMBIGUOUS),
    ("-1,000", "EUR", None, AmountProblem.AMBIGUOUS),
    ("$1,234", "USD", None, AmountProblem.AMBIGUOUS),
    ("1,234", "KWD", None, AmountProblem.AMBIGUOUS),
    ("1.234", "KWD", None, AmountProblem.AMBIGUOUS),
    ("1,234", "UYW", None, AmountProblem.AMBIGUOUS),
    ("1.234", "JPY", None, AmountProblem.AMBIGUOUS),
    ("1.000", "KRW", None, AmountProblem.AMBIGUOUS),
    ("1.234", "CLP", None, AmountProblem.AMBIGUOUS),
    ("1,234", "XOF", None, AmountProblem.AMBIGUOUS),
    ("012,345", "USD", None, AmountProblem.AMBIGUOUS),
    # digits the currency does not have
    ("5.5", "JPY", None, AmountProblem.TOO_MANY_DECIMALS),
    ("0,500", "JPY", None, AmountProblem.TOO_MANY_DECIMALS),
    ("1,234.50", "JPY", None, AmountProblem.TOO_MANY_DECIMALS),
    ("2.5410", "EUR", None, AmountProblem.TOO_MANY_DECIMALS),
    ("1.234", "USD", ".", AmountProblem.TOO_MANY_DECIMALS),
    ("1,234.567", "USD", None, AmountProblem.TOO_MANY_DECIMALS),
    ("1,234", "JPY", ",", AmountProblem.TOO_MANY_DECIMALS),
    ("0.12345", "CLF", None, AmountProblem.TOO_MANY_DECIMALS),
    # marks out of order
    ("12..34", "USD", None, AmountProblem.BAD_GROUPING),
    ("12..34", "USD", ".", AmountProblem.BAD_GROUPING),
    ("12.34.56", "USD", None, AmountProblem.BAD_GROUPING),
    ("1,23,456", "USD", None, AmountProblem.BAD_GROUPING),
    ("12,34", "USD", ".", AmountProblem.BAD_GROUPING),
    ("1234,567.00", "USD", None, AmountProblem.BAD_GROUPING),
    ("1,2345.00", "USD", None, AmountProblem.BAD_GROUPING),
    ("1.234,567.89", "USD", None, AmountProblem.BAD_GROUPING),
    ("1.234,567,890", "USD", None, AmountProblem.BAD_GROUPING),
    ("1,234'567.00", "CHF", None, AmountProblem.BAD_GROUPING),
    ("12 34", "EUR", None, AmountProblem.BAD_GROUPING),
    ("1 234 56", "EUR", None, AmountProblem.BAD_GROUPING),
    ("1.234 567", "EUR", None, AmountProblem.BAD_GROUPING),
    ("1  234", "EUR", None, AmountProblem.BAD_GROUPING),
    (",123,456", "USD", None, AmountProblem.BAD_GROUPING),
    ("5.", "USD", None, AmountProblem.BAD_GROUPING),
    ("5,", "USD", ".", AmountProblem.BAD_GROUPING),
    ("5.-", "CHF", ".", AmountProblem.BAD_GROUPING),
    # spreadsheets and machines
    ("1E3", "USD", None, AmountProblem.SCIENTIFIC),
    ("1.5e+02", "USD", None, AmountProblem.SCIENTIFIC),
    ("4.11111E+15", "USD", ".", AmountProblem.SCIENTIFIC),
    ("1E-80000000", "USD", None, AmountProblem.SCIENTIFIC),
    ("1E999999999", "USD", None, AmountProblem.SCIENTIFIC),
    ("0" * 2000, "USD", None, AmountProblem.TOO_LONG),
    ("1" + "0" * 64, "USD", ".", AmountProblem.TOO_LONG),
    ("9223372036854775808", "JPY", None, AmountProblem.TOO_LARGE),
    ("-92233720368547758.08", "USD", None, AmountProblem.TOO_LARGE),
    ("999999999999999", "UYW", None, AmountProblem.TOO_LARGE),
    # not numbers
    ("NaN", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("Infinity", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("-", "USD", None, AmountProblem.NOT_A_NUMBER),
    (".", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("()", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("1_000", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("0x10", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("=1+1", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("5 %", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("10²", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("½", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("١٢٣", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("1-2", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("5.–", "CHF", ".", AmountProblem.NOT_A_NUMBER),
    ("5.00–", "CHF", None, AmountProblem.NOT_A_NUMBER),
    ("5▲", "JPY", None, AmountProblem.NOT_A_NUMBER),
    ("(5", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("5)", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("((5))", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("garbled", "EUR", None, AmountProblem.NOT_A_NUMBER),
    ("1\n2", "USD", None, AmountProblem.NOT_A_NUMBER),
    ("CR 5.00", "USD", None, AmountProblem.NOT_A_NUMBER),
    # two signs
    ("--5", "USD", None, AmountProblem.CONFLICTING_SIGNS),
    ("-5-", "USD", None, AmountProblem.CONFLICTING_SIGNS),
    ("+5-", "USD", None, AmountProblem.CONFLICTING_SIGNS),
    ("(-5)", "USD", None, AmountProblem.CONFLICTING_SIGNS),
    ("-5.00 CR", "USD", None, AmountProblem.CONFLICTING_SIGNS),
    ("-$-5.00", "USD", None, AmountProblem.CONFLICTING_SIGNS),
    # somebody else's money
    ("5.00 EUR", "USD", None, AmountProblem.OTHER_CURRENCY),
    ("€5.00", "USD", None, AmountProblem.OTHER_CURRENCY),
    ("₩5", "JPY", None, AmountProblem.OTHER_CURRENCY),
    ("US$5.00", "CAD", None, AmountProblem.OTHER_CURRENCY),
    ("USD 5.00 EUR", "USD", None, AmountProblem.OTHER_CURRENCY),
]


@pytest.mark.parametrize(("text", "currency", "decimal_mark", "reason"), REFUSED)
def test_an_uncertain_spelling_is_refused_with_its_reason(
    text: str, currency: str, decimal_mark: str | None, reason: AmountProblem
) -> None:
    with pytest.raises(UnreadableAmount) as refusal:
        parse_minor(text, currency, decimal_mark=decimal_mark)
    assert refusal.value.reason is reason
    assert refusal.value.text == text[:64]
    assert str(reason) in str(refusal.value)
