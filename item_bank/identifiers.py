"""Names that the whole item bank shares."""

from typing import Final, NewType

ItemKey = NewType("ItemKey", str)
StimulusKey = NewType("StimulusKey", str)
OptionId = NewType("OptionId", str)
ContentHash = NewType("ContentHash", str)
Language = NewType("Language", str)

LANGUAGES: Final = (Language("ky"), Language("ru"), Language("kk"), Language("en"))
DECIMAL_COMMA_LANGUAGES: Final = frozenset({Language("ky"), Language("ru"), Language("kk")})

EXAM_POOL: Final = "exam"
TRAINER_POOL: Final = "trainer"
POOLS: Final = (EXAM_POOL, TRAINER_POOL)

LEVELS: Final = ("know", "apply", "reason")

AREAS: Final = {
    "math": ("numbers", "algebra", "functions", "geometry", "statistics"),
    "informatics": ("information", "algorithms", "programming", "data", "systems"),
    "pedagogy": ("lesson_design", "assessment", "psychology", "inclusion", "ethics_law"),
    "answering": ("ways",),
}
"""Subjects with their areas; ``answering`` is no knowledge but the ways in which tests are answered."""
SUBJECTS: Final = tuple(AREAS)
