"""EIA's fuel codes folded to dcsim's fuels: sums, missing hours, unknown codes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.grid.generation import FUELS
from dcsim.grid.readers.eba_names import Holding, holding_of
from dcsim.grid.readers.eia_codes import FOLDED, fold, is_region, records_of, side_by_side
from dcsim.grid.records import STORAGE

NAN = float("nan")
INDEX = pd.date_range("2024-01-01", periods=3, freq="h", tz="UTC")


def series(*values: float) -> pd.Series:
    return pd.Series(list(values), index=INDEX[: len(values)])


def test_parts_of_a_fuel_are_added_and_the_note_says_so() -> None:
    """WAT 300 and PS -20 are 280; SUN 5 and SNB 7 are 12; BAT -3 and UES 1 are -2."""
    parts = {"WAT": 300, "PS": -20, "SUN": 5, "SNB": 7, "WND": 4, "WNB": 6, "BAT": -3, "UES": 1}
    folded, notes = fold({code: series(value) for code, value in parts.items()})
    found = {name: values.tolist() for name, values in folded.items()}
    assert found == {"hydro": [280], "solar": [12], "wind": [10], STORAGE: [-2]}
    assert notes == (
        "hydro is WAT + PS",
        "solar is SUN + SNB",
        "wind is WND + WNB",
        "storage is BAT + UES",
    )


def test_what_is_in_other_and_codes_nobody_knows() -> None:
    """OTH 1, UNK 2, GEO 3, BIO 4 and a new code of 10 make 20."""
    parts = {"OTH": 1, "UNK": 2, "GEO": 3, "BIO": 4, "H2": 10}
    folded, notes = fold({code: series(value) for code, value in parts.items()})
    assert folded["other"].tolist() == [20]
    assert notes == (
        "other is OTH + UNK + GEO + BIO",
        "fuel code H2 is not known to dcsim and counts as other",
    )


def test_a_single_code_is_no_news_but_a_stand_in_is() -> None:
    assert fold({"WAT": series(1), "NG": series(2)})[1] == ()
    assert fold({"GEO": series(1)})[1] == ("other is GEO",)


def test_a_fuel_is_missing_where_its_main_code_is() -> None:
    """Wind of 100 with 5 beside a battery: where the 100 is missing, 5 would look like a lull."""
    folded, _ = fold({"WND": series(100, NAN, 100), "WNB": series(5, 5, NAN)})
    assert folded["wind"].tolist()[::2] == [105, 100]
    assert np.isnan(folded["wind"].iloc[1])


def test_without_a_main_code_what_is_there_counts() -> None:
    folded, _ = fold({"UNK": series(1, NAN, NAN), "GEO": series(2, 3, NAN), "OTH": series(NAN)})
    assert folded["other"].tolist()[:2] == [3, 3]
    assert np.isnan(folded["other"].iloc[2])


def test_a_code_that_pauses_for_more_than_a_month_is_not_in_use() -> None:
    """Wind turns into wind with batteries: 100 at first, then a gap of 744 h or a pause of 745 h.

    In the gap wind is missing; in the pause it is the 5 that are left. The last hour is 100 + 5.
    """
    for hours, expected in ((744, NAN), (745, 5)):
        index = pd.date_range("2024-01-01", periods=hours + 2, freq="h", tz="UTC")
        main = pd.Series([100.0, *[NAN] * hours, 100.0], index)
        wind = fold({"WND": main, "WNB": pd.Series(5.0, index)})[0]["wind"]
        np.testing.assert_array_equal(wind, [105, *[expected] * hours, 105])


def test_hours_that_are_there_twice_stay() -> None:
    double = INDEX[[0, 1, 1]]
    parts = {"WAT": pd.Series([1.0, 2, 3], double), "PS": pd.Series([10.0, 20, 30], double)}
    assert fold(parts)[0]["hydro"].tolist() == [11, 22, 33]


CODES = [code for codes in FOLDED.values() for code in codes]


@given(
    st.dictionaries(
        st.sampled_from([*CODES, "NEW"]),
        st.lists(st.floats(-1e5, 1e5), min_size=3, max_size=3),
        min_size=1,
    )
)
def test_no_energy_is_lost_or_made(values: dict[str, list[float]]) -> None:
    """All fuels and storage together are all codes together, whatever the codes."""
    folded, _ = fold({code: series(*column) for code, column in values.items()})
    assert set(folded) <= {*FUELS, STORAGE}
    before = np.sum(list(values.values()), axis=0)
    after = np.sum([column.to_numpy() for column in folded.values()], axis=0)
    np.testing.assert_allclose(after, before, rtol=1e-12, atol=1e-6)


def test_records_have_columns_in_order_and_none_without_a_value() -> None:
    table = pd.DataFrame(
        {
            "to_PJM": series(1, 2, 3),
            "demand": series(4, 5, 6),
            "WND": series(7, 8, 9),
            "COL": series(NAN, 1, 2),
            "net_generation": series(NAN, NAN, NAN),
            "to_AECI": series(0, 0, 0),
        }
    )
    records = records_of("MISO", table, ["a note"])
    assert list(records.table.columns) == ["coal", "wind", "demand", "to_AECI", "to_PJM"]
    assert records.notes == ("a note",)


def test_series_side_by_side_keep_hours_that_one_has_twice() -> None:
    """The hour 01:00 is twice in a and once in b: two rows, the second without b."""
    a = pd.Series([1.0, 2, 3], INDEX[[0, 1, 1]])
    b = pd.Series([10.0, 20], INDEX[:2])
    table = side_by_side({"a": a, "b": b})
    assert table["a"].tolist() == [1, 2, 3]
    assert table["b"].tolist()[:2] == [10, 20]
    assert np.isnan(table["b"].iloc[2])
    assert list(side_by_side({"b": b.iloc[::-1]}).index) == list(INDEX[:2])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("EBA.CISO-ALL.D.H", ("CISO", "demand")),
        ("EBA.CISO-ALL.NG.H", ("CISO", "net_generation")),
        ("EBA.CISO-ALL.NG.NG.H", ("CISO", "NG")),
        ("EBA.CISO-ALL.TI.H", ("CISO", "total_interchange")),
        ("EBA.CISO-BPAT.ID.H", ("CISO", "to_BPAT")),
        ("EBA.CISO-ALL.DF.H", None),
        ("EBA.CISO-ALL.D.HL", None),
        ("EBA.CISO-ALL.D.X.H", None),
        ("EBA.CISO-BPAT.D.H", None),
        ("EBA.CAL-ALL.NG.SUN.H", None),
        ("EBA.CISO-NW.ID.H", None),
        ("First.Name.1", None),
    ],
)
def test_names_of_series(name: str, expected: tuple[str, str] | None) -> None:
    assert holding_of(name) == (None if expected is None else Holding(*expected))


def test_regions_are_no_authorities() -> None:
    assert all(map(is_region, ("US48", "CAL", "NE", "TEX", "CAN")))
    assert not any(map(is_region, ("CISO", "ISNE", "SC", "SPA")))
