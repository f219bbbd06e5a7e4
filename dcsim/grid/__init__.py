"""What the grid is: hourly generation by fuel, and what a MWh of it emits."""
