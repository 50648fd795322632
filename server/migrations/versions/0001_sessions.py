"""Data sets, sessions with their log, checkpoints and metrics."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("info", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("dataset_id", sa.String(40), sa.ForeignKey("datasets.id"), nullable=False),
        sa.Column("info", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("deleted_at", sa.DateTime),
    )
    op.create_index("sessions_by_creation", "sessions", ["created_at"])
    op.create_table(
        "commands",
        _of_session(),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("op", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("tensor", sa.LargeBinary),
        sa.Column("given_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "checkpoints",
        _of_session(),
        sa.Column("step", sa.BigInteger, primary_key=True),
        sa.Column("edits", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("torch", sa.Text, nullable=False),
        sa.Column("cpu", sa.Text, nullable=False),
    )
    op.create_table(
        "metrics",
        _of_session(),
        sa.Column("recorder", sa.String(40), primary_key=True),
        sa.Column("level", sa.Integer, primary_key=True),
        sa.Column("block", sa.BigInteger, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop them, and all that they hold."""
    for table in ("metrics", "checkpoints", "commands", "sessions", "datasets"):
        op.drop_table(table)


def _of_session() -> "sa.Column[str]":
    return sa.Column("session_id", sa.String(40), sa.ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
