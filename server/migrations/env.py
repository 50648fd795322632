"""Run by Alembic: migrate over the connection that `server.database` has opened, in the transaction it is in."""

from alembic import context

from server.tables import metadata

# SQLite can take back changes of the schema, too, since the transaction is begun by us and not by Python's driver.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
