"""The store's tables, as the newest migration makes them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()


def _of_session() -> Column[str]:
    return Column("session_id", String(40), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)


datasets = Table(
    "datasets",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),  # The words as they came
    Column("info", JSON, nullable=False),  # A DatasetInfo
    Column("created_at", DateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset_id", String(40), ForeignKey("datasets.id"), nullable=False),
    Column("info", JSON, nullable=False),  # A SessionInfo, as it was when the session was last saved
    Column("created_at", DateTime, nullable=False),
    Column("deleted_at", DateTime),  # Until it is purged, a deletion can be undone.
    Column("key", String(200)),  # Of the request that made it
    Index("sessions_by_creation", "created_at"),
)

commands = Table(
    "commands",
    metadata,
    _of_session(),
    Column("number", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("step", BigInteger, nullable=False),  # Where the session stood once it was carried out
    Column("op", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("tensor", LargeBinary),  # A parameter's values, as safetensors
    Column("given_at", DateTime, nullable=False),
    Column("key", String(200)),  # Of the request that gave it
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _of_session(),
    Column("step", BigInteger, primary_key=True),
    Column("edits", Integer, nullable=False),  # How many of the changes in effect it has
    Column("content", LargeBinary, nullable=False),  # A model.state.State, as safetensors
    Column("digest", String(64), nullable=False),  # SHA-256 of the content
    Column("torch", Text, nullable=False),
    Column("cpu", Text, nullable=False),
)

metrics = Table(
    "metrics",
    metadata,
    _of_session(),
    Column("recorder", String(40), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("block", BigInteger, primary_key=True),
    Column("content", LargeBinary, nullable=False),  # Buckets as float64, little-endian
)
