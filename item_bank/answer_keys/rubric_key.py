"""The key of an extended text: an analytic rubric, by which two markers judge it independently."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from item_bank.answer_keys.protocol import Judgement, misfit
from item_bank.errors import InvalidItem
from item_bank.field_readers import read_mapping, read_text, read_texts
from item_bank.identifiers import Language, OptionId
from item_bank.interactions.entry import ExtendedTextInteraction
from item_bank.interactions.protocol import Interaction, Response, check_identifiers, read_count


@dataclass(frozen=True)
class Criterion:
    """One thing the markers judge, from 0 to ``max_points``; ``descriptions`` tells them how, by language.

    ``levels`` says, for a language that has them, what earns 0 points, 1 point and so on up to all of them.
    """

    criterion_id: OptionId
    max_points: int
    descriptions: Mapping[Language, str]
    levels: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.max_points < 1:
            raise InvalidItem("item_field", field="max_points", reason="give a whole number from 1")
        if any(len(levels) != self.max_points + 1 for levels in self.levels.values()):
            raise InvalidItem("item_field", field="levels", reason="describe 0 points and each point above")

    def to_data(self) -> dict[str, object]:
        data: dict[str, object] = {
            "criterion_id": self.criterion_id,
            "max_points": self.max_points,
            "descriptions": dict(self.descriptions),
        }
        if self.levels:
            data["levels"] = {language: list(levels) for language, levels in self.levels.items()}
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Criterion":
        """Read back ``to_data``; raises ``InvalidItem``."""
        texts = {Language(language): text for language, text in read_texts(data, "descriptions").items()}
        name, points = OptionId(read_text(data, "criterion_id")), read_count(data, "max_points", 1)
        return cls(name, points, texts, _read_levels(data))

    def in_language(self, language: Language) -> "Criterion":
        """Return the criterion with the words of one language only."""
        levels = {language: self.levels[language]} if language in self.levels else {}
        return replace(self, descriptions={language: self.descriptions[language]}, levels=levels)


def _read_levels(data: Mapping[str, object]) -> dict[Language, tuple[str, ...]]:
    found: dict[Language, tuple[str, ...]] = {}
    for language, levels in read_mapping(data, "levels").items() if "levels" in data else ():
        if not isinstance(levels, list) or not all(isinstance(words, str) for words in levels):
            raise InvalidItem("item_field", field="levels", reason="give a list of texts for each language")
        found[Language(language)] = tuple(levels)
    return found


@dataclass(frozen=True)
class RubricKey:
    """Criteria whose points add up to the item score.

    The two marks of a response agree if their totals differ by at most ``total_tolerance`` points and every
    criterion by at most ``criterion_tolerance``; otherwise a third marker decides
    (:mod:`item_bank.marking`).
    """

    criteria: tuple[Criterion, ...]
    total_tolerance: int = 1
    criterion_tolerance: int = 1

    @property
    def max_score(self) -> int:
        """The sum of the criteria's points."""
        return sum(criterion.max_points for criterion in self.criteria)

    @property
    def summary(self) -> str:
        return ", ".join(f"{criterion.criterion_id} {criterion.max_points}" for criterion in self.criteria)

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Raise ``InvalidItem`` unless every criterion is described in every language."""
        if not isinstance(interaction, ExtendedTextInteraction):
            raise misfit("a rubric is the key of an extended text")
        check_identifiers("criteria", [criterion.criterion_id for criterion in self.criteria], 1)
        if self.total_tolerance < 0 or self.criterion_tolerance < 0:
            raise InvalidItem("item_field", field="total_tolerance", reason="give whole numbers from 0")
        for criterion in self.criteria:
            for language in languages:
                if not criterion.descriptions.get(language, "").strip():
                    raise misfit(f"describe the criterion “{criterion.criterion_id}” in “{language}”")

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Leave the judgement to the markers."""
        return Judgement(None)

    def to_data(self) -> dict[str, object]:
        return {
            "criteria": [criterion.to_data() for criterion in self.criteria],
            "total_tolerance": self.total_tolerance,
            "criterion_tolerance": self.criterion_tolerance,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "RubricKey":
        """Read back ``to_data``; raises ``InvalidItem``."""
        criteria = data.get("criteria")
        if not isinstance(criteria, list):
            raise InvalidItem("item_field", field="criteria", reason="give a list of criteria")
        tables = [read_mapping({"criteria": criterion}, "criteria") for criterion in criteria]
        return cls(
            tuple(Criterion.from_data(table) for table in tables),
            read_count(data, "total_tolerance"),
            read_count(data, "criterion_tolerance"),
        )
