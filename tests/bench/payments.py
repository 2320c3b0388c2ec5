"""Payments by the million, made by SQL alone: a database of their own, kept between runs."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import psycopg
from psycopg import sql

from tests.bench.databases import Server, leave, use

DAYS: Final = 1000
"""So that ten million payments are ten thousand a day."""
PROVIDERS: Final = ("toss", "stripe", "adyen", "rare")
METHODS: Final = ("card", "wallet", "bank_transfer", "virtual_account", "convenience_store", "never_used")
_CUSTOMERS_PER: Final = 5
_FACTS: Final = tuple(
    f"payments_{name}"
    for name in ("customer", "checkout", "payment", "attempt", "paymentevent", "paymentreference", "movement")
)
_SECOND_INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename = ANY(%s)
   AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
"""
"""Those that can be made after the rows, which is many times quicker."""

_CUSTOMERS: Final = """
INSERT INTO payments_customer (merchant_customer_id, email_hash, phone_hash, segments, first_seen_at)
SELECT 'c-' || n, decode(md5('mail' || n) || md5('more' || n), 'hex'), NULL, '{}', now() - interval '1000 days'
  FROM generate_series(1, %(customers)s) n;
"""
_CHECKOUTS: Final = """
INSERT INTO payments_checkout (merchant_reference, customer_id, amount, currency, country, device, channel, campaign,
                               started_at, is_from_shop)
SELECT 'order-' || lpad(n::text, 9, '0'), 1 + n %% %(customers)s, 1000 + (n::bigint * 7919) %% 490000, 'KRW', 'KR', '', '', '',
       now() - make_interval(secs => ((%(count)s - n)::float / %(count)s) * %(days)s * 86400), true
  FROM generate_series(1, %(count)s) n;
"""
# Shares that a merchant sees: most are captured by card at two providers; everything else is rare to very rare.
_PAYMENTS: Final = """
INSERT INTO payments_payment (checkout_id, merchant_reference, amount, currency, customer_id, status, authorized,
    captured, refunded, charged_back, conflicts, is_conflicting, provider_id, method_id, last4, attempt_count,
    created_at, changed_at)
SELECT c.id, c.merchant_reference, c.amount,
       CASE WHEN h %% 1000 < 960 THEN 'KRW' WHEN h %% 1000 < 990 THEN 'JPY' WHEN h %% 1000 < 999 THEN 'USD' ELSE 'EUR' END,
       c.customer_id,
       CASE WHEN h %% 10000 < 8200 THEN 'captured' WHEN h %% 10000 < 9300 THEN 'failed' WHEN h %% 10000 < 9600 THEN
       'refunded' WHEN h %% 10000 < 9800 THEN 'partially_refunded' WHEN h %% 10000 < 9900 THEN 'expired' WHEN
       h %% 10000 < 9950 THEN 'voided' WHEN h %% 10000 < 9990 THEN 'authorized' WHEN h %% 10000 < 9999 THEN
       'charged_back' ELSE 'unknown' END,
       c.amount, CASE WHEN h %% 10000 < 9900 THEN c.amount ELSE 0 END, 0, 0, '[]', h %% 20011 = 7,
       CASE WHEN h2 %% 1000 < 600 THEN p[1] WHEN h2 %% 1000 < 900 THEN p[2] WHEN h2 %% 1000 < 999 THEN p[3] ELSE p[4] END,
       -- Convenience stores are paid through one provider only: a common filter beside another, and no row in common.
       CASE WHEN h2 %% 1000 < 600 THEN CASE WHEN h3 %% 10 < 7 THEN m[1] WHEN h3 %% 10 < 9 THEN m[2] ELSE m[3] END
            WHEN h2 %% 1000 < 900 THEN CASE WHEN h3 %% 10 < 8 THEN m[1] ELSE m[2] END
            ELSE CASE WHEN h3 %% 10 < 5 THEN m[4] ELSE m[5] END END,
       CASE WHEN h3 %% 10 < 8 THEN lpad(((h3 / 16) %% 10000)::text, 4, '0') ELSE '' END,
       1 + (h3 %% 5 = 0)::int, c.started_at, c.started_at
  FROM payments_checkout c,
       LATERAL (SELECT abs(hashint4(c.id::int)::bigint) h, abs(hashint4(c.id::int + 7)::bigint) h2,
                       abs(hashint4(c.id::int + 77)::bigint) h3) mixed,
       (SELECT array_agg(id ORDER BY id) p FROM payments_provider) providers,
       (SELECT array_agg(id ORDER BY id) m FROM payments_paymentmethod) methods
 ORDER BY c.id;
"""
_DETAILS: Final = """
INSERT INTO payments_attempt (payment_id, attempt_key, provider_id, method_id, method_name, provider_reference,
    shop_reference, status, amount, requested_at, waiting_for_customer_seconds, result, decline_code,
    provider_decline_code, brand, bin, last4, installment_months, device, three_d_secure)
SELECT id, 'pi_' || id, provider_id, method_id, 'card', 'pi_' || id, '', 'captured', amount, created_at, 0, 'succeeded',
       '', '', 'visa', '', last4, 0, '', '' FROM payments_payment;
INSERT INTO payments_paymentevent (payment_id, source, source_event_id, kind, occurred_at, received_at, digest, body)
SELECT id, 'provider:toss', 'evt_' || id, 'capture.succeeded', created_at, created_at, decode(md5(id::text), 'hex'),
       jsonb_build_object('provider', 'toss', 'provider_key', 'ch_' || id, 'amount', amount, 'currency', currency)
  FROM payments_payment;
INSERT INTO payments_paymentreference (provider_id, reference, payment_id)
SELECT provider_id, 'pi_' || id, id FROM payments_payment;
INSERT INTO payments_movementbatch (provider_id, source, movement_count, posted_at)
SELECT min(id), 'events', 0, now() FROM payments_provider;
INSERT INTO payments_movement (provider_id, batch_id, payment_id, movement_key, provider_key, payment_reference,
    merchant_reference, kind, amount, currency, occurred_at, occurred_on, method)
SELECT provider_id, (SELECT max(id) FROM payments_movementbatch), id, 'ch_' || id, 'ch_' || id, '', merchant_reference, 1,
       amount, currency, created_at, created_at::date, 'card' FROM payments_payment WHERE captured > 0;
"""


