"""Where alembic meets the ledger: it runs on the connection it is handed."""

from alembic import context

from db.ledger import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
