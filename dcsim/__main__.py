"""`python -m dcsim` is the command line."""

from dcsim.cli.app import main

main()
