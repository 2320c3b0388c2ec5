"""The addresses of the queue and its cases; the queue and the place in it are in the query."""

from __future__ import annotations

from django.urls import path

from fraud.review.views import acts, bulk, cases, performance

app_name = "review"

urlpatterns = [
    path("", cases.queue, name="queue"),
    path("performance/", performance.performance, name="performance"),
    path("cases/next/", acts.take_next, name="next"),
    path("cases/bulk/", bulk.decide_many, name="bulk"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/claim/", acts.claim, name="claim"),
    path("cases/<int:pk>/release/", acts.release, name="release"),
    path("cases/<int:pk>/decide/", acts.decide, name="decide"),
    path("cases/<int:pk>/second/", acts.second, name="second"),
    path("cases/<int:pk>/escalate/", acts.escalate, name="escalate"),
    path("cases/<int:pk>/snooze/", acts.snooze, name="snooze"),
    path("cases/<int:pk>/ask/", acts.ask, name="ask"),
    path("cases/<int:pk>/note/", acts.note, name="note"),
    path("payments/<int:payment_id>/open/", acts.open_by_hand, name="open"),
    path("decisions/<int:pk>/undo/", acts.undo, name="undo"),
]
