"""Statements posted, the three layers of reconciliation, breaks and settlement days."""
