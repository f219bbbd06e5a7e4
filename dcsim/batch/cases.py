"""The cases of a study: every combination and row that its filters keep, each once."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from dcsim.batch.axes import (
    Place,
    active_authorities,
    apply,
    is_key,
    known_axes,
    label_of,
    normal,
)
from dcsim.batch.study import ACTIVE, AxisValue, Batch, Bundle, Filter, FrontAsked
from dcsim.errors import ScenarioError
from dcsim.report.batch import TAKEN_NAMES
from dcsim.scenario.load import scenario_of
from dcsim.scenario.spec import Scenario
from dcsim.scenario.yaml12 import KeyPath

Row = Mapping[str, AxisValue]


@dataclass(frozen=True)
class Case:
    """One scenario of a study.

    Attributes:
        labels: Of its value on each axis of the study, by the axis's name; empty where the case
            has none.
        scenario: What is asked.
        front: The front to trace beside the plans, if any.
    """

    labels: Mapping[str, str]
    scenario: Scenario
    front: FrontAsked | None = None

    @property
    def name(self) -> str:
        """Return its labels in words, as messages name it."""
        return in_words(self.labels)


def in_words(labels: Mapping[str, str]) -> str:
    """Return the labels of a case in words, those that it has."""
    return ", ".join(f"{axis} {label}" for axis, label in labels.items() if label)


def cases_of(batch: Batch) -> tuple[Case, ...]:
    """Return the cases of a study, in the order asked for.

    Raises:
        ScenarioError: A value does not fit, a filter names what there is not, or no case is left;
            names the place in the study.
    """
    _refuse_mere_words(batch)
    rows = list(_once(_rows(batch)))
    labels = [{axis: label_of(value) for axis, value in row.items()} for row in rows]
    axes = axes_of(labels)
    _refuse_names_of_columns(batch, axes)
    filters = _filters(batch, axes)
    whole = [{axis: one.get(axis, "") for axis in axes} for one in labels]
    kept = [(row, one) for row, one in zip(rows, whole, strict=True) if _is_kept(batch, one)]
    if not kept:
        raise ScenarioError(
            f"{batch.document.name}: no case is left; give product or list"
            + (", or loosen only and exclude" if filters else "")
        )
    return tuple(_case(batch, row, one) for row, one in kept)


def axes_of(labels: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the labels of each axis, in the order they first come up; none that are empty."""
    axes: dict[str, dict[str, None]] = {}
    for one in labels:
        for axis, label in one.items():
            axes.setdefault(axis, {}).update({label: None} if label else {})
    return {axis: tuple(known) for axis, known in axes.items()}


def _refuse_names_of_columns(batch: Batch, axes: Iterable[str]) -> None:
    """Refuse an axis that has no name, or that of a column of the results.

    Raises:
        ScenarioError: Names it.
    """
    for axis in axes:
        if not axis:
            raise ScenarioError(f"{batch.document.name}: an axis has no name")
        if axis in TAKEN_NAMES:
            raise ScenarioError(
                f"{batch.document.name}: axis {axis}: the results have a column of that name; "
                "give the axis another"
            )


def _refuse_mere_words(batch: Batch) -> None:
    """Refuse an axis that is no key of a scenario, and of which no value sets anything.

    Raises:
        ScenarioError: Names it, and the nearest that sets something.
    """
    values: dict[str, list[AxisValue]] = {}
    for axis in batch.asked.product:
        values.setdefault(axis, []).extend(_values(batch, axis))
    for row in batch.asked.list:
        for axis, value in row.items():
            values.setdefault(axis, []).append(value)
    for axis, given in values.items():
        if is_key(axis) or any(isinstance(value, Bundle) and value.set for value in given):
            continue
        close = difflib.get_close_matches(axis, known_axes(), n=1)
        hint = f"did you mean {close[0]}?" if close else "give {label: ..., set: {...}}"
        raise ScenarioError(
            f"{batch.document.name}: axis {axis}: is no key of a scenario, and none of its values "
            f"sets anything; {hint}"
        )


