"""Items, models and inventories that the tests of the item bank build on."""

from item_bank.answer_keys import OptionKey
from item_bank.exam_forms import Inventory, InventoryItem
from item_bank.expressions import compile_expression
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, ItemKey, OptionId, StimulusKey
from item_bank.interactions import ChoiceInteraction
from item_bank.item_models import Distractor, ItemModel, ModelText, compile_variable
from item_bank.items import ItemContent, ItemText
from item_bank.placeholders import compile_template

OPTIONS = tuple(OptionId(letter) for letter in "abcd")


def item_text(stem: str = "Чему равно $2{,}5 + 1$?", explanation: str = "SECRET-EXPLANATION") -> ItemText:
    options = dict(zip(OPTIONS, ("$3{,}5$", "$2{,}6$", "$3$", "$4$"), strict=True))
    return ItemText(stem, options, explanation)


def item_content(**changes: object) -> ItemContent:
    settings: dict[str, object] = {
        "subject": "math",
        "area": "numbers",
        "level": "apply",
        "interaction": ChoiceInteraction(OPTIONS),
        "answer_key": OptionKey(OptionId("a")),
        "texts": {language: item_text() for language in LANGUAGES},
    }
    return ItemContent(**(settings | changes))  # type: ignore[arg-type]


def linear_equation_model(seed: int = 20231122, instances: int = 4) -> ItemModel:
    """Solve a·x + b = c for x, with the known errors of the topic."""
    text = ModelText(
        stem=compile_template("Solve $[[a]]x [[b:+]] = [[c]]$."),
        option=compile_template("$[[value]]$"),
        explanation=compile_template("$[[a]]x = [[c - b]]$, so $x = [[x]]$."),
    )
    variables = {"a": "range(2, 10)", "x": "choice(-5, -4, -3, 2, 3, 4)", "b": "range(1, 20)"}
    return ItemModel(
        key="math.algebra.m01",
        subject="math",
        area="algebra",
        level="apply",
        instances=instances,
        seed=seed,
        variables=(
            *(compile_variable(name, source) for name, source in variables.items()),
            compile_variable("c", "= a*x + b"),
        ),
        constraints=(compile_expression("c != b"), compile_expression("abs(c) < 60")),
        answer=compile_expression("x"),
        distractors=(
            Distractor(compile_expression("-x"), "sign lost when moving the term"),
            Distractor(compile_expression("Fraction(c + b, a)"), "added instead of subtracting"),
            Distractor(compile_expression("c - b"), "did not divide"),
            Distractor(compile_expression("x + 1"), "counting error"),
        ),
        texts=dict.fromkeys(LANGUAGES, text),
    )


def mathematics_inventory(per_area: int = 8, families: int = 2, stimuli: int = 3) -> Inventory:
    """Single items, families of three instances and stimuli with five items, in every area."""
    items = []
    for area in AREAS["math"]:
        for n in range(per_area):
            key = ItemKey(f"math.{area}.h{n:03}")
            difficulty = (n * 0.37) % 3 - 1.5
            items.append(InventoryItem(key, "math", area, LEVELS[n % 3], difficulty=difficulty))
        for family in (f"math.{area}.m{n:02}" for n in range(families)):
            items += [
                InventoryItem(ItemKey(f"{family}.{n}"), "math", area, "apply", family) for n in (1, 2, 3)
            ]
        for stimulus in (StimulusKey(f"math.{area}.s{n:02}") for n in range(stimuli)):
            items += [
                InventoryItem(ItemKey(f"{stimulus}.{n}"), "math", area, "reason", None, stimulus)
                for n in range(1, 6)
            ]
    return Inventory(3, tuple(items))
