"""`python -m dcsim` is the command line."""

from dcsim.cli.entry import main

main()
