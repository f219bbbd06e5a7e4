"""gridemissions, Electricity Maps, CarbonCast, Carbon Explorer's columns and the plain table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.readers import rows
from dcsim.grid.readers.electricity_maps import ba_of
from tests.grid.readers.written import all_records, file_of, one_table

GRIDEMISSIONS = """\
period,E_CISO-BPAT_ID,E_CISO_GAS,E_CISO_NG,E_CISO_D,E_CISO_TI,E_CISO_BAT,E_PJM_NUC
2023-06-10T00,-5,100,300,310,-10,-7,30
2023-06-10T01,-6,110,301,311,-11,,31
"""


class TestGridemissions:
    def test_gas_is_natural_gas_and_ng_is_net_generation(self, tmp_path: Path) -> None:
        found = {r.ba_code: r for r in all_records(file_of(tmp_path, GRIDEMISSIONS))}
        table = found["CISO"].table
        assert table["natural_gas"].tolist() == [100, 110]
        assert table["net_generation"].tolist() == [300, 301]
        assert table["to_BPAT"].tolist() == [-5, -6]
        assert table["storage"].isna().tolist() == [False, True]
        assert table.index[0] == pd.Timestamp("2023-06-09T23:00Z")
        assert found["PJM"].table["nuclear"].tolist() == [30, 31]
        assert found["PJM"].notes == ("stamps were hour-ending UTC and are moved one hour back",)

    def test_cleaned_tables_say_so_and_keep_intensity(self, tmp_path: Path) -> None:
        content = (
            "period,CO2i_CISO_D,E_CISO_D,CO2_CISO_D,E_CAL_D,E_CISO_X-Y\n"
            "2021-07-10 00:00:00,290,-1e-9,12,5,1\n"
        )
        (records,) = all_records(file_of(tmp_path, content))
        assert records.table.iloc[0].tolist() == [-1e-9, 290]
        assert [note.split(" ")[0] for note in records.notes[1:]] == [
            "intensity",
            "emissions",
            "gridemissions",
        ]

    @pytest.mark.parametrize("block_bytes", [2**24, 2**13])
    def test_folding_does_not_depend_on_where_a_batch_ends(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int
    ) -> None:
        """Hydro of 1,000 that is silent for 560 hours is missing: it is a gap.

        Silent for 800, more than 744, it is not in use, and 50 of pumping are left. In all other
        hours hydro is 1,000 - 50 = 950.
        """
        monkeypatch.setattr(rows, "_BLOCK_BYTES", block_bytes)
        ends = pd.date_range("2023-01-01T01:00", periods=2000, freq="h")
        for silent, expected in ((slice(1200, 2000), -50), (slice(1400, 1960), np.nan)):
            water = np.full(2000, 1000.0)
            water[silent] = np.nan
            table = pd.DataFrame({"period": ends, "E_BPAT_WAT": water, "E_BPAT_PS": -50.0})
            content = table.to_csv(index=False, date_format="%Y-%m-%dT%H")
            hydro = one_table(file_of(tmp_path, content))["hydro"].to_numpy()
            np.testing.assert_array_equal(hydro[silent], expected)
            np.testing.assert_array_equal(np.delete(hydro, np.r_[silent]), 950)

    def test_two_columns_of_one_thing_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="column 'E_CISO_D' is there twice"):
            all_records(file_of(tmp_path, "period,E_CISO_D,E_CISO_D\n2023-06-10T00,1,2\n"))

    def test_a_file_forced_without_energy_is_refused(self, tmp_path: Path) -> None:
        path = file_of(tmp_path, "period,CO2_CISO_D\n2023-06-10T00,1\n")
        with pytest.raises(DataError, match=r"has no energy \(E_<BA>_<fuel>\) and no intensity"):
            all_records(path, format_name="gridemissions")

    @pytest.mark.real_data
    def test_a_real_window_is_all_there(self, real_data: Path) -> None:
        """Sums over the file and over the records are equal, column by column of the file."""
        path = real_data / "eia930_windows" / "E_raw_2023-06-10_2023-06-20.csv.gz"
        raw = pd.read_csv(path).drop(columns="period").sum()
        tables = {records.ba_code: records.table for records in all_records(path)}
        for fuel, code in (("natural_gas", "GAS"), ("net_generation", "NG"), ("demand", "D")):
            total = sum(table[fuel].sum() for table in tables.values() if fuel in table)
            assert total == raw[raw.index.str.endswith(f"_{code}")].sum()
        flows = sum(table.filter(like="to_").sum().sum() for table in tables.values())
        assert flows == raw[raw.index.str.endswith("_ID")].sum()


MAPS = """\
Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),\
Carbon Intensity gCO₂eq/kWh (LCA),Low Carbon Percentage,Data Source,Data Estimated
2022-01-01 00:00:00,USA,CAISO,US-CAL-CISO,209.52,273.77,55.39,caiso.com,false
2022-01-01 01:00:00,USA,CAISO,US-CAL-CISO,225.05,290.62,52.73,caiso.com,true
"""
OLD_MAPS = """\
datetime,timestamp,zone_name,carbon_intensity_avg,total_production_avg,total_import_avg,\
total_export_avg,total_consumption_avg,power_production_gas_avg,power_production_hydro_avg,\
power_net_discharge_hydro_avg,power_production_unknown_avg,power_production_biomass_avg,\
power_net_discharge_battery_avg,power_net_import_US-NW-BPAT_avg,power_net_import_MX-BC_avg,\
power_net_import_XX-YY_avg
2020-01-01T00:00:00+00:00,1577836800,US-CAL-CISO,332.39,11294,6014,219,17089,7290,,-5,3,4,-9,\
1121,37,1
2020-01-01T01:00:00+00:00,1577840400,US-CAL-CISO,363.37,11698,8806,0,20504,9098,10,,,,,1648,,1
"""


class TestElectricityMaps:
    def test_intensity_and_carbon_free_share(self, tmp_path: Path) -> None:
        """Stamps begin the hour; 1 g/kWh is 1 kg/MWh; 55.39 % is 0.5539."""
        (records,) = all_records(file_of(tmp_path, MAPS))
        assert records.ba_code == "CISO"
        assert records.table.index[0] == pd.Timestamp("2022-01-01T00:00Z")
        assert records.table.iloc[0].to_dict() == pytest.approx(
            {
                "intensity_kg_per_mwh": 273.77,
                "direct_intensity_kg_per_mwh": 209.52,
                "carbon_free_frac": 0.5539,
            }
        )
        assert "Electricity Maps estimated 1 hours" in records.notes

    def test_names_of_the_newer_portal(self, tmp_path: Path) -> None:
        content = (
            MAPS.replace("(LCA)", "(Life cycle)")
            .replace("Low Carbon Percentage", "Carbon-free energy percentage (CFE%)")
            .replace("Zone Id", "Zone id")
            .replace(",Data Estimated", ",Data estimated")
        )
        (new,) = all_records(file_of(tmp_path, content, "new.csv"))
        (old,) = all_records(file_of(tmp_path, MAPS))
        pd.testing.assert_frame_equal(new.table, old.table)
        assert new.notes == old.notes

    def test_several_zones_in_one_file(self, tmp_path: Path) -> None:
        more = MAPS + MAPS.splitlines()[1].replace("US-CAL-CISO", "US-MIDA-PJM") + "\n"
        found = {r.ba_code: len(r.table) for r in all_records(file_of(tmp_path, more))}
        assert found == {"CISO": 2, "PJM": 1}

    def test_a_zone_that_is_no_authority_needs_a_code(self, tmp_path: Path) -> None:
        path = file_of(tmp_path, MAPS.replace("US-CAL-CISO", "DE"))
        with pytest.raises(DataError, match="zone 'DE' is no US balancing authority"):
            all_records(path)
        assert all_records(path, ba_code="CISO")[0].ba_code == "CISO"

    def test_a_blank_zone_is_named_also_with_a_code(self, tmp_path: Path) -> None:
        first, second = MAPS.rsplit("US-CAL-CISO", 1)
        path = file_of(tmp_path, first + second)
        for code in (None, "CISO"):
            with pytest.raises(DataError, match="line 3: zone id is blank"):
                all_records(path, ba_code=code)

    def test_a_file_without_values_says_so(self, tmp_path: Path) -> None:
        content = "Datetime (UTC),Zone id,Carbon Intensity (LCA)\n2022-01-01T00,US-CAL-CISO,\n"
        with pytest.raises(DataError, match="is blank in all 1 rows; there is no intensity_kg"):
            all_records(file_of(tmp_path, content))

    def test_a_file_without_intensity_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"has no column 'Carbon Intensity gCO₂eq/kWh \(LCA\)'"):
            all_records(file_of(tmp_path, MAPS.replace("Carbon Intensity", "Something")))

    def test_the_export_of_2021_has_the_mix_and_flows(self, tmp_path: Path) -> None:
        """Hydro is -5 of pumping where the rest is blank; exports 219 - 6,014 = -5,795 net."""
        (records,) = all_records(file_of(tmp_path, OLD_MAPS))
        first = records.table.iloc[0].to_dict()
        assert first == {
            "natural_gas": 7290,
            "hydro": -5,
            "other": 7,
            "storage": -9,
            "demand": 17089,
            "net_generation": 11294,
            "total_interchange": -5795,
            "intensity_kg_per_mwh": 332.39,
            "to_BPAT": -1121,
            "to_CEN": -37,
        }
        assert records.table["other"].isna().tolist() == [False, True]

    def test_zones(self) -> None:
        assert [ba_of(zone) for zone in ("US-NE-ISNE", "CA-QC", "US-CAL", "FR")] == [
            "ISNE",
            "HQT",
            None,
            None,
        ]


class TestCarbonCast:
    def test_columns_differ_and_forecasts_are_left_out(self, tmp_path: Path) -> None:
        content = (
            "UTC time,nat_gas,solar,forecast_avg_wind_speed_wMean,avg_coal_production_forecast\n"
            "2020-01-01 00:00:00,273,18,4.6,9\n2020-01-01 01:00:00,,0,4.5,9\n"
        )
        table = one_table(file_of(tmp_path, content, "dacf_EPE.csv"))
        assert list(table.columns) == ["natural_gas", "solar"]
        assert table["natural_gas"].isna().tolist() == [False, True]
        assert table.index[0] == pd.Timestamp("2019-12-31T23:00Z")

    def test_forced_on_another_table(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="no column 'UTC time'"):
            all_records(file_of(tmp_path, "time,coal\n1,2\n"), format_name="carboncast")


class TestCarbonExplorer:
    def test_the_older_variant_has_no_name_over_its_stamps(self, tmp_path: Path) -> None:
        content = ",WND,SUN,avg_CI\n2022-01-01 00:00:00+00:00,107.0,12.0,57.9\n"
        (records,) = all_records(file_of(tmp_path, content))
        assert records.table.iloc[0].to_dict() == {"solar": 12, "wind": 107}
        assert records.table.index[0] == pd.Timestamp("2021-12-31T23:00Z")
        assert any("a 0 may be missing" in note for note in records.notes)

    @pytest.mark.real_data
    def test_the_older_variant_on_record(self, real_data: Path) -> None:
        path = real_data / "format_samples" / "sustaindc_WAAT_head.csv"
        (records,) = all_records(path, ba_code="BPAT")
        assert records.table["hydro"].tolist() == [11510, 12056, 12506]


class TestPlain:
    def test_all_that_records_know_is_read(self, tmp_path: Path) -> None:
        content = (
            "utc_hour_beginning,coal,storage_mw,demand_mw,net_generation_mw,"
            "total_interchange_mw,intensity_kg_per_mwh,carbon_free_frac,to_BPAT_mw,flag_suspect\n"
            "2022-01-01 00:00:00+00:00,1,-2,3,4,-5,6,0.7,-8,1\n"
        )
        (records,) = all_records(file_of(tmp_path, content))
        assert records.table.iloc[0].to_dict() == {
            "coal": 1,
            "storage": -2,
            "demand": 3,
            "net_generation": 4,
            "total_interchange": -5,
            "intensity_kg_per_mwh": 6,
            "carbon_free_frac": 0.7,
            "to_BPAT": -8,
        }
        assert records.table.index[0] == pd.Timestamp("2022-01-01T00:00Z")
        assert any("flag_suspect is not used" in note for note in records.notes)

    def test_a_fuel_without_a_column_is_not_there_and_not_zero(self, tmp_path: Path) -> None:
        content = "utc_hour_beginning,coal_mw,wind_mw\n2022-01-01T00Z,1,\n2022-01-01T01Z,2,\n"
        assert list(one_table(file_of(tmp_path, content)).columns) == ["coal"]

    @pytest.mark.parametrize(
        ("column", "words"),
        [
            ("gas_mw", "column 'gas_mw' looks like generation"),
            ("Coal_MW", "column 'Coal_MW' looks like generation"),
            ("storage_mwh", "column 'storage_mwh' looks like generation"),
            ("coal_mw", "column 'coal_mw' is there twice"),
        ],
    )
    def test_what_looks_like_generation_is_not_lost(
        self, tmp_path: Path, column: str, words: str
    ) -> None:
        content = f"utc_hour_beginning,coal_mw,{column}\n2022-01-01T00Z,1,2\n"
        with pytest.raises(DataError, match=words):
            all_records(file_of(tmp_path, content))

    def test_hours_in_any_order_and_doubled_stay_so(self, tmp_path: Path) -> None:
        """Repair is not a reader's work."""
        content = (
            "utc_hour_beginning,coal_mw\n2022-01-01T01Z,1\n2022-01-01T00Z,\n2022-01-01T01Z,-3\n"
        )
        table = one_table(file_of(tmp_path, content))
        assert [t.hour for t in table.index] == [1, 0, 1]
        np.testing.assert_array_equal(table["coal"], [1, np.nan, -3])
