"""The pages of the inbox: what providers delivered, what became of it, what was refused, and trying again."""
