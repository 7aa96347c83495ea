"""The key of a short text: the accepted variants in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from item_bank.answer_keys.protocol import (
    FULL_CREDIT,
    NO_CREDIT,
    Judgement,
    Remark,
    misfit,
    read_max_score,
    read_share,
)
from item_bank.errors import InvalidItem
from item_bank.field_readers import read_mapping, read_text
from item_bank.identifiers import Language
from item_bank.interactions.entry import ShortTextInteraction
from item_bank.interactions.protocol import Interaction, Response, read_flag
from item_bank.text_matching import keyboard_folded, normalised


@dataclass(frozen=True)
class TextVariant:
    """A text that earns ``credit``; raises ``InvalidItem`` for an empty text or no share."""

    text: str
    credit: Fraction = FULL_CREDIT

    def __post_init__(self) -> None:
        if not self.text.strip() or not 0 < self.credit <= 1:
            raise InvalidItem("item_field", field="accepted", reason="give a text and a share above 0 to 1")

    def to_data(self) -> dict[str, object]:
        return {"text": self.text, "credit": str(self.credit)}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "TextVariant":
        """Read back ``to_data``; raises ``InvalidItem``."""
        return cls(read_text(data, "text"), read_share(data.get("credit"), "credit"))


@dataclass(frozen=True)
class TextKey:
    """Accepted texts by language, compared as :mod:`item_bank.text_matching` says.

    A response that differs from a variant in nothing but letters its keyboard may lack, or in look-alike
    letters, earns nothing and is reported with the remark ``keyboard_letters``: a person decides.
    """

    accepted: Mapping[Language, tuple[TextVariant, ...]]
    case_sensitive: bool = False
    max_score: int = 1

    @property
    def summary(self) -> str:
        return "; ".join(
            f"{language}: {' | '.join(variant.text for variant in variants)}"
            for language, variants in sorted(self.accepted.items())
        )

    def check(self, interaction: Interaction, languages: tuple[Language, ...]) -> None:
        """Raise ``InvalidItem`` unless every language has a variant with full credit."""
        if not isinstance(interaction, ShortTextInteraction):
            raise misfit("accepted texts are the key of a short text")
        for language in languages:
            variants = self.accepted.get(language, ())
            if not any(variant.credit == FULL_CREDIT for variant in variants):
                raise misfit(f"give an accepted text with full credit in the language “{language}”")
            for variant in variants:
                if len(variant.text) > interaction.max_length:
                    raise misfit(f"“{variant.text[:40]}” is longer than the entry allows")
        for language in self.accepted:
            if language not in languages:
                raise misfit(f"the item has no text in the language “{language}” of an accepted text")

    def judge(self, response: Response, interaction: Interaction, language: Language) -> Judgement:
        """Return the credit of a text in the language of the attempt."""
        given = normalised(response[0], case_sensitive=self.case_sensitive)
        credit = NO_CREDIT
        near = ""
        for variant in self.accepted.get(language, ()):
            if given == normalised(variant.text, case_sensitive=self.case_sensitive):
                credit = max(credit, variant.credit)
            elif keyboard_folded(response[0]) == keyboard_folded(variant.text):
                near = near or variant.text
        if credit or not near:
            return Judgement(credit)
        code = "letter_case" if normalised(near) == normalised(response[0]) else "keyboard_letters"
        return Judgement(credit, (Remark(code, {"given": response[0], "expected": near}),))

    def to_data(self) -> dict[str, object]:
        accepted = {
            language: [variant.to_data() for variant in variants]
            for language, variants in self.accepted.items()
        }
        return {"accepted": accepted, "case_sensitive": self.case_sensitive, "max_score": self.max_score}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "TextKey":
        """Read back ``to_data``; raises ``InvalidItem``."""
        accepted: dict[Language, tuple[TextVariant, ...]] = {}
        for language, variants in read_mapping(data, "accepted").items():
            if not isinstance(variants, list) or not all(
                isinstance(variant, Mapping) for variant in variants
            ):
                raise InvalidItem("item_field", field="accepted", reason="give a list for each language")
            accepted[Language(language)] = tuple(TextVariant.from_data(variant) for variant in variants)
        return cls(accepted, read_flag(data, "case_sensitive"), read_max_score(data))
