"""How good the data are: checks with their findings, coverage, and the press beside our measurement."""