def _rows(batch: Batch) -> Iterator[Row]:
    """Yield what each case sets, its place in the study checked."""
    asked = batch.asked
    if asked.product:
        axes = {axis: _values(batch, axis) for axis in asked.product}
        for combination in product(*axes.values()):
            yield dict(zip(axes, combination, strict=True))
    known = {axis: {label_of(v): v for v in _values(batch, axis)} for axis in asked.product}
    for number, row in enumerate(asked.list):
        place = _place(batch, ("list", number))
        yield {axis: _as_known(axis, value, known, place) for axis, value in row.items()}


def _as_known(
    axis: str, value: AxisValue, known: Mapping[str, Mapping[str, AxisValue]], place: Place
) -> AxisValue:
    """Return a value of a row; by a label that the product has, what it stands for there.

    Raises:
        ScenarioError: It is neither known there nor sets anything, or another has its label.
    """
    value = normal(axis, value, place)
    label, labels = label_of(value), known.get(axis, {})
    if isinstance(value, Bundle):
        if labels.get(label, value) != value:
            raise ScenarioError(f"{place.name}: {axis}: {label} stands for something else above")
        return value
    if labels and label not in labels and not is_key(axis):
        raise ScenarioError(
            f"{place.name}: {axis}: there is no {label}; there are {', '.join(labels)}"
        )
    return labels.get(label, value)


def _values(batch: Batch, axis: str) -> tuple[AxisValue, ...]:
    """Return the values of an axis of the product, each label once.

    Raises:
        ScenarioError: Two of them have one label.
    """
    given = batch.asked.product[axis]
    if given == ACTIVE:
        return active_authorities()
    place = _place(batch, ("product", axis))
    values = tuple(normal(axis, value, place) for value in given if not isinstance(given, str))
    labels = [label_of(value) for value in values]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise ScenarioError(f"{place.name}: product.{axis}: {twice} is given twice")
    return values


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield rows that differ in their labels from all before."""
    seen = set()
    for row in rows:
        labels = frozenset((axis, label_of(value)) for axis, value in row.items())
        if labels not in seen:
            seen.add(labels)
            yield row


def _filters(batch: Batch, axes: Mapping[str, Sequence[str]]) -> list[Filter]:
    """Return all filters of a study, once it is seen that each can match something.

    Raises:
        ScenarioError: One names an axis or a value that the study does not have.
    """
    asked = batch.asked
    placed: list[tuple[KeyPath, Filter]] = [
        (("only", number), one) for number, one in enumerate(asked.only)
    ]
    placed += [(("exclude", number), one) for number, one in enumerate(asked.exclude)]
    if asked.front is not None:
        placed.append((("front", "where"), asked.front.where))
    for path, one in placed:
        for axis, label in _asked_labels(one):
            if axis not in axes:
                raise ScenarioError(
                    f"{_place(batch, path).name}: there is no axis {axis}; there are "
                    f"{', '.join(axes)}"
                )
            if label not in axes[axis]:
                raise ScenarioError(
                    f"{_place(batch, path).name}: axis {axis} has no value {label}; it has "
                    f"{', '.join(axes[axis])}"
                )
    return [one for _, one in placed]


def _asked_labels(asked: Filter) -> Iterator[tuple[str, str]]:
    for axis, wanted in asked.items():
        for value in wanted if isinstance(wanted, tuple) else (wanted,):
            yield axis, label_of(value)


def _is_kept(batch: Batch, labels: Mapping[str, str]) -> bool:
    only, exclude = batch.asked.only, batch.asked.exclude
    is_asked = not only or any(_matches(one, labels) for one in only)
    return is_asked and not any(_matches(one, labels) for one in exclude)


def _matches(asked: Filter, labels: Mapping[str, str]) -> bool:
    wanted = set(_asked_labels(asked))
    return all((axis, labels.get(axis, "")) in wanted for axis in asked)


def _case(batch: Batch, row: Row, labels: Mapping[str, str]) -> Case:
    document = batch.base.copy()
    apply(document, row, Place(f"{batch.document.name}, case {in_words(labels)}", batch))
    front = batch.asked.front
    has_front = front is not None and _matches(front.where, labels)
    return Case(labels, scenario_of(document), front if has_front else None)


def _place(batch: Batch, path: KeyPath) -> Place:
    return Place(batch.document.place(path), batch)
