"""The pages of the metrics, and the same answers for machines and as files."""
