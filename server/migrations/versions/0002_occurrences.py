"""How often each character stands in a data set's words, with the rest of what is known of it."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

datasets = sa.table(
    "datasets", sa.column("id", sa.String), sa.column("content", sa.LargeBinary), sa.column("info", sa.JSON)
)


def upgrade() -> None:
    """Count them in the words as they came."""
    connection = op.get_bind()
    for dataset_id, content, info in connection.execute(sa.select(datasets)).all():
        words = [line.strip() for line in bytes(content).decode("utf-8-sig").splitlines()]
        counts = Counter("".join(words))
        counts["."] = 2 * sum(map(bool, words))
        _save(dataset_id, {**info, "occurrences": [counts[character] for character in info["characters"]]})


def downgrade() -> None:
    """Forget them."""
    for dataset_id, info in op.get_bind().execute(sa.select(datasets.c.id, datasets.c.info)).all():
        _save(dataset_id, {name: value for name, value in info.items() if name != "occurrences"})


def _save(dataset_id: str, info: dict[str, object]) -> None:
    op.get_bind().execute(sa.update(datasets).where(datasets.c.id == dataset_id).values(info=info))
