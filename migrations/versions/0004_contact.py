"""Telephone and e-mail as they were given with a promise.

Earlier promises keep none of their own: the donor's may be what somebody else gave. A reservation that is being
confirmed during the upgrade gets no letter; its page says all that the letter would.
"""

import sqlalchemy as sa
from alembic import op

from charityledger import triggers

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    triggers.drop(op.get_bind())
    op.add_column("pledge", sa.Column("phone", sa.String(20), server_default="", nullable=False))
    op.add_column("pledge", sa.Column("email", sa.String(254), server_default="", nullable=False))
    triggers.install(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("where letters are to go has no place in the schema before; restore a backup instead")
