"""Describing files nobody knows, without a database."""
