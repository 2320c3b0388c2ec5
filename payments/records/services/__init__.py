"""Verbs of the records slice."""
