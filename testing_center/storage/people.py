"""Accounts and roles in SQL."""

import uuid
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from testing_center.domain.people import NewPerson, Person
from testing_center.domain.permissions import Role
from testing_center.storage.schema.people import OrganisationRow, PersonRow, RoleGrantRow


class SqlPeople:
    """``People`` on SQLAlchemy."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_sign_in_name(self, sign_in_name: str) -> tuple[Person, str] | None:
        row = self._session.scalar(
            select(PersonRow).where(func.lower(PersonRow.sign_in_name) == sign_in_name.strip().lower())
        )
        return (self._people([row])[row.id], row.password_hash) if row else None

    def get(self, person_id: int) -> Person | None:
        return self.many([person_id]).get(person_id)

    def many(self, person_ids: Iterable[int]) -> Mapping[int, Person]:
        rows = self._session.scalars(select(PersonRow).where(PersonRow.id.in_(list(person_ids)))).all()
        return self._people(rows)

    def holding(self, roles: Iterable[Role]) -> Sequence[Person]:
        granted = select(RoleGrantRow.person_id).where(RoleGrantRow.role.in_(list(roles)))
        query = select(PersonRow).where(PersonRow.id.in_(granted), PersonRow.active)
        rows = self._session.scalars(query.order_by(PersonRow.family_name, PersonRow.given_name)).all()
        return list(self._people(rows).values())

    def add(self, person: NewPerson) -> Person:
        row = PersonRow(
            uid=uuid.uuid4().hex,
            sign_in_name=person.sign_in_name,
            password_hash=person.password_hash,
            family_name=person.family_name,
            given_name=person.given_name,
            patronymic=person.patronymic,
            language=person.language,
            organisation_id=self._organisation_id(person.organisation_key),
            post=person.post,
            document_ending=person.document_ending,
            active=True,
            session_epoch=1,
            created_at=person.created_at,
        )
        self._session.add(row)
        self._session.flush()
        self._session.add_all(
            RoleGrantRow(
                person_id=row.id, role=role, site_id=person.site_id, basis="", granted_at=person.created_at
            )
            for role in person.roles
        )
        self._session.flush()
        return self._people([row])[row.id]

    def by_uids(self, uids: Iterable[str]) -> Mapping[str, Person]:
        rows = self._session.scalars(select(PersonRow).where(PersonRow.uid.in_(list(uids)))).all()
        return {person.uid: person for person in self._people(rows).values()}

    def set_language(self, person_id: int, language: str) -> None:
        self._session.execute(update(PersonRow).where(PersonRow.id == person_id).values(language=language))

    def organisation(self, key: str, kind: str, names: Mapping[str, str]) -> int:
        found = self._organisation_id(key)
        if found is not None:
            return found
        row = OrganisationRow(key=key, kind=kind, parent_id=None, names=dict(names))
        self._session.add(row)
        self._session.flush()
        return row.id

    def _organisation_id(self, key: str | None) -> int | None:
        if key is None:
            return None
        return self._session.scalar(select(OrganisationRow.id).where(OrganisationRow.key == key))

    def _people(self, rows: Iterable[PersonRow]) -> dict[int, Person]:
        rows = list(rows)
        grants = self._session.scalars(
            select(RoleGrantRow).where(RoleGrantRow.person_id.in_([row.id for row in rows]))
        ).all()
        organisation_ids = {row.organisation_id for row in rows if row.organisation_id}
        organisations = {
            row.id: row.names
            for row in self._session.scalars(
                select(OrganisationRow).where(OrganisationRow.id.in_(organisation_ids))
            )
        }
        return {
            row.id: _person(
                row,
                [grant for grant in grants if grant.person_id == row.id],
                organisations.get(row.organisation_id or 0, {}),
            )
            for row in rows
        }


def _person(row: PersonRow, grants: list[RoleGrantRow], organisation: dict[str, str]) -> Person:
    return Person(
        id=row.id,
        uid=row.uid,
        sign_in_name=row.sign_in_name,
        family_name=row.family_name,
        given_name=row.given_name,
        patronymic=row.patronymic,
        language=row.language,
        post=row.post,
        organisation=organisation,
        document_ending=row.document_ending,
        roles=frozenset(Role(grant.role) for grant in grants),
        sites=frozenset(grant.site_id for grant in grants if grant.site_id is not None),
        active=row.active,
        session_epoch=row.session_epoch,
        organisation_id=row.organisation_id,
    )
