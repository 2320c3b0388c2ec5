"""The staging tables live for minutes and are filled in bulk: what is in them can be read again from the stored file."""

from django.db import migrations

TABLES = ("payments_stagedstatementline", "payments_stagedmovement", "payments_stagedbankline")


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_the_facts")]

    operations = [
        migrations.RunSQL(
            sql=[f"ALTER TABLE {table} SET UNLOGGED" for table in TABLES],
            reverse_sql=[f"ALTER TABLE {table} SET LOGGED" for table in TABLES],
        ),
        migrations.RunSQL(
            sql=[f"CREATE INDEX {table}_import ON {table} (file_import_id)" for table in TABLES],
            reverse_sql=[f"DROP INDEX {table}_import" for table in TABLES],
        ),
    ]
