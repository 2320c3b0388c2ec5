"""The reading machine: a stored file in, rendered rows and findings out; pure, in this process or in one beside it."""
