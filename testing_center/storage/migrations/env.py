"""Alembic environment: runs on the connection it is given."""

from alembic import context

from testing_center.storage import schema  # noqa: F401 - fills the metadata
from testing_center.storage.database import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
