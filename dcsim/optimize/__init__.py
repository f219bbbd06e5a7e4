"""What to build and how to run it: the linear program and its certified optimum."""
