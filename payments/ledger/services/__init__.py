"""The verbs of the ledger: everything that happens to a payment goes through `record`."""
