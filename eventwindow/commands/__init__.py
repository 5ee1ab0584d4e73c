"""The commands that keep the data: each module adds one to the command line and runs it."""
