"""Describing a file nobody knows: its columns, what they may mean, a mapping made of it, and a trial; no database."""
