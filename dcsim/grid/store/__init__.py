"""Grids on disk: imported by version, joined from all that was read, found by their ids."""
