"""The keys of requests, so that one which is sent again after the server has been started anew still counts once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """What was made and given before has none."""
    for table in ("sessions", "commands"):
        op.add_column(table, sa.Column("key", sa.String(200)))


def downgrade() -> None:
    """Forget them."""
    for table in ("sessions", "commands"):
        op.drop_column(table, "key")
