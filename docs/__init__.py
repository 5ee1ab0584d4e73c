"""Commands that make what the documentation shows."""
