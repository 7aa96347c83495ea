"""Automatic item generation: from an item model to its item instances.

A model draws its variables from a seed, rejects draws that break a constraint, computes the key and the
distractors exactly, and writes the texts in every language. Each distractor is the result of a known error.
The same model always gives the same instances, on every machine and version of Python.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.answer_keys import OptionKey
from item_bank.errors import ExpressionHasNoValue, InvalidItemModel
from item_bank.exact_functions import Value
from item_bank.expressions import Expression, compile_expression
from item_bank.identifiers import ItemKey, Language, OptionId
from item_bank.interactions import ChoiceInteraction
from item_bank.items import ItemContent, ItemText
from item_bank.placeholders import Template
from item_bank.seeded_order import SeededStream

DISTRACTORS: Final = 3
MAX_INSTANCES: Final = 200
DRAWS_PER_INSTANCE: Final = 300
OPTION_IDS: Final = tuple(OptionId(letter) for letter in "abcd")
ANSWER_NAME: Final = "value"


@dataclass(frozen=True)
class Variable:
    """A variable of a model: computed from earlier ones, or drawn from the list that ``source`` gives."""

    name: str
    source: Expression
    drawn: bool


@dataclass(frozen=True)
class Distractor:
    """The value a candidate reaches through a known ``error`` (English, for authors and statistics)."""

    value: Expression
    error: str


@dataclass(frozen=True)
class ModelText:
    """The texts of a model in one language; ``option`` writes the key and every distractor."""

    stem: Template
    option: Template
    explanation: Template


@dataclass(frozen=True)
class ItemModel:
    """A compiled item model; ``instances`` is how many different items it promises."""

    key: str
    subject: str
    area: str
    level: str
    instances: int
    seed: int
    variables: tuple[Variable, ...]
    constraints: tuple[Expression, ...]
    answer: Expression
    distractors: tuple[Distractor, ...]
    texts: Mapping[Language, ModelText]
    shuffle: bool = True


@dataclass(frozen=True)
class _Option:
    value: Value
    written: Mapping[Language, str]
    error: str | None


def compile_variable(name: str, source: str) -> Variable:
    """Compile ``range(…)`` and ``choice(…)`` as drawn, ``= expression`` as computed variables."""
    if not name.isidentifier() or name == ANSWER_NAME:
        raise InvalidItemModel("model_field", field=name, reason="choose another name for the variable")
    text = source.strip()
    if text.startswith("="):
        return Variable(name, compile_expression(text[1:]), drawn=False)
    if text.startswith("choice(") and text.endswith(")"):
        return Variable(name, compile_expression(f"[{text[7:-1]}]"), drawn=True)
    if text.startswith("range(") and text.endswith(")"):
        return Variable(name, compile_expression(text), drawn=True)
    reason = "write range(from, to), choice(1, 2, 3) or “= expression”"
    raise InvalidItemModel("model_field", field=name, reason=reason)


def check_names(model: ItemModel) -> None:
    """Raise ``InvalidItemModel`` if an expression reads a name that is not defined before it."""
    known: set[str] = set()
    for variable in model.variables:
        _check_known(f"variables.{variable.name}", variable.source.names, known)
        known.add(variable.name)
    for constraint in model.constraints:
        _check_known("constraints", constraint.names, known)
    _check_known("answer", model.answer.names, known)
    for distractor in model.distractors:
        _check_known("distractor", distractor.value.names, known)
    for language, text in model.texts.items():
        _check_known(f"{language}.stem", text.stem.names, known)
        _check_known(f"{language}.option", text.option.names, known | {ANSWER_NAME})
        _check_known(f"{language}.explanation", text.explanation.names, known)
        if ANSWER_NAME not in text.option.names:
            reason = "write [[value]] where the value of the option belongs"
            raise InvalidItemModel("model_field", field=f"{language}.option", reason=reason)


def _check_known(field: str, names: frozenset[str], known: set[str]) -> None:
    for name in sorted(names - known):
        raise InvalidItemModel("model_field", field=field, reason=f"the variable “{name}” is not defined")


def generate(model: ItemModel) -> tuple[tuple[ItemKey, ItemContent], ...]:
    """Return the model's instances, keyed ``<model key>.<n>`` with n from 1.

    Instances have different stems in every language, four different options, and keys spread evenly over
    the positions. Raises ``InvalidItemModel`` if the model cannot produce as many as it promises.
    """
    stream = SeededStream(model.seed, model.key)
    positions = _key_positions(model.instances, stream)
    stems: set[tuple[Language, str]] = set()
    found: list[tuple[ItemKey, ItemContent]] = []
    for variables, options in _accepted_draws(model, stream, found):
        written = {(language, text.stem.fill(variables, language)) for language, text in model.texts.items()}
        if not stems.isdisjoint(written):
            continue
        stems |= written
        content = _instance(model, variables, options, positions[len(found)])
        found.append((ItemKey(f"{model.key}.{len(found) + 1}"), content))
    return tuple(found)


def _key_positions(instances: int, stream: SeededStream) -> list[int]:
    """Return a position of the key per instance: every four in a row use each position once."""
    positions: list[int] = []
    while len(positions) < instances:
        positions += stream.shuffled(range(len(OPTION_IDS)))
    return positions


def _accepted_draws(
    model: ItemModel, stream: SeededStream, found: list[tuple[ItemKey, ItemContent]]
) -> Iterator[tuple[Mapping[str, Value], tuple[_Option, ...]]]:
    """Yield acceptable draws until ``found``, which the caller fills, holds the promised instances."""
    rejections: Counter[str] = Counter()
    draws = model.instances * DRAWS_PER_INSTANCE
    for _ in range(draws):
        if len(found) == model.instances:
            return
        accepted = _draw(model, stream)
        if isinstance(accepted, str):
            rejections[accepted] += 1
        else:
            yield accepted
    if len(found) < model.instances:
        reason = rejections.most_common(1)[0][0] if rejections else "the draws repeat themselves"
        raise InvalidItemModel(
            "model_exhausted", found=len(found), wanted=model.instances, draws=draws, reason=reason
        )


def _draw(model: ItemModel, stream: SeededStream) -> tuple[Mapping[str, Value], tuple[_Option, ...]] | str:
    """Return the variables and options (key first) of one draw, or the reason it was rejected."""
    try:
        variables = _drawn_variables(model, stream)
        for constraint in model.constraints:
            if not constraint.evaluate(variables):
                return f"the constraint “{constraint.source}”"
        answer = _option(model, variables, model.answer, None)
    except ExpressionHasNoValue as error:
        return str(error)
    options = (answer, *_distractors(model, variables, answer))
    if len(options) <= DISTRACTORS:
        return f"fewer than {DISTRACTORS} different distractors"
    return variables, options


def _drawn_variables(model: ItemModel, stream: SeededStream) -> Mapping[str, Value]:
    variables: dict[str, Value] = {}
    for variable in model.variables:
        value = variable.source.evaluate(variables)
        if variable.drawn:
            if not isinstance(value, list) or not value:
                raise ExpressionHasNoValue(
                    "expression_value", expression=variable.source.source, reason="nothing to draw from"
                )
            value = stream.choice(value)
        variables[variable.name] = value
    return variables


def _option(
    model: ItemModel, variables: Mapping[str, Value], expression: Expression, error: str | None
) -> _Option:
    value = expression.evaluate(variables)
    names = {**variables, ANSWER_NAME: value}
    written = {language: text.option.fill(names, language) for language, text in model.texts.items()}
    return _Option(value, written, error)


def _distractors(model: ItemModel, variables: Mapping[str, Value], answer: _Option) -> list[_Option]:
    chosen: list[_Option] = []
    for distractor in model.distractors:
        try:
            option = _option(model, variables, distractor.value, distractor.error)
        except ExpressionHasNoValue:
            continue
        if all(_different(option, other) for other in (answer, *chosen)):
            chosen.append(option)
        if len(chosen) == DISTRACTORS:
            break
    return chosen


def _different(first: _Option, second: _Option) -> bool:
    """Different in value and in writing: rounding may write two values alike."""
    return first.value != second.value and all(
        text.split() != second.written[language].split() for language, text in first.written.items()
    )


def _instance(
    model: ItemModel, variables: Mapping[str, Value], options: tuple[_Option, ...], key_position: int
) -> ItemContent:
    answer, *distractors = options
    placed = [*distractors[:key_position], answer, *distractors[key_position:]]
    by_id = dict(zip(OPTION_IDS, placed, strict=True))
    texts = {
        language: ItemText(
            stem=text.stem.fill(variables, language),
            options={option_id: option.written[language] for option_id, option in by_id.items()},
            explanation=text.explanation.fill(variables, language),
        )
        for language, text in model.texts.items()
    }
    return ItemContent(
        subject=model.subject,
        area=model.area,
        level=model.level,
        interaction=ChoiceInteraction(OPTION_IDS, model.shuffle),
        answer_key=OptionKey(OPTION_IDS[key_position]),
        texts=texts,
        family=model.key,
        option_notes={key: option.error for key, option in by_id.items() if option.error is not None},
    )
