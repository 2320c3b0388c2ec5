"""Fuzzing led by coverage (atheris, libFuzzer) over the readers that have a parser in C or Rust below: `make fuzz`."""
