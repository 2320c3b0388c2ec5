"""The definitions: what each metric counts, of which facts, and what it leaves out."""
