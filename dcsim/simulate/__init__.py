"""What happens when it runs: the discrete-event replay."""
