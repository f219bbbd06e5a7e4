"""Where the files that come with dcsim are: `grids/` and `scenarios/`.

In the wheel they lie inside the package; in a checkout they lie beside it.
"""

from pathlib import Path

_INSTALLED = Path(__file__).parent / "_shipped"
_CHECKOUT = Path(__file__).parent.parent


def shipped_folder(name: str) -> Path:
    """Return the folder `grids` or `scenarios` as installed, or as it lies in the checkout."""
    installed = _INSTALLED / name
    return installed if installed.is_dir() else _CHECKOUT / name
