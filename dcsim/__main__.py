"""`python -m dcsim` is the command line."""

from dcsim.cli import main

main()
