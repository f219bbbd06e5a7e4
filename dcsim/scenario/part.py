"""What every part of a scenario is made of: the frozen base model and its kinds of numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST = 1e9
"""No number of a scenario is larger: far beyond anything real, and still exact in the solver."""

Number = Annotated[float, Field(strict=True, ge=-LARGEST, le=LARGEST)]
NonNegative = Annotated[float, Field(strict=True, ge=0, le=LARGEST)]
Positive = Annotated[float, Field(strict=True, gt=0, le=LARGEST)]
Fraction = Annotated[float, Field(strict=True, ge=0, le=1)]
Efficiency = Annotated[float, Field(strict=True, gt=0, le=1)]


class Part(BaseModel):
    """A part of a scenario: frozen, closed, finite numbers only."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


def check_order(low: float, high: float | None, low_name: str, high_name: str) -> None:
    """Refuse a highest value below the lowest.

    Raises:
        ValueError: Names both keys and their values.
    """
    if high is not None and high < low:
        raise ValueError(f"{high_name} ({high:g}) must not be below {low_name} ({low:g})")
