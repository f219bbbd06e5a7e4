"""Where the program `dcsim` begins: signals first, then the command line with all it imports."""

from dcsim.cli.stopping import end_at_once_if_stopped


def main() -> None:
    """Run the command line; see `dcsim.cli.app.main` for its exit codes."""
    end_at_once_if_stopped()
    from dcsim.cli.app import main as run

    run()
