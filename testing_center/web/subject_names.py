"""Subjects and areas in words; codes never reach a reader."""

from testing_center.domain.messages import N_

NAMES = {
    "math": N_("Mathematics"),
    "informatics": N_("Informatics"),
    "pedagogy": N_("Pedagogy and methods of teaching"),
    "numbers": N_("Numbers"),
    "algebra": N_("Algebra"),
    "functions": N_("Functions"),
    "geometry": N_("Geometry"),
    "statistics": N_("Statistics and probability"),
    "information": N_("Information"),
    "algorithms": N_("Algorithms"),
    "programming": N_("Programming"),
    "data": N_("Data"),
    "systems": N_("Computer systems and networks"),
    "lesson_design": N_("Lesson design"),
    "assessment": N_("Assessment"),
    "psychology": N_("Psychology"),
    "inclusion": N_("Inclusion"),
    "ethics_law": N_("Professional ethics and law"),
    "answering": N_("Ways of answering"),
    "ways": N_("Every kind of task"),
}
