"""What goes wrong with files of hourly values on their way, as functions of their bytes."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable

import pandas as pd

Mutation = Callable[[bytes, random.Random], bytes]


def _text(change: Callable[[str, random.Random], str]) -> Mutation:
    """Return a change of text as one of bytes."""

    def mutated(data: bytes, rng: random.Random) -> bytes:
        return change(data.decode("utf-8", "replace"), rng).encode("utf-8", "surrogatepass")

    return mutated


def _lines(change: Callable[[list[str], random.Random], list[str]]) -> Mutation:
    """Return a change of lines, the header first, as one of bytes."""
    return _text(lambda text, rng: "\n".join(change(text.splitlines(), rng)) + "\n")


def _cells(value: Callable[[str, random.Random], str], share: float = 0.1) -> Mutation:
    """Return a change of some cells below the header."""

    def changed(lines: list[str], rng: random.Random) -> list[str]:
        def cell(old: str) -> str:
            return value(old, rng) if rng.random() < share else old

        below = (line.split(",") for line in lines[1:])
        return [*lines[:1], *(",".join([row[0], *map(cell, row[1:])]) for row in below)]

    return _lines(changed)


def _stamps(value: Callable[[str], str]) -> Mutation:
    """Return a change of the first column below the header."""

    def changed(line: str) -> str:
        first, comma, rest = line.partition(",")
        return value(first) + comma + rest

    return _lines(lambda lines, _: [*lines[:1], *map(changed, lines[1:])])


def _header(old: str, new: str) -> Mutation:
    return _lines(lambda lines, _: [line.replace(old, new) for line in lines[:1]] + lines[1:])


def _zipped(data: bytes, name: str = "a.csv", again: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        if again:
            archive.writestr(again, data)
    return buffer.getvalue()


def _table(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Return names and rows of a plain table, all rows as long as the header."""
    header, *rows = [line.split(",") for line in data.decode("utf-8", "replace").split("\n")]
    width = len(header)
    names = [f"{name}#{n}" if header.count(name) > 1 else name for n, name in enumerate(header)]
    return names, [(row + [""] * width)[:width] for row in rows if any(row)]


def _parquet(data: bytes) -> bytes:
    names, rows = _table(data)
    table = pd.DataFrame(rows, columns=names)
    for name in names[1:]:
        table[name] = pd.to_numeric(table[name], errors="coerce")
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    return buffer.getvalue()


def _as_json(data: bytes) -> bytes:
    names, rows = _table(data)
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows]).encode()


def _shuffled(lines: list[str], rng: random.Random) -> list[str]:
    return [*lines[:1], *rng.sample(lines[1:], len(lines) - 1)]


def _columns(lines: list[str]) -> list[str]:
    return [",".join(reversed(line.split(","))) for line in lines]


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(5):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


