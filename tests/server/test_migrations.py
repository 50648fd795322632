"""What the migrations make of a database, held against the tables that the store uses."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as Migrations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import server
from model.dataset import parse_words
from server.database import Database
from server.schemas.datasets import DatasetInfo, SplitSizes
from server.tables import datasets, metadata


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'sessions.sqlite3'}")
    yield database
    database.close()


def scripts(connection: sa.Connection | None = None) -> Migrations:
    migrations = Migrations()
    migrations.set_main_option("script_location", str(Path(server.__file__).parent / "migrations"))
    migrations.attributes["connection"] = connection
    return migrations


def differences(connection: sa.Connection, expected: sa.MetaData = metadata) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, expected))


def test_the_migrations_make_just_the_tables_that_the_store_uses(database: Database) -> None:
    assert database.submit(differences).result() == []


def test_a_difference_would_be_found(database: Database) -> None:
    other = sa.MetaData()
    for table in metadata.tables.values():
        table.to_metadata(other)
    sa.Table("words", other, sa.Column("id", sa.Integer, primary_key=True))
    other.tables["sessions"].append_column(sa.Column("colour", sa.Text))
    found = database.submit(lambda connection: differences(connection, other)).result()
    assert sorted(str(difference[0]) for difference in found if isinstance(difference, tuple)) == [
        "add_column",
        "add_table",
    ]


# What autogenerate does not compare
@pytest.mark.parametrize("table", metadata.tables.values(), ids=metadata.tables)
def test_a_table_has_the_keys_that_the_store_relies_on(database: Database, table: sa.Table) -> None:
    def read(connection: sa.Connection) -> tuple[list[str], set[tuple[str, str | None]]]:
        inspector = sa.inspect(connection)
        foreign = {
            (key["referred_table"], key["options"].get("ondelete")) for key in inspector.get_foreign_keys(table.name)
        }
        return inspector.get_pk_constraint(table.name)["constrained_columns"], foreign

    primary, foreign = database.submit(read).result()
    assert primary == [column.name for column in table.primary_key.columns]
    assert foreign == {(key.column.table.name, key.ondelete) for key in table.foreign_keys}


def test_there_is_one_line_of_migrations_each_with_its_way_back() -> None:
    known = list(ScriptDirectory.from_config(scripts()).walk_revisions())
    assert [script.revision for script in known] == sorted((script.revision for script in known), reverse=True)
    assert known[-1].down_revision is None
    assert all(callable(script.module.upgrade) and callable(script.module.downgrade) for script in known)


def test_every_migration_can_be_taken_back_and_made_again(database: Database) -> None:
    def down_and_up(connection: sa.Connection) -> list[str]:
        command.downgrade(scripts(connection), "base")
        left = sa.inspect(connection).get_table_names()
        command.upgrade(scripts(connection), "head")
        return left

    assert database.submit(down_and_up).result() == ["alembic_version"]
    assert database.submit(differences).result() == []


def test_occurrences_are_counted_in_data_sets_that_were_there_before(database: Database) -> None:
    content = "\ufeffété\r\n\r\n bé \n".encode()
    dataset = parse_words(content, "older")
    counted = DatasetInfo(
        id="older",
        name="older",
        words=2,
        characters=list(dataset.characters),
        occurrences=dataset.occurrences(),
        examples=SplitSizes(train=1, validation=0, test=1),
    )

    def there_and_back(connection: sa.Connection) -> tuple[object, object]:
        columns = {"name": "older", "content": content, "created_at": datetime.now(UTC)}
        connection.execute(sa.insert(datasets).values(id="older", info=counted.model_dump(), **columns))
        command.downgrade(scripts(connection), "0001")
        before = connection.scalar(sa.select(datasets.c.info))
        command.upgrade(scripts(connection), "head")
        return before, connection.scalar(sa.select(datasets.c.info))

    without, again = database.submit(there_and_back).result()
    assert without == counted.model_dump(exclude={"occurrences"})
    assert again == counted.model_dump()


def test_opening_what_is_up_to_date_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "sessions.sqlite3"
    Database(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection:
        before = list(connection.iterdump())
    Database(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection:
        assert list(connection.iterdump()) == before
