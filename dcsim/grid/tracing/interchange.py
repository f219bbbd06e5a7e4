"""Flows between authorities, from what both ends of every link report."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.grid.records import neighbours, to
from dcsim.grid.tracing.gaps import Floats, fill_short_gaps


@dataclass(frozen=True)
class Links:
    """Hourly flows over all links, a column for each, in the order of `ends`.

    Attributes:
        ends: The two codes of each link over which a flow is known, in alphabetical order.
        forth_mw: From the first to the second, zero or more [MW].
        back_mw: From the second to the first, zero or more [MW].
        disagreement_mw: Distance between the two reports; NaN where only one is there [MW].
        filled: Where neither end reported and the gap was short enough to fill.
        silent: Where neither end reported and nothing is taken to flow.
    """

    ends: tuple[tuple[str, str], ...]
    forth_mw: Floats
    back_mw: Floats
    disagreement_mw: Floats
    filled: npt.NDArray[np.bool_]
    silent: npt.NDArray[np.bool_]


def links_of(wide: pd.DataFrame) -> Links:
    """Return the flows over every link of which either end reports any.

    Args:
        wide: Records of many authorities side by side; columns are (code, column).
    """
    codes = dict.fromkeys(wide.columns.get_level_values(0))
    reported = [
        (code, other)
        for code in codes
        for other, column in neighbours(wide[code]).items()
        if wide[code, column].notna().any()
    ]
    ends = sorted({(min(pair), max(pair)) for pair in reported})
    forth = _exports_mw(wide, ends)
    back = _exports_mw(wide, [(second, first) for first, second in ends])
    net_mw = np.where(np.isnan(back), forth, np.where(np.isnan(forth), -back, (forth - back) / 2))
    filled_mw = fill_short_gaps(net_mw)
    missing, silent = np.isnan(net_mw), np.isnan(filled_mw)
    return Links(
        ends=tuple(ends),
        forth_mw=np.clip(np.nan_to_num(filled_mw), 0, None),
        back_mw=np.clip(np.nan_to_num(-filled_mw), 0, None),
        disagreement_mw=np.abs(forth + back),
        filled=missing & ~silent,
        silent=silent,
    )


def _exports_mw(wide: pd.DataFrame, links: Sequence[tuple[str, str]]) -> Floats:
    """Return what the first end of each link says it exports to the second, NaN if nothing."""
    columns = [(first, to(second)) for first, second in links]
    found = wide.reindex(columns=pd.MultiIndex.from_tuples(columns, names=wide.columns.names))
    return found.to_numpy(dtype=float)


def connected(ends: Collection[tuple[str, str]], code: str, inside: Collection[str]) -> set[str]:
    """Return an authority and all that links lead to from it, directly or through others.

    Args:
        ends: The two codes of each link.
        code: Where to begin.
        inside: The authorities there are records of: what is beyond others is not traced.
    """
    found, more = set[str](), {code}
    while more != found:
        found = more
        reached = {end for pair in ends if found.intersection(pair) for end in pair}
        more = found | reached.intersection(inside)
    return found
