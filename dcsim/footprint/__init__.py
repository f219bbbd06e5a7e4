"""What it cost the climate: the ledger and the scores."""
