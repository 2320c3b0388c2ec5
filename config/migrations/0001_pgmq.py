"""Install PGMQ as plain SQL, so that an empty database needs nothing but `migrate` to be a broker."""

from django.db import migrations
from pgmq.install import get_embedded_install_sql


def install(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Somebody may have installed it before us, as an extension or by hand: then it is theirs to keep.
        cursor.execute("SELECT to_regtype('pgmq.message_record') IS NOT NULL")
        if not cursor.fetchone()[0]:
            cursor.execute(get_embedded_install_sql())


class Migration(migrations.Migration):
    dependencies = []

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
