"""Verbs of the methods slice."""
