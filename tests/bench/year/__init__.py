"""A year of a merchant with ten million attempts, made by SQL alone: what the dashboards and what is kept for them are
measured on."""
