"""People who sign in."""

from dataclasses import dataclass
from datetime import datetime

from testing_center.domain.permissions import Role


@dataclass(frozen=True)
class Person:
    """A candidate or a member of staff; ``document_ending`` is all that is kept of the identity number.

    ``organisation`` is its name by language code, ``organisation_id`` tells one organisation from another.
    """

    id: int
    uid: str
    sign_in_name: str
    family_name: str
    given_name: str
    patronymic: str
    language: str
    post: str
    organisation: dict[str, str]
    document_ending: str
    roles: frozenset[Role]
    sites: frozenset[int]
    active: bool
    session_epoch: int
    organisation_id: int | None = None

    @property
    def full_name(self) -> str:
        """Family name first, as on documents."""
        return " ".join(part for part in (self.family_name, self.given_name, self.patronymic) if part)

    @property
    def initials(self) -> str:
        """Two letters for a tile without a photo."""
        return (self.family_name[:1] + self.given_name[:1]).upper()


@dataclass(frozen=True)
class NewPerson:
    """What is needed to add a person."""

    sign_in_name: str
    password_hash: str
    family_name: str
    given_name: str
    patronymic: str
    language: str
    roles: tuple[Role, ...]
    created_at: datetime
    organisation_key: str | None = None
    post: str = ""
    document_ending: str = ""
    site_id: int | None = None
