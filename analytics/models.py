"""The index of the tables of analytics, for Django; each slice keeps its own."""

from __future__ import annotations

from analytics.rollups.models import CountedPayment, DirtyHour, Rollup

__all__ = ["CountedPayment", "DirtyHour", "Rollup"]
