"""Write the totals of the shipped scenarios anew: `python -m tests.golden.update`."""

import json
from pathlib import Path

from dcsim.report.study import Study
from dcsim.run import run_scenario
from dcsim.scenario.load import load_scenario, shipped_scenarios

FOLDER = Path(__file__).parent


def totals_kg(study: Study) -> dict[str, float]:
    """Total carbon by strategy [kg CO2e]; designs are left out, for the optimum is flat."""
    return {outcome.strategy: outcome.footprint.total_kg for outcome in study.outcomes}


def main() -> None:
    for name in shipped_scenarios():
        totals = totals_kg(run_scenario(load_scenario(name)))
        text = json.dumps({k: round(v, 3) for k, v in totals.items()}, indent=2)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
