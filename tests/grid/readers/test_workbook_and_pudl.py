"""EIA's sheet of one authority and PUDL's tables: fuels, tiers, flows and stamps."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.readers.eia930_workbook import STAMP
from dcsim.grid.readers.formats import read_records
from dcsim.grid.readers.pudl import CODE_OF
from dcsim.grid.records import Records

ENDS = pd.date_range("2024-06-30T22:00", periods=4, freq="h")
FIRST = pd.Timestamp("2024-06-30T21:00Z")


def read_one(path: Path, name: str) -> Records:
    ((found, records),) = read_records(path)
    assert found.name == name
    return records


def written(folder: Path, table: pd.DataFrame, name: str = "table.csv") -> Path:
    path = folder / name
    table.to_parquet(path) if name.endswith("parquet") else table.to_csv(path, index=False)
    return path


SHEET = pd.DataFrame(
    {
        "BA": "PNM",
        "UTC time": [f"{end:%Y-%m-%d %H:%M:%S}" for end in ENDS],
        "Local date": "2024-06-30",
        "Time zone": "Mountain",
        "DF": 1.0,
        "D": [1000.0, None, 1200.0, 1300.0],
        "NG": 1500.0,
        "TI": 500.0,
        "Adjusted D": [1000.0, 1100.0, 1200.0, 1300.0],
        "NG: COL": [500.0, 510.0, 520.0, 530.0],
        "NG: NG": 400.0,
        "NG: SUN": ["1,000", "1,001", "1,002", "1,003"],
        "Imputed COL Gen": 9.0,
        "Adjusted COL Gen": [500.0, 511.0, 520.0, 530.0],
        "EPE": -20.0,
        "AZPS": 30.0,
        "PGAE": 77.0,
        "CO2 Factor: COL": 2.2,
    }
)


class TestWorkbook:
    """The sheet Published Hourly Data, saved as CSV."""

    def test_tiers_fuels_and_flows(self, tmp_path: Path) -> None:
        records = read_one(written(tmp_path, SHEET), "eia930-workbook")
        table = records.table
        assert (records.ba_code, table.index[0]) == ("PNM", FIRST)
        assert table["coal"].tolist() == [500, 511, 520, 530]
        assert table["natural_gas"].tolist() == [400] * 4
        assert table["solar"].tolist() == [1000, 1001, 1002, 1003]
        assert table["demand"].tolist() == [1000, 1100, 1200, 1300]
        assert table[["net_generation", "total_interchange"]].iloc[0].tolist() == [1500, 500]
        assert table[["to_EPE", "to_AZPS"]].iloc[0].tolist() == [-20, 30]
        assert "to_PGAE" not in table
        assert any("CO2" in note for note in records.notes)

    def test_newer_workbooks_write_words(self, tmp_path: Path) -> None:
        words = {
            "D": "Demand",
            "NG": "Net generation",
            "TI": "Total interchange",
            "Adjusted D": "Adjusted demand",
        }
        one = read_one(written(tmp_path, SHEET), "eia930-workbook")
        other = read_one(written(tmp_path, SHEET.rename(columns=words), "b.csv"), "eia930-workbook")
        pd.testing.assert_frame_equal(one.table, other.table)

    @pytest.mark.parametrize(
        "form",
        [
            "{:%m/%d/%Y %H:%M}",
            "{:%m/%d/%Y %I:%M:%S %p}",
            "{:%d%b%Y %H:%M:%S}",
            "{:%m/%d/%y %H:%M}",
            "serial",
        ],
    )
    def test_stamps_as_spreadsheets_write_them(self, tmp_path: Path, form: str) -> None:
        epoch = pd.Timestamp("1899-12-30")
        stamps = [
            f"{(end - epoch) / pd.Timedelta('1D'):.10f}" if form == "serial" else form.format(end)
            for end in ENDS
        ]
        records = read_one(written(tmp_path, SHEET.assign(**{STAMP: stamps})), "eia930-workbook")
        assert list(records.table.index) == list(ENDS.tz_localize("UTC") - pd.Timedelta("1h"))

    def test_a_bad_stamp_is_refused_with_its_line(self, tmp_path: Path) -> None:
        stamps = [*SHEET[STAMP][:2], "soon", SHEET[STAMP][3]]
        with pytest.raises(DataError, match="line 4: UTC time is 'soon'"):
            list(read_records(written(tmp_path, SHEET.assign(**{STAMP: stamps}))))

    def test_a_workbook_says_which_sheet(self, tmp_path: Path) -> None:
        import zipfile

        path = tmp_path / "PNM.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
        with pytest.raises(DataError, match="sheet Published Hourly Data"):
            list(read_records(path))


def by_source(values: dict[str, list[float | None]], code: str = "CISO") -> pd.DataFrame:
    """PUDL's table of generation; adjusted values are 1 MWh above the reported."""
    return pd.DataFrame(
        [
            {
                "datetime_utc": end,
                "balancing_authority_code_eia": code,
                "generation_energy_source": word,
                "net_generation_reported_mwh": value,
                "net_generation_adjusted_mwh": None if value is None else value + 1,
                "net_generation_imputed_eia_mwh": None,
            }
            for word, column in values.items()
            for end, value in zip(ENDS, column, strict=True)
        ]
    )


