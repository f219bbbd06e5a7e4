"""What the world does, hour by hour: intensity, capacity factors, load and prices on one index."""
