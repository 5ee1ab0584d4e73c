"""Charts as pure functions: results and a palette in, a plotly Figure out. No screen, no state."""
