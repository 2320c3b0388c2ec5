"""The bars, one module each: a function that takes the ground and returns its figures."""
