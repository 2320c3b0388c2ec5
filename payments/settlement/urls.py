"""The addresses of settlement; the state of every list is in its query."""

from __future__ import annotations

from django.urls import path

from payments.settlement.views import (
    break_acts,
    breaks,
    calendar,
    days,
    imports,
    lines,
    mappings,
    payouts,
    versions,
)

app_name = "settlement"

urlpatterns = [
    path("days/", calendar.calendar, name="calendar"),
    path("days/<slug:provider>/<slug:booked_on>/", days.day, name="day"),
    path("days/<slug:provider>/<slug:booked_on>/lines/", days.day_lines, name="day_lines"),
    path("days/<slug:provider>/<slug:booked_on>/movements/", days.day_movements, name="day_movements"),
    path("days/<slug:provider>/<slug:booked_on>/by/<slug:by>/", days.day_by_date, name="day_by_date"),
    path("statements/<int:pk>/lines/", days.statement_lines, name="statement_lines"),
    path("statements/<int:pk>/versions/", versions.versions, name="versions"),
    path("statements/<int:pk>/versions/count/", versions.make_count, name="version_count"),
    path("bank-statements/<int:pk>/versions/", versions.bank_versions, name="bank_versions"),
    path("bank-statements/<int:pk>/versions/count/", versions.make_bank_count, name="bank_version_count"),
    path("statements/<int:old>/changes/<int:new>/", versions.changes, name="version_changes"),
    path("lines/<int:pk>/", lines.line, name="line"),
    path("lines/<int:pk>/confirm/", lines.confirm, name="line_confirm"),
    path("payouts/", payouts.payouts, name="payouts"),
    path("payouts/<int:pk>/", payouts.payout, name="payout"),
    path("payouts/<int:pk>/lines/", days.payout_lines, name="payout_lines"),
    path("breaks/", breaks.breaks, name="breaks"),
    path("breaks/assign/", break_acts.bulk_assign, name="breaks_assign"),
    path("breaks/<int:pk>/", breaks.broken, name="break"),
    path("breaks/<int:pk>/row/", break_acts.row, name="break_row"),
    path("breaks/<int:pk>/assign/", break_acts.assign, name="break_assign"),
    path("breaks/<int:pk>/investigate/", break_acts.investigate, name="break_investigate"),
    path("breaks/<int:pk>/resolve/", break_acts.resolve, name="break_resolve"),
    path("breaks/<int:pk>/reopen/", break_acts.reopen, name="break_reopen"),
    path("imports/", imports.imports, name="imports"),
    path("imports/upload/", imports.upload, name="upload"),
    path("imports/<int:pk>/", imports.file_import, name="import"),
    path("imports/<int:pk>/state/", imports.import_state, name="import_state"),
    path("imports/<int:pk>/commit/", imports.commit, name="import_commit"),
    path("imports/<int:pk>/discard/", imports.discard, name="import_discard"),
    path("imports/<int:pk>/format/", mappings.read_as, name="import_format"),
    path("imports/<int:pk>/mapping/", mappings.editor, name="mapping_editor"),
    path("mappings/", mappings.mappings, name="mappings"),
    path("mappings/<int:pk>/", mappings.version, name="mapping_version"),
    path("mappings/<int:pk>/restore/", mappings.restore, name="mapping_restore"),
    path("mappings/<slug:side>/<slug:code>/", mappings.history, name="mapping_history"),
    path("mappings/<slug:side>/<slug:code>/json/", mappings.bring, name="mapping_bring"),
]
