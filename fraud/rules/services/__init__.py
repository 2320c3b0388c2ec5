"""Verbs of the rules slice."""
