"""What a chargeback may cost, and where the fees stand that belong to no payment."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0002_staging_is_unlogged"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="feecontract",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="feecontract",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="feecontract",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="feecontract",
            name="chargeback_fee_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="feecontractevent",
            name="chargeback_fee_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="statementline",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", [6, 7]), ("merchant_reference", ""), ("payment_reference", ""), ("provider_key", "")
                ),
                fields=["statement"],
                name="line_standing_fee",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feecontract",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "payments_feecontractevent" ("chargeback_fee_minor", "currency", "effective_from", "effective_to", "fee_rounding", "fixed_minor", "has_pass_through", "id", "installment_basis_points", "is_returned_on_refund", "is_vat_included", "method_id", "minimum_minor", "monthly_fee_minor", "payout_threshold_minor", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "rate_basis_points", "transfer_fee_minor", "vat_rate_basis_points", "vat_rounding") VALUES (NEW."chargeback_fee_minor", NEW."currency", NEW."effective_from", NEW."effective_to", NEW."fee_rounding", NEW."fixed_minor", NEW."has_pass_through", NEW."id", NEW."installment_basis_points", NEW."is_returned_on_refund", NEW."is_vat_included", NEW."method_id", NEW."minimum_minor", NEW."monthly_fee_minor", NEW."payout_threshold_minor", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."rate_basis_points", NEW."transfer_fee_minor", NEW."vat_rate_basis_points", NEW."vat_rounding"); RETURN NULL;',
                    hash="0b82b4c5d20e1ad3f392018eec63525c163deb42",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f3094",
                    table="payments_feecontract",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feecontract",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "payments_feecontractevent" ("chargeback_fee_minor", "currency", "effective_from", "effective_to", "fee_rounding", "fixed_minor", "has_pass_through", "id", "installment_basis_points", "is_returned_on_refund", "is_vat_included", "method_id", "minimum_minor", "monthly_fee_minor", "payout_threshold_minor", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "rate_basis_points", "transfer_fee_minor", "vat_rate_basis_points", "vat_rounding") VALUES (NEW."chargeback_fee_minor", NEW."currency", NEW."effective_from", NEW."effective_to", NEW."fee_rounding", NEW."fixed_minor", NEW."has_pass_through", NEW."id", NEW."installment_basis_points", NEW."is_returned_on_refund", NEW."is_vat_included", NEW."method_id", NEW."minimum_minor", NEW."monthly_fee_minor", NEW."payout_threshold_minor", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."rate_basis_points", NEW."transfer_fee_minor", NEW."vat_rate_basis_points", NEW."vat_rounding"); RETURN NULL;',
                    hash="f20d643db50b55cc7d32899dbccf5ffd68a0c5c9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4b9ba",
                    table="payments_feecontract",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feecontract",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "payments_feecontractevent" ("chargeback_fee_minor", "currency", "effective_from", "effective_to", "fee_rounding", "fixed_minor", "has_pass_through", "id", "installment_basis_points", "is_returned_on_refund", "is_vat_included", "method_id", "minimum_minor", "monthly_fee_minor", "payout_threshold_minor", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "rate_basis_points", "transfer_fee_minor", "vat_rate_basis_points", "vat_rounding") VALUES (OLD."chargeback_fee_minor", OLD."currency", OLD."effective_from", OLD."effective_to", OLD."fee_rounding", OLD."fixed_minor", OLD."has_pass_through", OLD."id", OLD."installment_basis_points", OLD."is_returned_on_refund", OLD."is_vat_included", OLD."method_id", OLD."minimum_minor", OLD."monthly_fee_minor", OLD."payout_threshold_minor", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."rate_basis_points", OLD."transfer_fee_minor", OLD."vat_rate_basis_points", OLD."vat_rounding"); RETURN NULL;',
                    hash="7f0bffae3237862580d1e802ce17bfb4fef9b77a",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e6d92",
                    table="payments_feecontract",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="feecontract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("chargeback_fee_minor__isnull", True), ("chargeback_fee_minor__gte", 0), _connector="OR"
                ),
                name="fee_contract_chargeback_fee_is_a_cost",
            ),
        ),
    ]
