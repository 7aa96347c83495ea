"""Who may do what: one table, deny by default.

A permission is ``area:resource:action``. Views name one; only this table knows which role holds it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    """The roles a person can hold."""

    CANDIDATE = "candidate"
    PROCTOR = "proctor"
    SITE_HEAD = "site_head"
    TECHNICIAN = "technician"
    PSYCHOMETRICIAN = "psychometrician"
    AUTHOR = "author"
    TRAINER_AUTHOR = "trainer_author"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Every permission that a route can ask for."""

    PUBLIC = "public:page:read"
    SIGNED_IN = "account:self:use"
    TRAINER_USE = "training:attempt:take"
    ATTEMPT_TAKE = "exam:attempt:take"
    BOOKING_OWN = "exam:booking:own"
    BOARD_READ = "exam:board:read"
    ATTEMPT_PROCTOR = "exam:attempt:proctor"
    LATE_ANSWERS_DECIDE = "exam:late-answer:decide"
    ITEM_READ = "bank:item:read"
    ITEM_EDIT = "bank:item:edit"
    ITEM_REVIEW = "bank:item:review"
    ITEM_IMPORT = "bank:item:import"
    ITEM_EXPORT = "bank:item:export"
    EXAM_POOL_READ = "bank:exam-pool:read"
    TRAINER_POOL_READ = "bank:trainer-pool:read"
    PRETEST_READ = "bank:pretest:read"
    RELEASE_PUBLISH = "bank:release:publish"
    STATISTICS_READ = "psychometrics:statistics:read"
    CALIBRATION_RUN = "psychometrics:calibration:run"
    ADMINISTRATION_READ = "centre:administration:read"
    ADMINISTRATION_MANAGE = "centre:administration:manage"
    PEOPLE_IMPORT = "centre:people:import"
    SITE_READ = "centre:site:read"
    SITE_MANAGE = "centre:site:manage"
    SEATING_MANAGE = "centre:seating:manage"
    APPOINTMENT_READ = "centre:appointment:read"
    APPOINTMENT_MANAGE = "centre:appointment:manage"
    AUDIT_READ = "centre:audit:read"


EVERYONE = frozenset({Permission.PUBLIC})
_STAFF = frozenset({Permission.SIGNED_IN})
_WHOLE_BANK = frozenset(
    {
        Permission.ITEM_READ,
        Permission.EXAM_POOL_READ,
        Permission.TRAINER_POOL_READ,
        Permission.PRETEST_READ,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.CANDIDATE: _STAFF | {Permission.TRAINER_USE, Permission.ATTEMPT_TAKE, Permission.BOOKING_OWN},
    Role.PROCTOR: _STAFF | {Permission.BOARD_READ, Permission.ATTEMPT_PROCTOR},
    Role.SITE_HEAD: _STAFF
    | {
        Permission.BOARD_READ,
        Permission.ATTEMPT_PROCTOR,
        Permission.SITE_READ,
        Permission.APPOINTMENT_READ,
    },
    Role.TECHNICIAN: _STAFF | {Permission.SITE_READ},
    Role.PSYCHOMETRICIAN: _STAFF
    | _WHOLE_BANK
    | {Permission.STATISTICS_READ, Permission.CALIBRATION_RUN, Permission.ITEM_EXPORT},
    Role.AUTHOR: _STAFF
    | _WHOLE_BANK
    | {Permission.ITEM_EDIT, Permission.ITEM_IMPORT, Permission.ITEM_EXPORT},
    Role.TRAINER_AUTHOR: _STAFF
    | {
        Permission.ITEM_READ,
        Permission.TRAINER_POOL_READ,
        Permission.ITEM_EDIT,
        Permission.ITEM_IMPORT,
        Permission.ITEM_EXPORT,
    },
    Role.REVIEWER: _STAFF | _WHOLE_BANK | {Permission.ITEM_REVIEW},
    Role.ADMINISTRATOR: _STAFF
    | _WHOLE_BANK
    | {
        Permission.ITEM_EXPORT,
        Permission.ADMINISTRATION_READ,
        Permission.ADMINISTRATION_MANAGE,
        Permission.PEOPLE_IMPORT,
        Permission.SITE_READ,
        Permission.SITE_MANAGE,
        Permission.SEATING_MANAGE,
        Permission.APPOINTMENT_READ,
        Permission.APPOINTMENT_MANAGE,
        Permission.RELEASE_PUBLISH,
        Permission.BOARD_READ,
        Permission.LATE_ANSWERS_DECIDE,
        Permission.AUDIT_READ,
    },
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything that *roles* allow together."""
    return EVERYONE.union(*(ROLE_PERMISSIONS[role] for role in roles))
