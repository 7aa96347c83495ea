"""A small interpreter of QTI response processing, written from the standard, to check written rules by."""

import math
from collections.abc import Mapping
from xml.etree.ElementTree import Element

Value = object
ALMOST = 1e-12


class ResponseProcessor:
    """Runs the response processing of a plain item on responses by variable (``None``: no response)."""

    def __init__(self, item: Element) -> None:
        self._declared = {
            entry.get("identifier"): entry for entry in item.findall("qti-response-declaration")
        }
        self._processing = item.find("qti-response-processing")
        self._values: dict[str, Value] = {}

    def score(self, responses: Mapping[str, Value]) -> float:
        self._values = {"SCORE": 0.0, "RAW": 0.0, **responses}
        assert self._processing is not None
        if self._processing.get("template", "").endswith("match_correct.xml"):
            return 1.0 if self._match(self._values["RESPONSE"], self._correct("RESPONSE")) else 0.0
        self._run(self._processing)
        return float(str(self._values["SCORE"]))

    def _run(self, rules: Element) -> None:
        for rule in rules:
            if rule.tag == "qti-set-outcome-value":
                self._values[rule.attrib["identifier"]] = self._value(rule[0])
            elif rule.tag == "qti-response-condition":
                self._condition(rule)

    def _condition(self, rule: Element) -> None:
        for branch in rule:
            if branch.tag == "qti-response-else" or self._value(branch[0]) is True:
                self._run(branch)
                return

    def _value(self, element: Element) -> Value:
        name = element.tag.removeprefix("qti-")
        if name == "variable":
            return self._values.get(element.attrib["identifier"])
        if name == "correct":
            return self._correct(element.attrib["identifier"])
        if name == "base-value":
            numeric = element.attrib["base-type"] in ("float", "integer")
            return float(element.text or "") if numeric else element.text
        if name == "map-response":
            return self._mapped(element.attrib["identifier"])
        parts = [self._value(child) for child in element]
        if name == "is-null":
            return parts[0] is None
        if name == "or":
            return any(part is True for part in parts)
        if name == "and":
            return all(part is True for part in parts)
        if any(part is None for part in parts):
            return None
        if name == "index":
            held, n = parts[0], int(element.attrib["n"])
            assert isinstance(held, tuple)
            return held[n - 1] if n <= len(held) else None
        if name == "match":
            return self._match(parts[0], parts[1])
        if name == "not":
            return not parts[0]
        numbers = [float(str(part)) for part in parts]
        return self._number(name, element, numbers)

    def _number(self, name: str, element: Element, numbers: list[float]) -> Value:
        if name == "equal":
            width = 0.0
            if element.get("tolerance-mode") == "absolute":
                width = float(element.attrib["tolerance"].split()[0])
            return abs(numbers[0] - numbers[1]) <= width + ALMOST * max(1, abs(numbers[1]))
        functions = {
            "sum": sum,
            "product": math.prod,
            "divide": lambda pair: pair[0] / pair[1],
            "max": max,
            "min": min,
            "truncate": lambda one: math.trunc(one[0]),
            "integer-to-float": lambda one: float(one[0]),
        }
        return functions[name](numbers)  # type: ignore[operator]

    def _correct(self, variable: str) -> Value:
        values = [
            value.text or "" for value in self._declared[variable].findall("qti-correct-response/qti-value")
        ]
        cardinality = self._declared[variable].get("cardinality")
        if cardinality == "single":
            return values[0]
        return tuple(values) if cardinality == "ordered" else frozenset(map(self._part, values))

    def _match(self, given: Value, expected: Value) -> Value:
        if given is None or expected is None:
            return None
        if isinstance(given, frozenset):
            return frozenset(map(self._part, given)) == expected
        return given == expected

    def _part(self, written: object) -> object:
        """Pairs without direction are equal either way."""
        types = {entry.get("base-type") for entry in self._declared.values()}
        return frozenset(str(written).split(" ")) if types == {"pair"} else written

    def _mapped(self, variable: str) -> float:
        given = self._values.get(variable)
        mapping = self._declared[variable].find("qti-mapping")
        assert mapping is not None
        entries = {entry.attrib["map-key"]: float(entry.attrib["mapped-value"]) for entry in mapping}
        default = float(mapping.attrib["default-value"])
        parts = given if isinstance(given, frozenset) else () if given is None else (given,)
        return sum(entries.get(str(part), default) for part in parts)
