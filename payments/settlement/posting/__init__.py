"""The presses: the set-based statements that turn staged rows into posted facts, one file per kind."""
