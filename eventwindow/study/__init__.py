"""The statistics core: numpy arrays in, frozen results out. No network, no screen."""
