"""Tables, one module per noun. Logs and published versions are never updated or deleted: triggers refuse it
(see migrations). Importing this package fills the metadata."""

from testing_center.storage.schema import (
    administrations,
    appointments,
    attempts,
    authoring,
    bank,
    calibrations,
    catalogue,
    conduct,
    imports,
    people,
    photos,
    records,
    rescorings,
    rosters,
    similar_items,
    sites,
)

__all__ = [
    "administrations",
    "appointments",
    "attempts",
    "authoring",
    "bank",
    "calibrations",
    "catalogue",
    "conduct",
    "imports",
    "people",
    "photos",
    "records",
    "rescorings",
    "rosters",
    "similar_items",
    "sites",
]
