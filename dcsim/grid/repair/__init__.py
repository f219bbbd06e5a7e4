"""What of the records is not to be believed: clocks, faults, repairs, and how far to trust them."""