MUTATIONS: dict[str, Mutation] = {
    "as it is": lambda data, _: data,
    "empty": lambda data, _: b"",
    "cut": _cut,
    "bits flipped": _flipped,
    "random": lambda data, rng: rng.randbytes(500),
    "nothing but NUL": lambda data, _: bytes(500),
    "half NUL": lambda data, _: data[: len(data) // 2] + bytes(len(data) // 2),
    "UTF-8 with BOM": lambda data, _: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data, _: data.decode("utf-8", "replace").encode("utf-16"),
    "Latin-1": lambda data, _: b"Zeit\xfcber," + data[:200] + b"\xe9\n" + data[200:],
    "CRLF": lambda data, _: data.replace(b"\n", b"\r\n"),
    "CR": lambda data, _: data.replace(b"\n", b"\r"),
    "semicolons": lambda data, _: data.replace(b",", b";"),
    "decimal commas": lambda data, _: data.replace(b",", b";").replace(b".", b","),
    "tabs": lambda data, _: data.replace(b",", b"\t"),
    "bars": lambda data, _: data.replace(b",", b"|"),
    "blanks": lambda data, _: data.replace(b",", b" "),
    "columns turned": _lines(lambda lines, _: _columns(lines)),
    "rows turned": _lines(lambda lines, _: [*lines[:1], *lines[:0:-1]]),
    "rows shuffled": _lines(_shuffled),
    "rows twice": _lines(lambda lines, _: [*lines, *lines[1:]]),
    "row missing": _lines(lambda lines, rng: [x for n, x in enumerate(lines) if n != 9]),
    "header alone": _lines(lambda lines, _: lines[:1]),
    "header twice": _lines(lambda lines, _: [*lines[:5], *lines[:1], *lines[5:]]),
    "no header": _lines(lambda lines, _: lines[1:]),
    "header repeated within": _lines(lambda lines, _: [f"{x},{x}" for x in lines]),
    "comment above": _lines(lambda lines, _: ["# from my meter", "", *lines]),
    "long line": _lines(lambda lines, _: [*lines, "x" * 200_000]),
    "many columns": _lines(lambda lines, _: [line + "," * 2000 for line in lines]),
    "short rows": _lines(lambda lines, _: [line.rpartition(",")[0] for line in lines]),
    "quote left open": lambda data, _: data.replace(b"\n", b'\n"', 1),
    "quoted": _lines(lambda lines, _: ['"' + x.replace(",", '","') + '"' for x in lines]),
    "blank cells": _cells(lambda old, rng: ""),
    "words": _cells(lambda old, rng: rng.choice(["n/a", "NaN", "-", "ERR", "null", "#REF!"])),
    "negative": _cells(lambda old, rng: f"-{old}"),
    "infinite": _cells(lambda old, rng: rng.choice(["inf", "-inf", "1e400", "1e308"])),
    "huge": _cells(lambda old, rng: old + "000000000"),
    "thousands": _cells(lambda old, rng: f'"1,{old}"'),
    "with units": _cells(lambda old, rng: f"{old} MW", 1.0),
    "percent": _cells(lambda old, rng: f"{old}%", 1.0),
    "zero": _cells(lambda old, rng: "0", 1.0),
    "kW": _header("_mw", "_kw"),
    "MWh": _header("_mw", " (MWh)"),
    "EUR": _header("usd", "eur"),
    "blank names": _header("utc_hour_beginning", ""),
    "end of hour": _header("utc_hour_beginning", "utc_hour_ending"),
    "local time": _header("utc_hour_beginning", "Local Time"),
    "odd names": _header("_mw", "\x00\x1b[31m€"),
    "half hours": _stamps(lambda stamp: stamp.replace(":00:00", ":30:00")),
    "offsets": _stamps(lambda stamp: f"{stamp}-06:00"),
    "stamps in words": _stamps(lambda stamp: f"around {stamp}"),
    "serial days": _stamps(lambda stamp: "44927.5"),
    "year 9999": _stamps(lambda stamp: stamp.replace("2023", "9999")),
    "year 1": _stamps(lambda stamp: stamp.replace("2023", "0001")),
    "no stamps": _stamps(lambda stamp: ""),
    "gz": lambda data, _: gzip.compress(data, mtime=0),
    "gz cut": lambda data, rng: _cut(gzip.compress(data, mtime=0), rng),
    "gz in gz": lambda data, _: gzip.compress(gzip.compress(data, mtime=0), mtime=0),
    "gz bomb": lambda data, _: gzip.compress(data + bytes(30_000_000), mtime=0),
    "zip": lambda data, _: _zipped(data),
    "zip of two": lambda data, _: _zipped(data, again="b.csv"),
    "zip with a path": lambda data, _: _zipped(data, "../../a.csv"),
    "zip in zip": lambda data, _: _zipped(_zipped(data), "a.zip"),
    "zip of gz": lambda data, _: _zipped(gzip.compress(data, mtime=0), "a.csv.gz"),
    "zip cut": lambda data, rng: _cut(_zipped(data), rng),
    "JSON": lambda data, _: _as_json(data),
    "JSON object": lambda data, _: b'{"response": {"data": []}}',
    "JSON of depth": lambda data, _: b"[" * 100_000,
    "HTML": lambda data, _: b"<!DOCTYPE html><html><body>404</body></html>",
    "Parquet": lambda data, _: _parquet(data),
    "Parquet cut": lambda data, rng: _cut(_parquet(data), rng),
    "workbook": lambda data, _: _zipped(b"<worksheet/>", "xl/worksheets/sheet1.xml"),
}  # fmt: skip
"""By name; each is given the file's bytes and a source of chance."""
