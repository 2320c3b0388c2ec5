"""Every figure of every dashboard is one that plotly knows: its own classes look at each property."""

from __future__ import annotations

import random

import plotly.graph_objects as go
import pytest
import time_machine
from django.test import Client

from analytics.charts.frame import bar, drawn
from analytics.dashboards.pages import PAGES
from config.staff.roles import Role
from tests.analytics import counted_town, town
from tests.cast import person


@pytest.mark.django_db
def test_plotly_knows_every_property_of_every_figure() -> None:
    with time_machine.travel(town.NOW, tick=False):
        counted_town.settle(150, random.Random(7))
        client = Client()
        client.force_login(person(Role.FINANCE))
        seen = 0
        for code in PAGES:
            page = client.get(f"/insights/{code}/" if code else "/insights/", {"first_on": "2026-10-10"})
            for chart in page.context["charts"]:
                assert go.Figure(chart.figure).to_plotly_json()["data"]
                seen += 1
    assert seen > 20


def test_a_property_that_plotly_does_not_know_is_found() -> None:
    with pytest.raises(ValueError, match="colour"):
        go.Figure(drawn([bar(x=[1], y=[2], marker={"colour": "red"})]))


def test_what_is_left_open_is_not_said() -> None:
    assert bar(x=[1], text=None, marker={"line": None, "color": "red"}) == {
        "type": "bar", "x": [1], "marker": {"color": "red"},
    }  # fmt: skip
