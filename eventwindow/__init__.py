"""Event Window: how markets react to regulators, measured and said honestly."""

__version__ = "0.1.0"
