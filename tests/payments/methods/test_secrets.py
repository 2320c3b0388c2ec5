"""Secrets of providers: encrypted, rotated with an overlap, never shown, never an argument."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from payments.methods.models import Provider, ProviderSecret, SecretPurpose
from payments.methods.services import secrets
from payments.records.models import AuditEvent
from payments.vault import VaultLocked, decrypt, encrypt
from tests.payments.valid_rows import row

OLD = "whsec_the_old_secret_1111"
NEW = "whsec_the_new_secret_2222"


@pytest.fixture
def provider(db: None) -> Provider:
    found: Provider = row(Provider, code="stripe")
    return found


def test_what_is_closed_is_opened_and_differs_each_time() -> None:
    assert decrypt(encrypt(b"\x00secret")) == b"\x00secret"
    assert encrypt(b"same") != encrypt(b"same")


def test_a_new_key_opens_what_the_old_ones_closed() -> None:
    of_secret_key = encrypt(b"first")
    with override_settings(ENCRYPTION_KEYS=["a" * 32]):
        of_old_key = encrypt(b"second")
    with override_settings(ENCRYPTION_KEYS=["b" * 32, "a" * 32]):
        assert [decrypt(of_secret_key), decrypt(of_old_key)] == [b"first", b"second"]
    with override_settings(ENCRYPTION_KEYS=["b" * 32]), pytest.raises(VaultLocked):
        decrypt(of_old_key)


def test_the_key_of_sessions_is_not_the_key_of_the_vault() -> None:
    with override_settings(ENCRYPTION_KEYS=["a" * 32]):
        closed = encrypt(b"secret")
    with override_settings(ENCRYPTION_KEYS=[]), pytest.raises(VaultLocked):
        decrypt(closed)


def test_changed_bytes_are_refused() -> None:
    with pytest.raises(VaultLocked):
        decrypt(encrypt(b"secret")[:-2] + b"xx")


def test_secrets_overlap_and_then_only_the_new_one_holds(provider: Provider) -> None:
    secrets.add(provider, SecretPurpose.WEBHOOK, OLD, by=None)
    secrets.add(provider, SecretPurpose.WEBHOOK, NEW, expire_others_in=timedelta(hours=1), by=None)
    secrets.add(provider, SecretPurpose.API, "sk_test_other_purpose", by=None)
    assert secrets.active_secrets(provider.pk, SecretPurpose.WEBHOOK) == (NEW, OLD)
    ProviderSecret.objects.filter(hint="1111").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert secrets.active_secrets(provider.pk, SecretPurpose.WEBHOOK) == (NEW,)
    assert [(each.purpose, each.hint) for each in secrets.hints(provider)] == [("api", "pose"), ("webhook", "2222")]


def test_an_earlier_end_is_not_put_off(provider: Provider) -> None:
    old = secrets.add(provider, SecretPurpose.WEBHOOK, OLD, by=None)
    soon = timezone.now() + timedelta(minutes=1)
    secrets.expire([old], at=soon, by=None)
    secrets.expire([old], at=soon + timedelta(days=1), by=None)
    old.refresh_from_db()
    assert old.expires_at == soon
    assert AuditEvent.objects.filter(verb="provider_secret.expired").count() == 1


def test_neither_the_table_nor_its_history_nor_the_trail_holds_it(provider: Provider) -> None:
    added = secrets.add(provider, SecretPurpose.WEBHOOK, OLD, by=None)
    assert OLD.encode() not in bytes(added.ciphertext)
    trail = AuditEvent.objects.get(verb="provider_secret.added")
    assert trail.detail == {"purpose": "webhook", "hint": "1111"}
    assert trail.subject_id == "stripe"


@pytest.mark.parametrize("wrong", ["", " padded ", "line\nbreak", "비밀", "x" * 501])
def test_what_can_be_no_secret_is_refused(provider: Provider, wrong: str) -> None:
    with pytest.raises(secrets.SecretRefused):
        secrets.add(provider, SecretPurpose.API, wrong, by=None)
    assert not ProviderSecret.objects.exists()


def test_the_longest_secret_fits(provider: Provider) -> None:
    secrets.add(provider, SecretPurpose.API, "x" * 500, by=None)
    assert secrets.active_secrets(provider.pk, SecretPurpose.API) == ("x" * 500,)


def test_a_short_secret_has_no_hint(provider: Provider) -> None:
    assert secrets.add(provider, SecretPurpose.API, "fifteen letters", by=None).hint == ""


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("provider_secret", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_reads_standard_input_and_prints_no_secret(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{OLD}\n"))
    printed = told("--provider", "stripe", "--purpose", "webhook")
    monkeypatch.setenv("A_SECRET", NEW)
    printed += told(
        "--provider", "stripe", "--purpose", "webhook", "--from-environment", "A_SECRET", "--expire-others-in", "0"
    )
    assert secrets.active_secrets(provider.pk, SecretPurpose.WEBHOOK) == (NEW,)
    assert "webhook …1111" in printed
    assert "webhook …2222" in printed
    assert "secret_" not in printed
    assert told("--provider", "stripe", "--list").count("\n") == 1


def test_the_command_says_what_is_wrong(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(CommandError, match="there is no provider nobody"):
        told("--provider", "nobody", "--purpose", "api")
    with pytest.raises(CommandError, match="name a --purpose"):
        told("--provider", "stripe")
    with pytest.raises(CommandError, match="the variable NOT_THERE is empty"):
        told("--provider", "stripe", "--purpose", "api", "--from-environment", "NOT_THERE")
    with pytest.raises(CommandError, match="it is empty"):
        told("--provider", "stripe", "--purpose", "api")
