"""Verbs of scoring: learning, keeping, promoting, explaining."""
