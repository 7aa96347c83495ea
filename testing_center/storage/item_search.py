"""The words by which items are found: full-text indexes of SQLite (FTS5) and PostgreSQL (tsvector).

Both hold the same words, cut by ``domain.search_terms``, and answer the same question: which items have,
for every group of beginnings, a word with one of them. Neither dictionaries nor locales of the database
take part. The vocabulary with its trigrams is plain tables on both.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, Select, column, func, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from testing_center.domain.search_terms import nearest, stem, trigrams
from testing_center.storage.schema.catalogue import SearchTrigramRow, SearchWordRow

TABLE = "item_search"
LAST_LETTER = "\U0010ffff"
FEWEST_SHARED = 2
MOST_CANDIDATES = 200
_BATCH = 200
_SEARCH = sql_table(TABLE, column("rowid"), column("item_id"), column("words"))
Groups = Sequence[Sequence[str]]
"""For each word of a search the beginnings, one of which an item must have."""


def create_index(connection: Connection) -> None:
    """Create the full-text index, for the migration."""
    if connection.dialect.name == "sqlite":
        # Words come cut by us: letters, digits, and the dots and signs of item keys belong to them.
        options = "tokenize=\"unicode61 remove_diacritics 0 tokenchars '.-_'\", prefix='3 4', detail=none"
        connection.execute(text(f"CREATE VIRTUAL TABLE {TABLE} USING fts5(words, {options})"))
        return
    connection.execute(text(f"CREATE TABLE {TABLE} (item_id integer PRIMARY KEY, words tsvector NOT NULL)"))
    connection.execute(text(f"CREATE INDEX ix_{TABLE}_words ON {TABLE} USING gin (words)"))


def drop_index(connection: Connection) -> None:
    """Remove the full-text index, for a downgrade."""
    connection.execute(text(f"DROP TABLE {TABLE}"))


def index_words(connection: Connection, item_id: int, words: Collection[str]) -> None:
    """Make *words* those by which an item is found, in place of any before."""
    ordered = sorted(words)
    key = "rowid" if connection.dialect.name == "sqlite" else "item_id"
    value = ":words" if key == "rowid" else "array_to_tsvector(:words)"
    given = {"item": item_id, "words": " ".join(ordered) if key == "rowid" else ordered}
    connection.execute(text(f"DELETE FROM {TABLE} WHERE {key} = :item"), {"item": item_id})  # noqa: S608
    connection.execute(text(f"INSERT INTO {TABLE} ({key}, words) VALUES (:item, {value})"), given)  # noqa: S608
    _learn(connection, ordered)


def items_with(connection: Connection, groups: Groups) -> Select[int]:
    """Return the query for the identifiers of items that have a word of every group."""
    if connection.dialect.name == "sqlite":
        asked = " AND ".join(f"({' OR '.join(_prefix(one) for one in group)})" for group in groups)
        return select(_SEARCH.c.rowid).where(text(f"{TABLE} MATCH :asked").bindparams(asked=asked))
    asked = " & ".join(f"({' | '.join(_lexeme(one) for one in group)})" for group in groups)
    return select(_SEARCH.c.item_id).where(text("words @@ CAST(:asked AS tsquery)").bindparams(asked=asked))


def beginnings(session: Session, words: Sequence[str]) -> tuple[Groups, Mapping[str, tuple[str, ...]]]:
    """Return the groups of a search, and what stands in for words that the bank does not have."""
    groups: list[tuple[str, ...]] = []
    instead: dict[str, tuple[str, ...]] = {}
    for word in words:
        beginning = stem(word)
        if not _is_known(session, beginning):
            alike = nearest(word, _candidates(session, word))
            if alike:
                instead[word] = alike
                groups.append(tuple(stem(one) for one in alike))
                continue
        groups.append((beginning,))
    return groups, instead


def _is_known(session: Session, beginning: str) -> bool:
    found = select(SearchWordRow.word).where(
        SearchWordRow.word >= beginning, SearchWordRow.word < beginning + LAST_LETTER
    )
    return session.scalar(found.limit(1)) is not None


def _candidates(session: Session, word: str) -> Sequence[str]:
    """Return words that share trigrams with *word*, those with the most first."""
    shared = func.count()
    query = (
        select(SearchTrigramRow.word)
        .where(SearchTrigramRow.trigram.in_(sorted(trigrams(word))))
        .group_by(SearchTrigramRow.word)
        .having(shared >= FEWEST_SHARED)
        .order_by(shared.desc(), SearchTrigramRow.word)
        .limit(MOST_CANDIDATES)
    )
    return session.scalars(query).all()


def _learn(connection: Connection, words: Sequence[str]) -> None:
    """Add to the vocabulary the words that it does not have."""
    known: set[str] = set()
    for start in range(0, len(words), _BATCH):
        batch = words[start : start + _BATCH]
        known.update(connection.scalars(select(SearchWordRow.word).where(SearchWordRow.word.in_(batch))))
    new = [word for word in words if word not in known]
    if not new:
        return
    # Another transaction may learn the same word at the same moment; once is enough.
    add = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    connection.execute(add(SearchWordRow).on_conflict_do_nothing(), [{"word": word} for word in new])
    rows = [{"trigram": one, "word": word} for word in new for one in sorted(trigrams(word))]
    connection.execute(add(SearchTrigramRow).on_conflict_do_nothing(), rows)


def _prefix(word: str) -> str:
    return f'"{word.replace(chr(34), "")}"*'


def _lexeme(word: str) -> str:
    escaped = word.replace("\\", "").replace("'", "")
    return f"'{escaped}':*"
