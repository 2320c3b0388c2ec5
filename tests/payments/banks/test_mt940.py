"""MT940 and MT942: balances that tie, banks that write them in their own ways, places in the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payments.banks.mt940 import Mt940Adapter
from payments.banks.registry import recognise
from payments.facts import FileRefused
from tests.payments.banks.mt940_files import TERMS, read, refusal, statement
from tests.payments.files import cut_out, read_bank, sample, stored


def test_debits_credits_and_reversals_lead_from_balance_to_balance(tmp_path: Path) -> None:
    content = statement(
        ":61:2607010702C12,5NTRFREF1//B1", ":86:Payout batch 380, Shop",
        ":61:2607010702D2,NMSCNONREF",
        ":61:2607010702RC0,50NTRFNONREF", ":61:2607010702RD1,NTRFNONREF",
        closing="C260702EUR111,00",
    )  # fmt: skip
    source = stored(tmp_path, content)
    found = read_bank(Mt940Adapter(), source, TERMS)

    assert found.problems == []
    assert [line.amount for line in found.lines] == [1_250, -200, -50, 100]
    first = found.lines[0]
    assert (first.booked_on, first.value_on) == (date(2026, 7, 2), date(2026, 7, 1))
    assert (first.bank_reference, first.end_to_end_reference, first.transaction_code) == ("B1", "REF1", "NTRF")
    assert first.remittance == "Payout batch 380, Shop"
    assert first.statement_key == "NL01BANK0123456789/1/1/2026-07-02"
    fact = found.reading.statements()[0]
    assert (fact.opening_balance, fact.closing_balance, fact.opened_on, fact.closed_on, fact.is_interim) == (
        10_000, 11_100, date(2026, 7, 1), date(2026, 7, 2), False,
    )  # fmt: skip
    assert [line.line_number for line in found.lines] == [5, 7, 8, 9]
    assert cut_out(source, found.lines)[0] == b":61:2607010702C12,5NTRFREF1//B1\n:86:Payout batch 380, Shop\n"


def test_a_statement_that_does_not_tie_is_refused_by_its_name(tmp_path: Path) -> None:
    refused = refusal(tmp_path, statement(":61:2607010702C12,50NTRFNONREF", closing="C260702EUR112,49"))
    assert refused.problem.line == 6
    assert str(refused) == (
        "The statement NL01BANK0123456789/1/1/2026-07-02 does not add up: opening balance 100.00 plus its lines is "
        "112.50 EUR, but its closing balance is 112.49. Lines are missing or changed: download it again."
    )


def test_every_statement_of_a_file_is_held_apart(tmp_path: Path) -> None:
    content = statement(":61:260701C1,NTRFA", closing="C260701EUR101,") + statement(
        ":61:260702C2,NTRFB", opening="C260701EUR101,", closing="C260702EUR103,", number="2/1"
    )
    found = read(tmp_path, content)
    assert [(fact.statement_key, fact.closing_balance) for fact in found.reading.statements()] == [
        ("NL01BANK0123456789/1/1/2026-07-01", 10_100),
        ("NL01BANK0123456789/2/1/2026-07-02", 10_300),
    ]
    assert [line.statement_key for line in found.lines] == [f.statement_key for f in found.reading.statements()]


def test_statements_of_banks_that_never_count_up_are_told_apart(tmp_path: Path) -> None:
    twice = statement(closing="C260701EUR100,", number="0") * 2
    assert [fact.statement_key for fact in read(tmp_path, twice).reading.statements()] == [
        "NL01BANK0123456789/0/2026-07-01",
        "NL01BANK0123456789/0/2026-07-01#2",
    ]


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        (":61:260701C000000000001,00N0440121470966      W.P. Jansen", 100),
        (":61:260701D1,00NOV NONREF", -100),
        (":61:2607010701CR1,00NTRFNONREF//0724710345313905", 100),
        (":61:260701    DD1,00NMSCNONREF//\n/ABC/DEF/MISCELLANEOUS", -100),
        (":61:2607010701C1NTRF29-07-2014 10:05//B4G29PGDCK1QFV3E", 100),
        (":61:2607010701D1,00NOVBNL47INGB9999999999\nhr gjlm paulissen", -100),
        (":61:260701CF1,00N527\nCsoportos utalas", 100),
        (":61:2607010701DF1,00S   X", -100),
        (":61:2607010701CN1,00NTRFNONREF//MB170119012058\n911-TRANSAKCJA IPH", 100),
        (":61:2607010701DR1,NTRFBIPI-dvT1FzfMqvzF5HaU4oetlH7SGRkonU//2022070616391534000", -100),
        (":61:260701c1,00NTRFNONREF", 100),
        (":61:260701C,1NTRFNONREF//B", 10),
        (":61:2607010000D1,00NTRFNONREF", -100),
        (":61:2607010701CR\n1,00N062NONREF\n", 100),
    ],
)
def test_banks_write_the_line_in_their_own_ways(tmp_path: Path, line: str, amount: int) -> None:
    closing = f"C260701EUR{(10_000 + amount) // 100},{amount % 100:02}"
    found = read(tmp_path, statement(line, closing=closing))
    assert (found.problems, [entry.amount for entry in found.lines]) == ([], [amount])


@pytest.mark.parametrize(
    "line",
    [
        ":61:260701C1.234,56NTRFNONREF",
        ":61:260701C1,2,3NTRFNONREF",
        ":61:260701C1,234NTRFNONREF",
        ":61:260701X1,00NTRFNONREF",
        ":61:261301C1,00NTRFNONREF",
        ":61:C1,00NTRFNONREF",
        ":61:",
    ],
)
def test_a_bad_line_is_a_problem_with_its_place_and_the_good_ones_stay(tmp_path: Path, line: str) -> None:
    found = read(tmp_path, statement(":61:260701C1,NTRFA", line, ":61:260701C2,NTRFB", closing="C260701EUR103,"))
    assert [entry.amount for entry in found.lines] == [100, 200]
    assert [(number, field) for number, field, _ in found.problems] == [(6, ":61:")]


def test_days_february_has_not_are_its_last(tmp_path: Path) -> None:
    found = read(tmp_path, statement(":61:2602300301C1,NTRFA", opening="C260228EUR1,", closing="C260301EUR2,"))
    assert (found.lines[0].value_on, found.lines[0].booked_on) == (date(2026, 2, 28), date(2026, 3, 1))


def test_the_entry_date_may_lie_in_the_next_year(tmp_path: Path) -> None:
    found = read(tmp_path, statement(":61:2512310102C1,NTRFA", opening="C251231EUR1,", closing="C260102EUR2,"))
    assert (found.lines[0].value_on, found.lines[0].booked_on) == (date(2025, 12, 31), date(2026, 1, 2))


def test_the_entry_date_may_lie_in_the_year_before(tmp_path: Path) -> None:
    found = read(tmp_path, statement(":61:2601021231C1,NTRFA", opening="C251231EUR1,", closing="C260102EUR2,"))
    assert (found.lines[0].value_on, found.lines[0].booked_on) == (date(2026, 1, 2), date(2025, 12, 31))


def test_without_entry_date_a_value_date_outside_the_statement_is_booked_when_it_closes(tmp_path: Path) -> None:
    found = read(tmp_path, statement(":61:260527C1,NTRFA", opening="C260630EUR1,", closing="C260701EUR2,"))
    assert (found.lines[0].value_on, found.lines[0].booked_on) == (date(2026, 5, 27), date(2026, 7, 1))


INTERIM = (
    ":20:X\n:25:PL1\n:28C:1/1\n:34F:PLN0,\n:13D:2607011815+0200\n:61:2607010701C0,03NTRFA\n:61:2607010701EC9,NTRFB\n"
    ":61:2607010701D0,01NTRFC\n:90D:1PLN0,01\n:90C:1PLN0,03\n-\n"
)


def test_a_report_during_the_day_is_interim_and_leaves_out_what_is_only_expected(tmp_path: Path) -> None:
    found = read(tmp_path, INTERIM)
    assert [line.amount for line in found.lines] == [3, -1]
    fact = found.reading.statements()[0]
    assert (fact.is_interim, fact.currency, fact.sequence) == (True, "PLN", "20260701T161500.000000Z")
    assert (fact.opening_balance, fact.closing_balance) == (None, None)
    assert [(check.expected, check.found, check.currency) for check in found.reading.checks()] == [
        (1, 1, "PLN"), (3, 3, "PLN"), (1, 1, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("clock", "made_at"), [("2607010830+1200", "20260630T203000"), ("2607012200-0500", "20260702T030000")]
)
def test_a_report_is_of_the_day_of_its_bank(tmp_path: Path, clock: str, made_at: str) -> None:
    report = f":20:X\n:25:NZ1\n:28C:1/1\n:13D:{clock}\n:34F:NZD0,\n:61:2607010701C5,NTRFA\n-\n"
    (fact,) = read(tmp_path, report).reading.statements()
    assert (fact.opened_on, fact.closed_on) == (date(2026, 7, 1), date(2026, 7, 1))
    assert fact.sequence == f"{made_at}.000000Z"
    assert f"{fact.generated_at:%Y%m%dT%H%M%S%z}" == f"{made_at}+0000"


def test_the_note_on_a_report_is_not_taken_for_the_text_of_its_last_entry(tmp_path: Path) -> None:
    content = INTERIM.replace("-\n", ":86:NOTE ON THE REPORT\n-\n")
    assert [line.remittance for line in read(tmp_path, content).lines] == ["", ""]


def test_a_report_that_contradicts_its_own_totals_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, INTERIM.replace(":90C:1PLN0,03", ":90C:1PLN0,04")).problem.field == ":90C:"
    assert refusal(tmp_path, INTERIM.replace(":90D:1PLN", ":90D:2PLN")).problem.field == ":90D:"


@pytest.mark.parametrize(
    ("content", "field", "message"),
    [
        ("hello\n", "", "The file holds no bank statement"),
        (":60F:C260701EUR1,\n", "", "The file holds no bank statement"),
        (":20:X\n:28C:1\n:60F:C260701EUR1,\n:62F:C260701EUR1,\n", ":25:", "The statement 1 names no account"),
        (
            ":20:X\n:25:A\n:28C:1\n:60F:C260701EUR1,\n:61:260701C1,NTRF\n",
            ":62F:",
            "The statement 1 has no closing balance",
        ),
        (":20:X\n:25:A\n:28C:1\n:62F:C260701EUR1,\n", ":60F:", "The statement 1 has no opening balance"),
        (":20:X\n:25:A\n:28C:1\n:60F:C260701DEM1,\n:62F:C260701DEM1,\n", ":60F:", "“DEM” is not a currency"),
        (":20:X\n:25:A\n:28C:1\n:60F:C260701EUR1,\n:62F:C260701USD1,\n", ":62F:", "The closing balance is in USD"),
        (":20:X\n:25:A\n:28C:1\n:60F:C260701EUR1,\n:62F:C2607011,\n", ":62F:", "“C2607011,” is not a balance."),
        (":20:X\n:25:A\n:28C:1\n:60F:C261301EUR1,\n:62F:C260701EUR1,\n", ":60F:", "“C261301EUR1,” is not a balance."),
        (":20:X\n:25:A\n:28C:1\n:60F:C260701EUR1,001\n:62F:C260701EUR1,\n", ":60F:", "“1,001” has more decimals"),
    ],
)
def test_what_is_no_whole_statement_is_refused_by_its_field(
    tmp_path: Path, content: str, field: str, message: str
) -> None:
    refused = refusal(tmp_path, content)
    assert refused.problem.field == field
    assert str(refused).startswith(message)


def test_names_in_old_code_pages_do_not_stop_a_statement(tmp_path: Path) -> None:
    content = statement(":61:260701C1,NTRFNONREF", ":86:Illet\x82k Empf\xe4nger", closing="C260701EUR101,")
    assert read(tmp_path, content.encode("latin-1")).lines[0].amount == 100


def test_a_message_in_swift_blocks_is_read(tmp_path: Path) -> None:
    inner = statement(":61:260701C1,NTRFNONREF", closing="C260701EUR101,").removesuffix("-\n")
    wrapped = (
        "{1:F01ASNBNL21XXXX0000000000}{2:O940ASNBNL21XXXXN}{3:}{4:\r\n" + inner.replace("\n", "\r\n") + "-}{5:}\r\n"
    )
    assert [line.amount for line in read(tmp_path, wrapped * 2).lines] == [100, 100]
    on_one_line = wrapped.replace("{4:\r\n", "{4:")
    assert [line.amount for line in read(tmp_path, on_one_line * 2).lines] == [100, 100]


def test_the_format_is_recognised_by_its_fields(tmp_path: Path) -> None:
    source = stored(tmp_path, statement(closing="C260701EUR100,"))
    assert [code for code, _ in recognise(source)] == ["mt940"]


@pytest.mark.external
@pytest.mark.parametrize(
    ("name", "amounts", "closing"),
    [
        ("mt940_citi_mt940.txt", [-21_239, -36_928, 0, 0, -56_108], 1_623_392),
        ("mt940_mBank_mt940.sta", [1, 1, 1], 43),
        ("mt940_sberbank_171011_01234945.sta", [-240_200, -346_000, -357_500], 61_787_430),
        ("mt940_self-provided_february_30.sta", [-600], 119_400),
    ],
)
def test_samples_that_tie_post(samples: Path, name: str, amounts: list[int], closing: int) -> None:
    found = read_bank(Mt940Adapter(), sample(samples / "bank" / name), TERMS)
    assert found.problems == []
    assert [line.amount for line in found.lines] == amounts
    assert [(check.expected, check.found) for check in found.reading.checks()] == [(closing, closing)]


@pytest.mark.external
def test_the_trimmed_sample_is_refused_by_its_statement(samples: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read_bank(Mt940Adapter(), sample(samples / "bank" / "mt940_jejik_abnamro.sta"), TERMS)
    assert caught.value.problem.line == 27
    assert "517852257/19321/1/2011-05-23" in str(caught.value)
    assert "2914.84 EUR, but its closing balance is 876.84" in str(caught.value)
