"""The first schema."""

from alembic import op

from charityledger import triggers
from charityledger.extensions import db

revision = "0001"
down_revision = None


def upgrade() -> None:
    db.metadata.create_all(op.get_bind())
    triggers.install(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("the first schema has nothing before it; restore a backup instead")
