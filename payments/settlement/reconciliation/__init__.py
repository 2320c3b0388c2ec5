"""The three layers of reconciliation as set-based SQL: the same facts give the same result, in whatever order."""
