"""The verbs: marking what changed, computing it anew."""
