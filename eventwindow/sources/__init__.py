"""Where facts and prices come from."""
