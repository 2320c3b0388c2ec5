"""Verbs of the intake slice: keep bytes, read them into staging, clear the staging."""
