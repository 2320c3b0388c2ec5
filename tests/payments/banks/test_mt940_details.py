"""The :86: of an entry in every way banks write it: subfields, keywords between slashes, wrapped lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.payments.banks.mt940_files import read, statement


def test_a_structured_purpose_is_the_remittance(tmp_path: Path) -> None:
    details = ":86:166?00GUTSCHRIFT?20EREF+E2E-7?21SVWZ+TX 1234567890 batch 38?220 Shop?30ABNANL2A?32Adyen N.V."
    found = read(tmp_path, statement(":61:260701C1,NTRFNONREF", details, closing="C260701EUR101,"))
    line = found.lines[0]
    assert (line.end_to_end_reference, line.counterparty) == ("E2E-7", "Adyen N.V.")
    assert line.remittance == "TX 1234567890 batch 380 Shop"


@pytest.mark.parametrize("mark", ["?", ">", "^", "~", "<", "+"])
def test_subfields_are_told_by_the_mark_their_bank_writes(tmp_path: Path, mark: str) -> None:
    details = ":86:051?00CREDIT?20PAYOUT 380?21ACME SHOP?3012345678?310012345?32Provider In\ntermediary Gm?33bH?60more"
    content = statement(":61:260701C1,NTRFNONREF", details.replace("?", mark), closing="C260701EUR101,")
    line = read(tmp_path, content).lines[0]
    assert (line.counterparty, line.remittance) == ("Provider Intermediary Gm bH", "PAYOUT 380 ACME SHOP more")


def test_a_reference_ends_with_its_subfield_and_the_bank_goes_on_behind_it(tmp_path: Path) -> None:
    details = ":86:159?00RETURN?20EREF+E2E-7?21MTLG:reason not given re?22turned?34914"
    line = read(tmp_path, statement(":61:260701C1,NTRFX", details, closing="C260701EUR101,")).lines[0]
    assert (line.end_to_end_reference, line.remittance) == ("E2E-7", "MTLG:reason not given re turned")


def test_an_entry_with_nothing_but_its_posting_text_keeps_that(tmp_path: Path) -> None:
    content = statement(":61:260701D1,NCHGNONREF", ":86:805?00ENTGELTABSCHLUSS?106666", closing="C260701EUR99,")
    assert read(tmp_path, content).lines[0].remittance == "ENTGELTABSCHLUSS"


@pytest.mark.parametrize("wrapped", ["at 2026-07-01T13\n:20:11 till 7", "at 13\n:61:", "16\n:26:37 seq 7"])
def test_a_colon_at_the_beginning_of_a_line_of_text_is_no_tag(tmp_path: Path, wrapped: str) -> None:
    tail = "x" if wrapped.endswith(":61:") else ""
    wrapped = wrapped.replace(":61:", ":51:")
    content = statement(":61:260701C1,NTRFNONREF", f":86:{wrapped}{tail}", closing="C260701EUR101,")
    found = read(tmp_path, content)
    assert [line.amount for line in found.lines] == [100]
    assert found.lines[0].remittance == " ".join((wrapped + tail).split())


def test_the_names_of_dutch_counterparties_are_read(tmp_path: Path) -> None:
    details = ":86:/EREF/E7//CNTP/NL01BANK0000000001/BANKNL2A/Provider B.V.///REMI/USTD//TX380 batch 380/"
    line = read(tmp_path, statement(":61:260701C1,NTRFEREF", details, closing="C260701EUR101,")).lines[0]
    assert (line.end_to_end_reference, line.counterparty) == ("E7", "Provider B.V.")
    assert "TX380 batch 380" in line.remittance


def test_a_first_line_that_is_full_with_its_tag_was_cut(tmp_path: Path) -> None:
    cut = "/BENM//NAME/CONTRA ACCOUN".rjust(61, "/")
    content = statement(":61:260701C1,NTRFNONREF", f":86:{cut}\nT HOLDER/REMI/x", closing="C260701EUR101,")
    line = read(tmp_path, content).lines[0]
    assert (line.counterparty, line.remittance) == ("CONTRA ACCOUNT HOLDER", f"{cut}T HOLDER/REMI/x")


def test_purposes_between_slashes_are_taken_apart_too(tmp_path: Path) -> None:
    line = ":61:260701C000000000001,00N102EREF            \nNL70ABNA0987654321"
    details = ":86:/EREF/E2E 7/BENM//NAME/Adyen N.V./REMI/TX380 batch 380"
    found = read(tmp_path, statement(line, details, closing="C260701EUR101,")).lines[0]
    assert (found.end_to_end_reference, found.counterparty) == ("E2E 7", "Adyen N.V.")
    assert "TX380 batch 380" in found.remittance


def test_words_cut_at_65_columns_are_joined_again(tmp_path: Path) -> None:
    cut = "TX123456 batch 380, ".ljust(62, ".") + "SHO"
    assert len(cut) == 65
    found = read(
        tmp_path, statement(":61:260701C1,NTRFNONREF", f":86:{cut}\nP-ACCOUNT\nnext line", closing="C260701EUR101,")
    )
    assert found.lines[0].remittance.endswith("SHOP-ACCOUNT next line")


@pytest.mark.parametrize("mark", [">", "?", "^", "~", "<"])
def test_subfields_may_stand_without_a_code_before_them(tmp_path: Path, mark: str) -> None:
    details = ":86:?20FEE OF JULY?3112345678?32ACME".replace("?", mark)
    line = read(tmp_path, statement(":61:260701C1,NTRFNONREF", details, closing="C260701EUR101,")).lines[0]
    assert (line.counterparty, line.remittance) == ("ACME", "FEE OF JULY")


def test_a_number_to_call_is_no_subfield(tmp_path: Path) -> None:
    content = statement(":61:260701C1,NTRFNONREF", ":86:+31 20 1234567 call us", closing="C260701EUR101,")
    assert read(tmp_path, content).lines[0].remittance == "+31 20 1234567 call us"