def kept_database(server: Server, template: str, count: int) -> str:
    """The whole name of a database with so many payments, made once; made anew where the tables have changed since."""
    older = f"payments_{count}_"
    name = older + _fingerprint(server, template)
    return server.keep(name, template, lambda half: _make(server, half, count), older)


def _make(server: Server, database: str, count: int) -> None:
    from payments.methods.models import PaymentMethod, Provider

    use(database)
    for code in PROVIDERS:
        Provider.objects.create(
            code=code, name=code, adapter="mapped", zone="Asia/Seoul", country="KR", currencies=["KRW"]
        )
    for place, code in enumerate(METHODS):
        names = {f"name_{language}": code for language in ("ko", "ja", "en")}
        PaymentMethod.objects.create(code=code, family="card", display_order=place, **names)
    leave()
    with server.connect(database) as connection:
        _fill(connection, count)


def _fill(connection: psycopg.Connection[Any], count: int) -> None:
    sizes = {"count": count, "days": DAYS, "customers": max(1, count // _CUSTOMERS_PER)}
    connection.autocommit = True
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET synchronous_commit = off")
    # Keys between tables hold by the way the rows are made; checking each would take most of the time.
    connection.execute("SET session_replication_role = replica")
    indexes = connection.execute(_SECOND_INDEXES, [list(_FACTS)]).fetchall()
    for name, _definition in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    connection.execute(_CUSTOMERS, sizes)
    connection.execute(_CHECKOUTS, sizes)
    connection.execute(_PAYMENTS, sizes)
    for statement in filter(None, map(str.strip, _DETAILS.split(";"))):
        connection.execute(statement)
    for _name, definition in indexes:
        connection.execute(definition)
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("CHECKPOINT")


def _fingerprint(server: Server, template: str) -> str:
    """Of columns and indexes, and of these statements: a change of either needs other rows."""
    with server.connect(template) as connection:
        rows = connection.execute(
            "SELECT string_agg(indexdef, ';' ORDER BY indexname) FROM pg_indexes WHERE tablename = ANY(%s)"
            " UNION ALL SELECT string_agg(table_name || column_name, ';' ORDER BY table_name, ordinal_position)"
            " FROM information_schema.columns WHERE table_name = ANY(%s)",
            [list(_FACTS), list(_FACTS)],
        ).fetchall()
    text = repr(rows) + _PAYMENTS + _CHECKOUTS + _CUSTOMERS + _DETAILS + repr((PROVIDERS, METHODS, DAYS))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
