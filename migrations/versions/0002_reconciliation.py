"""Statement files, their lines' identity and history, state receipts, closed months."""

import sqlalchemy as sa
from alembic import op

from charityledger import triggers
from charityledger.columns import Instant, RowId

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    triggers.drop(op.get_bind())
    op.create_table('column_mapping',
        sa.Column('id', RowId, nullable=False),
        sa.Column('head_hash', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('head', sa.Text(), nullable=False),
        sa.Column('columns', sa.Text(), nullable=False),
        sa.Column('options', sa.Text(), nullable=False),
        sa.Column('made_by', sa.Integer(), nullable=True),
        sa.Column('made_at', Instant(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_column_mapping')),
        sa.UniqueConstraint('head_hash', name=op.f('uq_column_mapping_head_hash'))
    )
    op.create_table('account_closing',
        sa.Column('id', RowId, nullable=False),
        sa.Column('period', sa.String(length=6), nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('bank_fen', sa.BigInteger(), nullable=True),
        sa.Column('book_fen', sa.BigInteger(), nullable=False),
        sa.Column('only_bank_fen', sa.BigInteger(), nullable=False),
        sa.Column('only_books_fen', sa.BigInteger(), nullable=False),
        sa.Column('items', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'],
            name=op.f('fk_account_closing_account_code')),
        sa.ForeignKeyConstraint(['period'], ['period.code'], name=op.f('fk_account_closing_period')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_closing')),
        sa.UniqueConstraint('period', 'account_code', name=op.f('uq_account_closing_period_account_code'))
    )
    op.create_table('bank_statement',
        sa.Column('id', RowId, nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('format', sa.String(length=40), nullable=False),
        sa.Column('source', sa.String(length=20), nullable=False),
        sa.Column('books', sa.Boolean(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('lines', sa.Integer(), nullable=False),
        sa.Column('neutral', sa.Integer(), nullable=False),
        sa.Column('new', sa.Integer(), nullable=False),
        sa.Column('known', sa.Integer(), nullable=False),
        sa.Column('doubtful', sa.Integer(), nullable=False),
        sa.Column('in_fen', sa.BigInteger(), nullable=False),
        sa.Column('out_fen', sa.BigInteger(), nullable=False),
        sa.Column('opening_fen', sa.BigInteger(), nullable=True),
        sa.Column('closing_fen', sa.BigInteger(), nullable=True),
        sa.Column('first_on', sa.Date(), nullable=True),
        sa.Column('last_on', sa.Date(), nullable=True),
        sa.Column('ties', sa.Boolean(), nullable=False),
        sa.Column('confirmed', sa.String(length=200), nullable=False),
        sa.Column('imported_by', sa.Integer(), nullable=True),
        sa.Column('imported_at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'],
            name=op.f('fk_bank_statement_account_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_statement')),
        sa.UniqueConstraint('account_code', 'sha256', name=op.f('uq_bank_statement_account_code_sha256'))
    )
    op.create_table('match_run',
        sa.Column('id', RowId, nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=True),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('confirmed', sa.Integer(), nullable=False),
        sa.Column('suggested', sa.Integer(), nullable=False),
        sa.Column('asked_by', sa.Integer(), nullable=True),
        sa.Column('asked_at', Instant(), nullable=False),
        sa.Column('ended_at', Instant(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')",
            name=op.f('ck_match_run_state')),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'],
            name=op.f('fk_match_run_account_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_match_run'))
    )
    op.create_index('ix_match_run_state', 'match_run', ['state'], unique=False)
    op.create_table('bill_row',
        sa.Column('id', RowId, nullable=False),
        sa.Column('statement_id', RowId, nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('identity', sa.String(length=100), nullable=False),
        sa.Column('row', sa.Integer(), nullable=False),
        sa.Column('order_id', sa.String(length=80), nullable=False),
        sa.Column('booked_at', Instant(), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('payer', sa.String(length=200), nullable=False),
        sa.Column('payer_account', sa.String(length=60), nullable=False),
        sa.Column('merchant_order', sa.String(length=80), nullable=False),
        sa.Column('memo', sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'],
            name=op.f('fk_bill_row_account_code')),
        sa.ForeignKeyConstraint(['statement_id'], ['bank_statement.id'],
            name=op.f('fk_bill_row_statement_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_bill_row')),
        sa.UniqueConstraint('account_code', 'identity', name=op.f('uq_bill_row_account_code_identity'))
    )
    op.create_index('ix_bill_row_order_id', 'bill_row', ['account_code', 'order_id'], unique=False)
    op.create_index(op.f('ix_bill_row_statement_id'), 'bill_row', ['statement_id'], unique=False)
    op.create_table('statement_file',
        sa.Column('statement_id', RowId, autoincrement=False, nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('header', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['statement_id'], ['bank_statement.id'],
            name=op.f('fk_statement_file_statement_id')),
        sa.PrimaryKeyConstraint('statement_id', name=op.f('pk_statement_file'))
    )
    op.create_table('line_note',
        sa.Column('id', RowId, nullable=False),
        sa.Column('statement_line_id', RowId, nullable=False),
        sa.Column('step', sa.String(length=20), nullable=False),
        sa.Column('tier', sa.Integer(), nullable=True),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('note', sa.String(length=300), nullable=False),
        sa.Column('by', sa.Integer(), nullable=True),
        sa.Column('at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['statement_line_id'], ['statement_line.id'],
            name=op.f('fk_line_note_statement_line_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_line_note'))
    )
    op.create_index(op.f('ix_line_note_statement_line_id'), 'line_note', ['statement_line_id'], unique=False)
    op.create_table('state_receipt',
        sa.Column('id', RowId, nullable=False),
        sa.Column('donation_id', RowId, nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('code', sa.String(length=20), nullable=True),
        sa.Column('number', sa.String(length=20), nullable=True),
        sa.Column('check_code', sa.String(length=20), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('issued_on', sa.Date(), nullable=True),
        sa.Column('reason', sa.String(length=300), nullable=False),
        sa.Column('recorded_by', sa.Integer(), nullable=True),
        sa.Column('recorded_at', Instant(), nullable=False),
        sa.Column('voided_by', sa.Integer(), nullable=True),
        sa.Column('voided_at', Instant(), nullable=True),
        sa.Column('replaces_id', RowId, nullable=True),
        sa.CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)",
            name=op.f('ck_state_receipt_voided')),
        sa.CheckConstraint("state IN ('issued', 'voided', 'waived', 'anonymous')",
            name=op.f('ck_state_receipt_state')),
        sa.CheckConstraint("state NOT IN ('issued', 'voided') OR (code IS NOT NULL AND number IS NOT NULL)",
            name=op.f('ck_state_receipt_numbered')),
        sa.ForeignKeyConstraint(['donation_id'], ['donation.id'], name=op.f('fk_state_receipt_donation_id')),
        sa.ForeignKeyConstraint(['replaces_id'], ['state_receipt.id'],
            name=op.f('fk_state_receipt_replaces_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_state_receipt')),
        sa.UniqueConstraint('code', 'number', name=op.f('uq_state_receipt_code_number')),
        sa.UniqueConstraint('replaces_id', name=op.f('uq_state_receipt_replaces_id'))
    )
    op.create_index(op.f('ix_state_receipt_donation_id'), 'state_receipt', ['donation_id'], unique=False)
    op.create_index('uq_state_receipt_live', 'state_receipt', ['donation_id'], unique=True,
        sqlite_where=sa.text("state <> 'voided'"), postgresql_where=sa.text("state <> 'voided'"))
    with op.batch_alter_table('money_account') as batch:
        batch.add_column(sa.Column('source', sa.String(length=20), server_default='', nullable=False))
        batch.add_column(sa.Column('number', sa.String(length=60), server_default='', nullable=False))

    with op.batch_alter_table('period') as batch:
        batch.add_column(sa.Column('asked_by', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('closed_by', sa.Integer(), nullable=True))
        batch.create_check_constraint('four_eyes', 'asked_by IS NULL OR asked_by <> closed_by')

    with op.batch_alter_table('pledge') as batch:
        batch.add_column(sa.Column('payer_account', sa.String(length=60), server_default='', nullable=False))

    with op.batch_alter_table('statement_line') as batch:
        batch.add_column(sa.Column('identity', sa.String(length=100), nullable=True))
        batch.add_column(sa.Column('statement_id', RowId, nullable=True))
        batch.add_column(sa.Column('row', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('booked_at', Instant(), nullable=True))
        batch.add_column(sa.Column('kind', sa.String(length=10), server_default='payment', nullable=False))
        batch.add_column(sa.Column('counterparty_account', sa.String(length=60), server_default='',
            nullable=False))
        batch.add_column(sa.Column('order_id', sa.String(length=80), server_default='', nullable=False))
        batch.add_column(sa.Column('merchant_order', sa.String(length=80), server_default='', nullable=False))
        batch.add_column(sa.Column('balance_fen', sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column('currency', sa.String(length=3), server_default='CNY', nullable=False))
        batch.add_column(sa.Column('held', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column('late', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column('original', sa.Text(), server_default='[]', nullable=False))
        # The bank's own number became part of `identity`: a number that comes again with other content is kept too.
        batch.drop_constraint(batch.f('uq_statement_line_account_code_native_id'), type_='unique')
        batch.create_index('ix_statement_line_counterparty_account', ['counterparty_account'], unique=False)
        batch.create_index('ix_statement_line_native_id', ['account_code', 'native_id'], unique=False)
        batch.create_index('ix_statement_line_order_id', ['account_code', 'order_id'], unique=False)
        batch.create_index(batch.f('ix_statement_line_statement_id'), ['statement_id'], unique=False)
        batch.create_unique_constraint(batch.f('uq_statement_line_account_code_identity'),
            ['account_code', 'identity'])
        batch.create_foreign_key(batch.f('fk_statement_line_statement_id'), 'bank_statement', ['statement_id'], ['id'])
        batch.create_check_constraint('foreign_unused', "currency = 'CNY' OR used_fen = 0")
    op.execute("UPDATE statement_line SET identity = 'n:' || native_id WHERE native_id IS NOT NULL")
    triggers.install(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("what was imported has no place in the schema before; restore a backup instead")
