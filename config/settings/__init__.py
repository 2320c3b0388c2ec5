"""The settings: `environment` reads the variables, `base` is every installation, `test` is the test suite."""
