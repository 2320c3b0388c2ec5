"""Truth turned into bytes: each file as the provider, the bank or our own ledger writes it."""
