"""Verbs of settlement; only services write."""
