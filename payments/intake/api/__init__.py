"""The merchant API: what the shop's machines tell and ask, under `/api/v1/`."""
