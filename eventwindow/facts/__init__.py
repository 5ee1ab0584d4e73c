"""The ground floor: tables, what they mean, and the rules they must keep."""
