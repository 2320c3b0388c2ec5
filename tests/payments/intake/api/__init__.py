"""The merchant API, as a machine of the shop uses it."""
