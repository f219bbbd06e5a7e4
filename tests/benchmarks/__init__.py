"""Comparison with PyPSA, and times; off by default, run by `make bench`."""
