"""The pages of settlement, one module per subject: calendar, days, lines, breaks, payouts, imports."""
