"""Who may do what: one table, deny by default.

A permission is ``area:resource:action``. Views name one; only this table knows which role holds it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """The roles a person can hold."""

    CANDIDATE = "candidate"
    PROCTOR = "proctor"
    PSYCHOMETRICIAN = "psychometrician"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Every permission that a route can ask for."""

    PUBLIC = "public:page:read"
    SIGNED_IN = "account:self:use"
    TRAINER_USE = "training:attempt:take"
    ATTEMPT_TAKE = "exam:attempt:take"
    BOARD_READ = "exam:board:read"
    ATTEMPT_PROCTOR = "exam:attempt:proctor"
    ITEM_READ = "bank:item:read"
    ITEM_EDIT = "bank:item:edit"
    ITEM_REVIEW = "bank:item:review"
    RELEASE_PUBLISH = "bank:release:publish"
    STATISTICS_READ = "psychometrics:statistics:read"
    CALIBRATION_RUN = "psychometrics:calibration:run"
    ADMINISTRATION_READ = "centre:administration:read"
    ADMINISTRATION_MANAGE = "centre:administration:manage"
    PEOPLE_IMPORT = "centre:people:import"
    AUDIT_READ = "centre:audit:read"


EVERYONE = frozenset({Permission.PUBLIC})
_STAFF = frozenset({Permission.SIGNED_IN})

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.CANDIDATE: _STAFF | {Permission.TRAINER_USE, Permission.ATTEMPT_TAKE},
    Role.PROCTOR: _STAFF | {Permission.BOARD_READ, Permission.ATTEMPT_PROCTOR},
    Role.PSYCHOMETRICIAN: _STAFF
    | {Permission.STATISTICS_READ, Permission.CALIBRATION_RUN, Permission.ITEM_READ},
    Role.AUTHOR: _STAFF | {Permission.ITEM_READ, Permission.ITEM_EDIT},
    Role.REVIEWER: _STAFF | {Permission.ITEM_READ, Permission.ITEM_REVIEW},
    Role.ADMINISTRATOR: _STAFF
    | {
        Permission.ADMINISTRATION_READ,
        Permission.ADMINISTRATION_MANAGE,
        Permission.PEOPLE_IMPORT,
        Permission.RELEASE_PUBLISH,
        Permission.ITEM_READ,
        Permission.BOARD_READ,
        Permission.AUDIT_READ,
    },
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that *roles* allow together."""
    return EVERYONE.union(*(ROLE_PERMISSIONS[role] for role in roles))