CSV_OR_PARQUET = pytest.mark.parametrize("name", ["pudl.csv", "pudl.parquet"])


class TestPudl:
    """No sample was seen: written here as PUDL's metadata has it."""

    @CSV_OR_PARQUET
    def test_generation_of_two_vintages_is_one_series(self, tmp_path: Path, name: str) -> None:
        table = by_source(
            {
                "solar": [1.0, 2.0, None, None],
                "solar_wo_integrated_battery_storage": [None, None, 3.0, 4.0],
                "solar_w_integrated_battery_storage": [None, None, 10.0, 10.0],
                "gas": [100.0] * 4,
                "battery_storage": [None, None, -50.0, 50.0],
                "geothermal": [5.0] * 4,
                "other": [7.0] * 4,
            }
        ).astype({"generation_energy_source": "category"})
        records = read_one(written(tmp_path, table, name), "pudl")
        assert (records.ba_code, records.table.index[0]) == ("CISO", FIRST)
        assert records.table["solar"].tolist() == [2, 3, 4 + 11, 5 + 11]
        assert records.table["natural_gas"].tolist() == [101] * 4
        assert records.table["other"].tolist() == [14] * 4
        assert records.table["storage"].iloc[2:].tolist() == [-49, 51]
        assert "EIA's adjusted values are taken" in records.notes

    def test_authorities_are_told_apart(self, tmp_path: Path) -> None:
        table = pd.concat([by_source({"coal": [1.0] * 4}), by_source({"coal": [2.0] * 4}, "PJM")])
        path = written(tmp_path, table.sort_values("datetime_utc"))
        found = {records.ba_code: records for _, records in read_records(path)}
        assert {code: one.table["coal"].tolist() for code, one in found.items()} == {
            "CISO": [2] * 4,
            "PJM": [3] * 4,
        }
        assert [r.ba_code for _, r in read_records(path, wanted=["PJM"])] == ["PJM"]

    def test_what_no_grid_generates_is_missing(self, tmp_path: Path) -> None:
        table = by_source({"coal": [1.0, 2.58e9, 1.0, 1.0], "gas": [9.0] * 4})
        records = read_one(written(tmp_path, table), "pudl")
        assert records.table["coal"].isna().tolist() == [False, True, False, False]

    @CSV_OR_PARQUET
    def test_operations(self, tmp_path: Path, name: str) -> None:
        table = pd.DataFrame({"datetime_utc": ENDS, "balancing_authority_code_eia": "CISO"})
        for n, what in enumerate(("net_generation", "interchange", "demand")):
            table = table.assign(
                **{f"{what}_reported_mwh": n + 1.0, f"{what}_imputed_eia_mwh": 9.0}
            )
        records = read_one(written(tmp_path, table.assign(demand_adjusted_mwh=4.0), name), "pudl")
        assert records.table.iloc[0].to_dict() == {
            "demand": 4,
            "net_generation": 1,
            "total_interchange": 2,
        }

    @CSV_OR_PARQUET
    def test_interchange(self, tmp_path: Path, name: str) -> None:
        table = pd.DataFrame(
            {
                "datetime_utc": ENDS,
                "balancing_authority_code_eia": "CISO",
                "balancing_authority_code_adjacent_eia": "BPAT",
                "interchange_reported_mwh": [-1.0, 2.0, 3.0, 4.0],
            }
        )
        records = read_one(written(tmp_path, table, name), "pudl")
        assert records.table["to_BPAT"].tolist() == [-1, 2, 3, 4]
        assert records.table.index[0] == FIRST

    def test_subregions_are_of_no_use(self, tmp_path: Path) -> None:
        columns = ["datetime_utc", "balancing_authority_code_eia", "demand_reported_mwh"]
        columns.insert(2, "balancing_authority_subregion_code_eia")
        path = tmp_path / "sub.csv"
        path.write_text(",".join(columns) + "\n2024-01-01,CISO,PGAE,1\n")
        with pytest.raises(DataError, match="file of subregions"):
            list(read_records(path))

    def test_every_source_is_a_code_of_eia(self) -> None:
        assert len(CODE_OF) == 19
        assert all(code.isupper() for code in CODE_OF.values())


WEIGHTS = "period,E_CISO_COL,E_CISO_GAS,E_CISO_NG,E_CISO_D\n" + "".join(
    f"2023-06-01 {hour:02}:00:00,1000.0,0.51,0.44,0.42\n" for hour in range(5)
)


@pytest.mark.parametrize("name", ["E_weights_2023.csv", "weights.csv", "E_raw.csv", "CISO.parquet"])
def test_weights_are_no_power_whatever_they_are_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(WEIGHTS)
    if name.endswith("parquet"):
        pd.read_csv(path).to_parquet(path)
    with pytest.raises(DataError, match="weights of gridemissions"):
        list(read_records(path))


@pytest.mark.parametrize(
    "make", [lambda s: s.replace("0.44", "1000.5"), lambda s: s.replace(",1000.0", ",3.0")]
)
def test_small_authorities_are_no_weights(tmp_path: Path, make: Callable[[str], str]) -> None:
    """Fuels that add up, and a total a little below them: station use."""
    path = tmp_path / "E_raw.csv"
    path.write_text(make(WEIGHTS).replace("0.44", "2.6"))
    ((_, records),) = read_records(path)
    assert records.ba_code == "CISO"
