"""What the world does, hour by hour: intensity, capacity factors and load on one index."""
