"""Readers of grid files. Each translates names, units and clock at the door."""
