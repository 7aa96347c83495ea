"""Scenarios from TOML or JSON: every value is checked, and every refusal says where it stands."""

from __future__ import annotations

import json
import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from psychometrics.errors import InvalidParameters, PsychometricError
from psychometrics.simulation.scenario import Scenario


def load_scenario(path: Path) -> Scenario:
    """Read a scenario from a .toml or .json file. Raises InvalidParameters naming file and key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidParameters(f"{path}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidParameters(f"{path}: this is not UTF-8 text.") from error
    try:
        data = json.loads(text) if path.suffix.casefold() == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise InvalidParameters(f"{path}: {error}.") from error
    try:
        return parse_scenario(data)
    except InvalidParameters as error:
        raise InvalidParameters(f"{path}: {error}") from error


def parse_scenario(data: Any) -> Scenario:
    """A scenario from nested mappings with the names of the fields. Raises InvalidParameters."""
    scenario = _read(Scenario, data, "")
    assert isinstance(scenario, Scenario)  # noqa: S101
    return scenario


def _read(kind: Any, value: Any, where: str) -> Any:
    """``value`` as ``kind``: a number, text, list, mapping, or dataclass."""
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _read_object(kind, value, where)
    if origin in (Union, types.UnionType):
        return _read(next(part for part in get_args(kind) if part is not types.NoneType), value, where)
    if origin is Literal:
        return _one_of(get_args(kind), value, where)
    if origin in (tuple, frozenset):
        inner, name = get_args(kind)[0], where or "the scenario"
        if not isinstance(value, list):
            raise InvalidParameters(f"{name} must be a list.")
        return origin(_read(inner, entry, f"{where}[{place}]") for place, entry in enumerate(value))
    if origin is Mapping:
        inner, table = get_args(kind)[1], _table(value, where)
        return {str(key): _read(inner, entry, f"{where}.{key}") for key, entry in table.items()}
    return _plain(kind, value, where)


def _one_of(choices: tuple[Any, ...], value: Any, where: str) -> Any:
    if value not in choices:
        raise InvalidParameters(f"{where} must be one of {', '.join(map(str, choices))}, not {value!r}.")
    return value


def _plain(kind: Any, value: Any, where: str) -> Any:
    words = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}
    fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
    if not fits or (isinstance(value, bool) and kind is not bool):
        raise InvalidParameters(f"{where} must be {words[kind]}, not {value!r}.")
    return float(value) if kind is float else value


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidParameters(f"{where or 'A scenario'} must be a table of names and values.")
    return value


def _read_object(kind: Any, value: Any, where: str) -> Any:
    data, hints = _table(value, where), get_type_hints(kind)
    known = {part.name: part for part in fields(kind)}
    for key in data:
        if key not in known:
            raise InvalidParameters(f"{_path(where, key)} is unknown; known are {', '.join(sorted(known))}.")
    for name, part in known.items():
        if name not in data and part.default is MISSING and part.default_factory is MISSING:
            if get_origin(hints[name]) is not Mapping:
                raise InvalidParameters(f"{_path(where, name)} is missing.")
            data = {**data, name: {}}
    given = {name: _read(hints[name], entry, _path(where, name)) for name, entry in data.items()}
    try:
        return kind(**given)
    except PsychometricError as error:
        raise InvalidParameters(f"{where}: {error}" if where else str(error)) from error


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
