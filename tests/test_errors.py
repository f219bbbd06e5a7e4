"""Messages that repeat what a hostile file holds are short, and no terminal obeys them."""

import pickle

import pytest

from dcsim.errors import MOST_LINE, DataError


def test_a_message_is_of_a_length_that_can_be_read() -> None:
    message = str(DataError(f"a.csv, line 3: {'x' * 10**6} is no number; give another"))
    assert message.startswith("a.csv, line 3: xxx")
    assert message.endswith("xxx is no number; give another")
    assert len(message) < MOST_LINE + 10
    assert str(DataError("one\ntwo")) == "one\ntwo"


@pytest.mark.parametrize(("code", "shown"), [("\x1b[2J", "\\x1b[2J"), ("\0", "\\x00"), ("é", "é")])
def test_control_characters_are_written_as_codes(code: str, shown: str) -> None:
    error = DataError(f"column {code}")
    assert str(error) == f"column {shown}"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
