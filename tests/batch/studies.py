"""Studies written out for tests."""

from pathlib import Path

from dcsim.batch.study import Batch, load_batch

SMALL = """\
study: small
scenario:
  grid: {id: "ERCO:reference"}
  horizon: {hours: 48}
  datacenter:
    capacity_mw: 10
    flexible:
      - {name: soon, share_frac: 0.1, deadline_h: 4}
      - {name: later, share_frac: 0.3, deadline_h: 24}
  strategies: [renewables]
"""


def study_file(folder: Path, text: str, *, head: str = SMALL) -> Path:
    """Write a study of the small scenario and what is asked of it."""
    path = folder / "study.yaml"
    path.write_text(head + text, encoding="utf-8")
    return path


def batch_of(folder: Path, text: str, *overrides: str, head: str = SMALL) -> Batch:
    """Read such a study."""
    return load_batch(study_file(folder, text, head=head), overrides)
