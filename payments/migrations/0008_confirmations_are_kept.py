"""What a person confirmed is a fact of its own, and keys are ranked again only where something moved."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0007_account_runs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TouchedKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('match_key', models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='openline',
            name='is_repeated',
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddIndex(
            model_name='openline',
            index=models.Index(condition=models.Q(('is_repeated', True)), fields=['provider'], name='open_line_repeated'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='confirmed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='line',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.statementline'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='movement',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.movement'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='provider',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.provider'),
        ),
        migrations.AddField(
            model_name='touchedkey',
            name='provider',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.provider'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='confirmation',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='107552a8f3c1f5a171fa3be4d2229dec41064dc0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2b4de', table='payments_confirmation', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='confirmation',
            trigger=pgtrigger.compiler.Trigger(name='never_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'history is never truncated: %', TG_TABLE_NAME;", hash='62382ce92209ea3674a70dc9adc1b85f7d443ed3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_never_truncated_76b0f', table='payments_confirmation', when='BEFORE')),
        ),
        migrations.RunSQL(
            sql="INSERT INTO payments_confirmation (provider_id, line_id, movement_id, confirmed_at, confirmed_by_id)"
            " SELECT provider_id, line_id, movement_id, matched_at, matched_by_id FROM payments_match WHERE rule = 3",
            reverse_sql=migrations.RunSQL.noop,
        ),
        # Which open lines repeat another was worked out by each run: the next one does so for all of them.
        migrations.RunSQL(
            sql="INSERT INTO payments_touchedkey (provider_id, match_key)"
            " SELECT DISTINCT provider_id, match_key FROM payments_openline WHERE match_key IS NOT NULL",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
