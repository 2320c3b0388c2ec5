"""Verbs of the lists slice."""
