"""The first schema: every table, then the triggers that keep the promises."""

import sqlalchemy as sa
from alembic import op

from charityledger import triggers
from charityledger.columns import Instant, RowId

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table('category',
        sa.Column('code', sa.String(length=10), nullable=False),
        sa.Column('title_zh', sa.String(length=120), nullable=False),
        sa.Column('title_en', sa.String(length=120), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_category'))
    )
    op.create_table('donor',
        sa.Column('id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('phone', sa.String(length=20), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=False),
        sa.Column('uscc', sa.String(length=18), nullable=True),
        sa.Column('created_at', Instant(), nullable=False),
        sa.Column('merged_into_id', RowId, nullable=True),
        sa.CheckConstraint("kind IN ('individual', 'enterprise')", name=op.f('ck_donor_kind')),
        sa.ForeignKeyConstraint(['merged_into_id'], ['donor.id'], name=op.f('fk_donor_merged_into_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_donor'))
    )
    op.create_index('ix_donor_phone', 'donor', ['phone'], unique=False)
    op.create_index(op.f('ix_donor_uscc'), 'donor', ['uscc'], unique=False)
    op.create_table('event',
        sa.Column('id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=60), nullable=False),
        sa.Column('subject_kind', sa.String(length=40), nullable=False),
        sa.Column('subject_id', sa.String(length=40), nullable=False),
        sa.Column('payload', sa.Text(), nullable=False),
        sa.Column('actor_id', sa.Integer(), nullable=True),
        sa.Column('at', Instant(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    op.create_index('ix_event_subject', 'event', ['subject_kind', 'subject_id'], unique=False)
    op.create_table('fund',
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('restricted', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_fund'))
    )
    op.create_table('issued_document',
        sa.Column('id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('subject', sa.String(length=40), nullable=False),
        sa.Column('parameters', sa.String(length=200), nullable=False),
        sa.Column('language', sa.String(length=2), nullable=False),
        sa.Column('read_at_event', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('issued_at', Instant(), nullable=False),
        sa.Column('issued_by', sa.Integer(), nullable=True),
        sa.Column('content', sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_issued_document')),
        sa.UniqueConstraint('kind', 'subject', 'parameters', 'read_at_event', 'language',
            name=op.f('uq_issued_document_kind_subject_parameters_read_at_event_language')),
        sa.UniqueConstraint('number', 'language', name=op.f('uq_issued_document_number_language'))
    )
    op.create_index('ix_issued_document_sha256', 'issued_document', ['sha256'], unique=False)
    op.create_table('ledger_account',
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('name_zh', sa.String(length=120), nullable=False),
        sa.Column('name_en', sa.String(length=120), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('holds', sa.String(length=10), nullable=False),
        sa.Column('memorandum', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_ledger_account'))
    )
    op.create_table('period',
        sa.Column('code', sa.String(length=6), nullable=False),
        sa.Column('closed_at', Instant(), nullable=True),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_period'))
    )
    op.create_table('request',
        sa.Column('id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('subject_id', RowId, nullable=False),
        sa.Column('details', sa.Text(), nullable=False),
        sa.Column('reason', sa.String(length=300), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('requested_by', sa.Integer(), nullable=False),
        sa.Column('requested_at', Instant(), nullable=False),
        sa.Column('decided_by', sa.Integer(), nullable=True),
        sa.Column('decided_at', Instant(), nullable=True),
        sa.Column('decision_note', sa.String(length=300), nullable=False),
        sa.CheckConstraint("state <> 'approved' OR decided_by IS NOT NULL", name=op.f('ck_request_approved')),
        sa.CheckConstraint('decided_by IS NULL OR decided_by <> requested_by', name=op.f('ck_request_four_eyes')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_request'))
    )
    op.create_index('ix_request_state', 'request', ['state'], unique=False)
    op.create_table('request_key',
        sa.Column('key', sa.String(length=80), nullable=False),
        sa.Column('content_hash', sa.String(length=64), nullable=False),
        sa.Column('outcome', sa.String(length=200), nullable=False),
        sa.Column('at', Instant(), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_request_key'))
    )
    op.create_table('site_fact',
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('value', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_site_fact'))
    )
    op.create_table('stored_file',
        sa.Column('id', RowId, nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('media_type', sa.String(length=40), nullable=False),
        sa.Column('size_bytes', sa.Integer(), nullable=False),
        sa.Column('width_px', sa.Integer(), nullable=True),
        sa.Column('height_px', sa.Integer(), nullable=True),
        sa.Column('added_by', sa.Integer(), nullable=True),
        sa.Column('added_at', Instant(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file')),
        sa.UniqueConstraint('sha256', name=op.f('uq_stored_file_sha256'))
    )
    op.create_table('user',
        sa.Column('id', RowId, nullable=False),
        sa.Column('email', sa.String(length=254), nullable=True),
        sa.Column('phone', sa.String(length=20), nullable=True),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('password_hash', sa.String(length=200), nullable=False),
        sa.Column('role', sa.String(length=10), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('locale', sa.String(length=2), nullable=False),
        sa.Column('session_epoch', sa.Integer(), nullable=False),
        sa.Column('created_at', Instant(), nullable=False),
        sa.CheckConstraint("locale IN ('zh', 'en')", name=op.f('ck_user_locale')),
        sa.CheckConstraint("role IN ('donor', 'staff', 'finance', 'auditor', 'admin')", name=op.f('ck_user_role')),
        sa.CheckConstraint('email = lower(email)', name=op.f('ck_user_email_lower')),
        sa.CheckConstraint('email IS NOT NULL OR phone IS NOT NULL', name=op.f('ck_user_reachable')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
        sa.UniqueConstraint('email', name=op.f('uq_user_email')),
        sa.UniqueConstraint('phone', name=op.f('uq_user_phone'))
    )
    op.create_table('account_balance',
        sa.Column('account', sa.String(length=40), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('amount_fen >= 0', name=op.f('ck_account_balance_not_overdrawn')),
        sa.ForeignKeyConstraint(['account'], ['ledger_account.code'], name=op.f('fk_account_balance_account')),
        sa.PrimaryKeyConstraint('account', name=op.f('pk_account_balance'))
    )
    op.create_table('balance',
        sa.Column('account', sa.String(length=40), nullable=False),
        sa.Column('fund', sa.String(length=40), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['account'], ['ledger_account.code'], name=op.f('fk_balance_account')),
        sa.ForeignKeyConstraint(['fund'], ['fund.code'], name=op.f('fk_balance_fund')),
        sa.PrimaryKeyConstraint('account', 'fund', name=op.f('pk_balance'))
    )
    op.create_table('fund_balance',
        sa.Column('fund', sa.String(length=40), nullable=False),
        sa.Column('cash_fen', sa.BigInteger(), nullable=False),
        sa.Column('stock_fen', sa.BigInteger(), nullable=False),
        sa.Column('reserved_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('cash_fen >= 0', name=op.f('ck_fund_balance_cash')),
        sa.CheckConstraint('reserved_fen >= 0 AND reserved_fen <= cash_fen', name=op.f('ck_fund_balance_reserved')),
        sa.CheckConstraint('stock_fen >= 0', name=op.f('ck_fund_balance_stock')),
        sa.ForeignKeyConstraint(['fund'], ['fund.code'], name=op.f('fk_fund_balance_fund')),
        sa.PrimaryKeyConstraint('fund', name=op.f('pk_fund_balance'))
    )
    op.create_table('invitation',
        sa.Column('id', RowId, nullable=False),
        sa.Column('donor_id', RowId, nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('email', sa.String(length=254), nullable=False),
        sa.Column('expires_at', Instant(), nullable=False),
        sa.Column('used_at', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['donor_id'], ['donor.id'], name=op.f('fk_invitation_donor_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_invitation')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_invitation_token_hash'))
    )
    op.create_table('journal_entry',
        sa.Column('id', RowId, autoincrement=False, nullable=False),
        sa.Column('kind', sa.String(length=30), nullable=False),
        sa.Column('effective_on', sa.Date(), nullable=False),
        sa.Column('period', sa.String(length=6), nullable=False),
        sa.Column('recorded_at', Instant(), nullable=False),
        sa.Column('made_by', sa.Integer(), nullable=True),
        sa.Column('approved_by', sa.Integer(), nullable=True),
        sa.Column('subject_kind', sa.String(length=30), nullable=False),
        sa.Column('subject_id', RowId, nullable=False),
        sa.Column('reverses_id', RowId, nullable=True),
        sa.Column('movement_count', sa.Integer(), nullable=False),
        sa.Column('total_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind NOT IN ('disbursement', 'prepayment', 'refund', 'reversal', 'surplus_transfer') OR "
            "(approved_by IS NOT NULL AND made_by IS NOT NULL)",
            name=op.f('ck_journal_entry_approved')),
        sa.CheckConstraint('approved_by IS NULL OR approved_by <> made_by', name=op.f('ck_journal_entry_four_eyes')),
        sa.CheckConstraint('movement_count > 0 AND total_fen > 0', name=op.f('ck_journal_entry_not_empty')),
        sa.ForeignKeyConstraint(['period'], ['period.code'], name=op.f('fk_journal_entry_period')),
        sa.ForeignKeyConstraint(['reverses_id'], ['journal_entry.id'], name=op.f('fk_journal_entry_reverses_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_entry')),
        sa.UniqueConstraint('reverses_id', name=op.f('uq_journal_entry_reverses_id'))
    )
    op.create_index('ix_journal_entry_effective_on', 'journal_entry', ['effective_on'], unique=False)
    op.create_index('ix_journal_entry_subject', 'journal_entry', ['subject_kind', 'subject_id'], unique=False)
    op.create_table('major_project',
        sa.Column('code', sa.String(length=20), nullable=False),
        sa.Column('category_code', sa.String(length=10), nullable=False),
        sa.Column('title_zh', sa.String(length=120), nullable=False),
        sa.Column('title_en', sa.String(length=120), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['category_code'], ['category.code'], name=op.f('fk_major_project_category_code')),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_major_project'))
    )
    op.create_table('membership',
        sa.Column('id', RowId, nullable=False),
        sa.Column('donor_id', RowId, nullable=False),
        sa.Column('user_id', RowId, nullable=False),
        sa.Column('owner', sa.Boolean(), nullable=False),
        sa.Column('joined_at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['donor_id'], ['donor.id'], name=op.f('fk_membership_donor_id')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_membership_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
        sa.UniqueConstraint('donor_id', 'user_id', name=op.f('uq_membership_donor_id_user_id'))
    )
    op.create_index(op.f('ix_membership_user_id'), 'membership', ['user_id'], unique=False)
    op.create_table('money_account',
        sa.Column('code', sa.String(length=20), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('ledger_account', sa.String(length=40), nullable=False),
        sa.CheckConstraint("kind IN ('bank', 'wechat', 'alipay', 'cash')", name=op.f('ck_money_account_kind')),
        sa.ForeignKeyConstraint(['ledger_account'], ['ledger_account.code'],
            name=op.f('fk_money_account_ledger_account')),
        sa.PrimaryKeyConstraint('code', name=op.f('pk_money_account')),
        sa.UniqueConstraint('ledger_account', name=op.f('uq_money_account_ledger_account'))
    )
    op.create_table('one_time_code',
        sa.Column('id', RowId, nullable=False),
        sa.Column('user_id', RowId, nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.Column('purpose', sa.String(length=20), nullable=False),
        sa.Column('expires_at', Instant(), nullable=False),
        sa.Column('used_at', Instant(), nullable=True),
        sa.CheckConstraint("purpose IN ('password_reset')", name=op.f('ck_one_time_code_purpose')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_one_time_code_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_code')),
        sa.UniqueConstraint('hash', name=op.f('uq_one_time_code_hash'))
    )
    op.create_index(op.f('ix_one_time_code_user_id'), 'one_time_code', ['user_id'], unique=False)
    op.create_table('movement',
        sa.Column('id', RowId, nullable=False),
        sa.Column('entry_id', RowId, nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('debit_account', sa.String(length=40), nullable=False),
        sa.Column('credit_account', sa.String(length=40), nullable=False),
        sa.Column('fund', sa.String(length=40), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('amount_fen > 0', name=op.f('ck_movement_positive')),
        sa.CheckConstraint('debit_account <> credit_account', name=op.f('ck_movement_two_sides')),
        sa.ForeignKeyConstraint(['credit_account'], ['ledger_account.code'], name=op.f('fk_movement_credit_account')),
        sa.ForeignKeyConstraint(['debit_account'], ['ledger_account.code'], name=op.f('fk_movement_debit_account')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'],
            name=op.f('fk_movement_entry_id'), initially='DEFERRED', deferrable=True),
        sa.ForeignKeyConstraint(['fund'], ['fund.code'], name=op.f('fk_movement_fund')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_movement')),
        sa.UniqueConstraint('entry_id', 'line', name=op.f('uq_movement_entry_id_line'))
    )
    op.create_index('ix_movement_fund', 'movement', ['fund', 'entry_id'], unique=False)
    op.create_table('statement_line',
        sa.Column('id', RowId, nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('booked_on', sa.Date(), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('used_fen', sa.BigInteger(), nullable=False),
        sa.Column('fee_fen', sa.BigInteger(), nullable=False),
        sa.Column('fee_booked', sa.Boolean(), nullable=False),
        sa.Column('counterparty', sa.String(length=200), nullable=False),
        sa.Column('memo', sa.String(length=400), nullable=False),
        sa.Column('native_id', sa.String(length=80), nullable=True),
        sa.Column('entered_by', sa.Integer(), nullable=True),
        sa.Column('recorded_at', Instant(), nullable=False),
        sa.CheckConstraint('fee_fen >= 0 AND (fee_fen = 0 OR fee_fen < amount_fen)',
            name=op.f('ck_statement_line_fee_within')),
        sa.CheckConstraint('used_fen >= 0 AND used_fen <= abs(amount_fen)',
            name=op.f('ck_statement_line_used_within')),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'],
            name=op.f('fk_statement_line_account_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_statement_line')),
        sa.UniqueConstraint('account_code', 'native_id', name=op.f('uq_statement_line_account_code_native_id'))
    )
    op.create_index('ix_statement_line_booked_on', 'statement_line', ['account_code', 'booked_on'], unique=False)
    op.create_table('sub_project',
        sa.Column('id', RowId, nullable=False),
        sa.Column('code', sa.String(length=20), nullable=False),
        sa.Column('major_code', sa.String(length=20), nullable=False),
        sa.Column('title_zh', sa.String(length=120), nullable=False),
        sa.Column('title_en', sa.String(length=120), nullable=False),
        sa.Column('summary_zh', sa.Text(), nullable=False),
        sa.Column('summary_en', sa.Text(), nullable=False),
        sa.Column('street', sa.String(length=60), nullable=False),
        sa.Column('community', sa.String(length=60), nullable=False),
        sa.Column('beneficiaries_zh', sa.String(length=120), nullable=False),
        sa.Column('beneficiaries_en', sa.String(length=200), nullable=False),
        sa.Column('beneficiary_count', sa.Integer(), nullable=False),
        sa.Column('pinyin', sa.String(length=400), nullable=False),
        sa.Column('status', sa.String(length=20), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('opened_on', sa.Date(), nullable=True),
        sa.Column('ends_on', sa.Date(), nullable=True),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('published_on', sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(['major_code'], ['major_project.code'], name=op.f('fk_sub_project_major_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sub_project')),
        sa.UniqueConstraint('code', name=op.f('uq_sub_project_code'))
    )
    op.create_index(op.f('ix_sub_project_street'), 'sub_project', ['street'], unique=False)
    op.create_table('voucher',
        sa.Column('entry_id', RowId, autoincrement=False, nullable=False),
        sa.Column('series', sa.String(length=4), nullable=False),
        sa.Column('period', sa.String(length=6), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.CheckConstraint('number > 0', name=op.f('ck_voucher_positive')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_voucher_entry_id')),
        sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_voucher')),
        sa.UniqueConstraint('series', 'period', 'number', name=op.f('uq_voucher_series_period_number'))
    )
    op.create_table('allocation',
        sa.Column('id', RowId, nullable=False),
        sa.Column('statement_line_id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('subject_id', RowId, nullable=False),
        sa.Column('entry_id', RowId, nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('reverses_id', RowId, nullable=True),
        sa.CheckConstraint('amount_fen <> 0', name=op.f('ck_allocation_not_zero')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_allocation_entry_id')),
        sa.ForeignKeyConstraint(['reverses_id'], ['allocation.id'], name=op.f('fk_allocation_reverses_id')),
        sa.ForeignKeyConstraint(['statement_line_id'], ['statement_line.id'],
            name=op.f('fk_allocation_statement_line_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation')),
        sa.UniqueConstraint('reverses_id', name=op.f('uq_allocation_reverses_id'))
    )
    op.create_index(op.f('ix_allocation_statement_line_id'), 'allocation', ['statement_line_id'], unique=False)
    op.create_table('cash_count',
        sa.Column('id', RowId, nullable=False),
        sa.Column('box', sa.String(length=60), nullable=False),
        sa.Column('counted_on', sa.Date(), nullable=False),
        sa.Column('counted_by', sa.Integer(), nullable=False),
        sa.Column('witnessed_by', sa.Integer(), nullable=True),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('sub_project_id', RowId, nullable=True),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('line_id', RowId, nullable=True),
        sa.Column('deposit_line_id', RowId, nullable=True),
        sa.Column('note', sa.String(length=300), nullable=False),
        sa.Column('recorded_at', Instant(), nullable=False),
        sa.CheckConstraint('amount_fen > 0', name=op.f('ck_cash_count_positive')),
        sa.CheckConstraint('counted_by <> witnessed_by', name=op.f('ck_cash_count_two_people')),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'], name=op.f('fk_cash_count_account_code')),
        sa.ForeignKeyConstraint(['deposit_line_id'], ['statement_line.id'],
            name=op.f('fk_cash_count_deposit_line_id')),
        sa.ForeignKeyConstraint(['line_id'], ['statement_line.id'], name=op.f('fk_cash_count_line_id')),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'], name=op.f('fk_cash_count_sub_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_cash_count'))
    )
    op.create_table('disbursement',
        sa.Column('id', RowId, nullable=False),
        sa.Column('sub_project_id', RowId, nullable=False),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('payee', sa.String(length=200), nullable=False),
        sa.Column('purpose', sa.String(length=300), nullable=False),
        sa.Column('bought_zh', sa.String(length=300), nullable=False),
        sa.Column('bought_en', sa.String(length=400), nullable=False),
        sa.Column('prepaid', sa.Boolean(), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('requested_by', sa.Integer(), nullable=False),
        sa.Column('requested_at', Instant(), nullable=False),
        sa.Column('decided_by', sa.Integer(), nullable=True),
        sa.Column('decided_at', Instant(), nullable=True),
        sa.Column('decision_note', sa.String(length=300), nullable=False),
        sa.Column('paid_on', sa.Date(), nullable=True),
        sa.Column('delivered_on', sa.Date(), nullable=True),
        sa.Column('returned_on', sa.Date(), nullable=True),
        sa.Column('delivery_note_zh', sa.String(length=300), nullable=False),
        sa.Column('delivery_note_en', sa.String(length=400), nullable=False),
        sa.Column('entry_id', RowId, nullable=True),
        sa.CheckConstraint("state NOT IN ('paid', 'returned') OR decided_by IS NOT NULL",
            name=op.f('ck_disbursement_approved')),
        sa.CheckConstraint('amount_fen > 0', name=op.f('ck_disbursement_positive')),
        sa.CheckConstraint('decided_by IS NULL OR decided_by <> requested_by',
            name=op.f('ck_disbursement_four_eyes')),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'], name=op.f('fk_disbursement_account_code')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_disbursement_entry_id')),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'], name=op.f('fk_disbursement_sub_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_disbursement'))
    )
    op.create_index('ix_disbursement_sub_project', 'disbursement', ['sub_project_id', 'paid_on'], unique=False)
    op.create_table('need_item',
        sa.Column('id', RowId, nullable=False),
        sa.Column('sub_project_id', RowId, nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('title_zh', sa.String(length=120), nullable=False),
        sa.Column('title_en', sa.String(length=200), nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('unit_zh', sa.String(length=20), nullable=False),
        sa.Column('unit_en', sa.String(length=40), nullable=False),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('unit_price_fen', sa.BigInteger(), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('cash', 'goods', 'hours')", name=op.f('ck_need_item_kind')),
        sa.CheckConstraint('quantity > 0 AND unit_price_fen >= 0', name=op.f('ck_need_item_positive')),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'], name=op.f('fk_need_item_sub_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_need_item')),
        sa.UniqueConstraint('sub_project_id', 'line', name=op.f('uq_need_item_sub_project_id_line'))
    )
    op.create_index(op.f('ix_need_item_sub_project_id'), 'need_item', ['sub_project_id'], unique=False)
    op.create_table('pledge',
        sa.Column('id', RowId, nullable=False),
        sa.Column('reference', sa.String(length=10), nullable=False),
        sa.Column('donor_id', RowId, nullable=False),
        sa.Column('sub_project_id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('paid', sa.BigInteger(), nullable=False),
        sa.Column('shown', sa.String(length=6), nullable=False),
        sa.Column('agreement_wanted', sa.Boolean(), nullable=False),
        sa.Column('enforceability', sa.String(length=12), nullable=False),
        sa.Column('source', sa.String(length=10), nullable=False),
        sa.Column('external_id', sa.String(length=80), nullable=True),
        sa.Column('reserved_at', Instant(), nullable=False),
        sa.Column('confirmed_at', Instant(), nullable=True),
        sa.Column('expires_at', Instant(), nullable=True),
        sa.Column('pledged_on', sa.Date(), nullable=True),
        sa.Column('ended_reason', sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('cash', 'goods', 'hours')", name=op.f('ck_pledge_kind')),
        sa.CheckConstraint("shown IN ('full', 'short', 'none')", name=op.f('ck_pledge_shown')),
        sa.CheckConstraint('amount > 0 AND paid >= 0 AND paid <= amount', name=op.f('ck_pledge_paid_within')),
        sa.ForeignKeyConstraint(['donor_id'], ['donor.id'], name=op.f('fk_pledge_donor_id')),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'], name=op.f('fk_pledge_sub_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge')),
        sa.UniqueConstraint('external_id', name=op.f('uq_pledge_external_id')),
        sa.UniqueConstraint('reference', name=op.f('uq_pledge_reference'))
    )
    op.create_index('ix_pledge_donor', 'pledge', ['donor_id'], unique=False)
    op.create_index('ix_pledge_state', 'pledge', ['state', 'expires_at'], unique=False)
    op.create_index('ix_pledge_sub_project', 'pledge', ['sub_project_id', 'state'], unique=False)
    op.create_table('project_update',
        sa.Column('id', RowId, nullable=False),
        sa.Column('sub_project_id', RowId, nullable=False),
        sa.Column('published_on', sa.Date(), nullable=False),
        sa.Column('body_zh', sa.Text(), nullable=False),
        sa.Column('body_en', sa.Text(), nullable=False),
        sa.Column('quotation_zh', sa.Text(), nullable=False),
        sa.Column('quotation_en', sa.Text(), nullable=False),
        sa.Column('disclosure', sa.Boolean(), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.Column('withdrawn_on', sa.Date(), nullable=True),
        sa.Column('withdrawn_reason', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'],
            name=op.f('fk_project_update_sub_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_project_update'))
    )
    op.create_index(op.f('ix_project_update_sub_project_id'), 'project_update', ['sub_project_id'], unique=False)
    op.create_table('disbursement_line',
        sa.Column('id', RowId, nullable=False),
        sa.Column('disbursement_id', RowId, nullable=False),
        sa.Column('need_item_id', RowId, nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('amount_fen > 0', name=op.f('ck_disbursement_line_positive')),
        sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'],
            name=op.f('fk_disbursement_line_disbursement_id')),
        sa.ForeignKeyConstraint(['need_item_id'], ['need_item.id'], name=op.f('fk_disbursement_line_need_item_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_disbursement_line')),
        sa.UniqueConstraint('disbursement_id', 'need_item_id',
            name=op.f('uq_disbursement_line_disbursement_id_need_item_id'))
    )
    op.create_table('donation',
        sa.Column('id', RowId, nullable=False),
        sa.Column('kind', sa.String(length=10), nullable=False),
        sa.Column('donor_id', RowId, nullable=True),
        sa.Column('pledge_id', RowId, nullable=True),
        sa.Column('sub_project_id', RowId, nullable=True),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('value_fen', sa.BigInteger(), nullable=False),
        sa.Column('shown', sa.String(length=6), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('entry_id', RowId, nullable=True),
        sa.Column('statement_line_id', RowId, nullable=True),
        sa.Column('evidence', sa.String(length=200), nullable=False),
        sa.Column('recorded_by', sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('cash', 'goods', 'hours')", name=op.f('ck_donation_kind')),
        sa.CheckConstraint('amount > 0 AND value_fen >= 0', name=op.f('ck_donation_positive')),
        sa.ForeignKeyConstraint(['donor_id'], ['donor.id'], name=op.f('fk_donation_donor_id')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_donation_entry_id')),
        sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_donation_pledge_id')),
        sa.ForeignKeyConstraint(['statement_line_id'], ['statement_line.id'],
            name=op.f('fk_donation_statement_line_id')),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'], name=op.f('fk_donation_sub_project_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_donation'))
    )
    op.create_index('ix_donation_donor', 'donation', ['donor_id'], unique=False)
    op.create_index('ix_donation_pledge', 'donation', ['pledge_id'], unique=False)
    op.create_index(op.f('ix_donation_statement_line_id'), 'donation', ['statement_line_id'], unique=False)
    op.create_index('ix_donation_sub_project', 'donation', ['sub_project_id', 'received_on'], unique=False)
    op.create_table('instalment',
        sa.Column('id', RowId, nullable=False),
        sa.Column('pledge_id', RowId, nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('amount_fen > 0', name=op.f('ck_instalment_positive')),
        sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_instalment_pledge_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_instalment')),
        sa.UniqueConstraint('pledge_id', 'number', name=op.f('uq_instalment_pledge_id_number'))
    )
    op.create_table('item_progress',
        sa.Column('need_item_id', RowId, autoincrement=False, nullable=False),
        sa.Column('capacity', sa.BigInteger(), nullable=False),
        sa.Column('reserved', sa.BigInteger(), nullable=False),
        sa.Column('pledged', sa.BigInteger(), nullable=False),
        sa.Column('paid', sa.BigInteger(), nullable=False),
        sa.Column('received', sa.BigInteger(), nullable=False),
        sa.Column('disbursed', sa.BigInteger(), nullable=False),
        sa.Column('delivered', sa.BigInteger(), nullable=False),
        sa.Column('received_value_fen', sa.BigInteger(), nullable=False),
        sa.Column('disbursed_value_fen', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('reserved + (pledged - paid) + received <= capacity',
            name=op.f('ck_item_progress_not_oversold')),
        sa.CheckConstraint(
            "reserved >= 0 AND pledged >= 0 AND paid >= 0 AND received >= 0 AND disbursed >= 0 "
            "AND delivered >= 0 AND paid <= pledged",
            name=op.f('ck_item_progress_not_negative')),
        sa.ForeignKeyConstraint(['need_item_id'], ['need_item.id'], name=op.f('fk_item_progress_need_item_id')),
        sa.PrimaryKeyConstraint('need_item_id', name=op.f('pk_item_progress'))
    )
    op.create_table('need_movement',
        sa.Column('id', RowId, nullable=False),
        sa.Column('need_item_id', RowId, nullable=False),
        sa.Column('subject_kind', sa.String(length=20), nullable=False),
        sa.Column('subject_id', RowId, nullable=False),
        sa.Column('effective_on', sa.Date(), nullable=False),
        sa.Column('reserved', sa.BigInteger(), nullable=False),
        sa.Column('pledged', sa.BigInteger(), nullable=False),
        sa.Column('paid', sa.BigInteger(), nullable=False),
        sa.Column('received', sa.BigInteger(), nullable=False),
        sa.Column('disbursed', sa.BigInteger(), nullable=False),
        sa.Column('delivered', sa.BigInteger(), nullable=False),
        sa.Column('received_value_fen', sa.BigInteger(), nullable=False),
        sa.Column('disbursed_value_fen', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['need_item_id'], ['need_item.id'], name=op.f('fk_need_movement_need_item_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_need_movement'))
    )
    op.create_index('ix_need_movement_item', 'need_movement', ['need_item_id', 'effective_on'], unique=False)
    op.create_index('ix_need_movement_subject', 'need_movement', ['subject_kind', 'subject_id'], unique=False)
    op.create_table('pledge_line',
        sa.Column('id', RowId, nullable=False),
        sa.Column('pledge_id', RowId, nullable=False),
        sa.Column('need_item_id', RowId, nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('paid', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('amount >= 0 AND paid >= 0 AND paid <= amount', name=op.f('ck_pledge_line_paid_within')),
        sa.ForeignKeyConstraint(['need_item_id'], ['need_item.id'], name=op.f('fk_pledge_line_need_item_id')),
        sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_pledge_line_pledge_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge_line')),
        sa.UniqueConstraint('pledge_id', 'need_item_id', name=op.f('uq_pledge_line_pledge_id_need_item_id'))
    )
    op.create_index(op.f('ix_pledge_line_need_item_id'), 'pledge_line', ['need_item_id'], unique=False)
    op.create_table('project_picture',
        sa.Column('id', RowId, nullable=False),
        sa.Column('sub_project_id', RowId, nullable=False),
        sa.Column('update_id', RowId, nullable=True),
        sa.Column('file_id', RowId, nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('alt_zh', sa.String(length=200), nullable=False),
        sa.Column('alt_en', sa.String(length=300), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_project_picture_file_id')),
        sa.ForeignKeyConstraint(['sub_project_id'], ['sub_project.id'],
            name=op.f('fk_project_picture_sub_project_id')),
        sa.ForeignKeyConstraint(['update_id'], ['project_update.id'], name=op.f('fk_project_picture_update_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_project_picture'))
    )
    op.create_index(op.f('ix_project_picture_sub_project_id'), 'project_picture', ['sub_project_id'], unique=False)
    op.create_index(op.f('ix_project_picture_update_id'), 'project_picture', ['update_id'], unique=False)
    op.create_table('suspense',
        sa.Column('id', RowId, nullable=False),
        sa.Column('statement_line_id', RowId, nullable=True),
        sa.Column('account_code', sa.String(length=20), nullable=False),
        sa.Column('donor_id', RowId, nullable=True),
        sa.Column('pledge_id', RowId, nullable=True),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('amount_fen', sa.BigInteger(), nullable=False),
        sa.Column('settled_fen', sa.BigInteger(), nullable=False),
        sa.Column('reason', sa.String(length=30), nullable=False),
        sa.Column('entry_id', RowId, nullable=False),
        sa.CheckConstraint('settled_fen >= 0 AND settled_fen <= amount_fen AND amount_fen > 0',
            name=op.f('ck_suspense_settled_within')),
        sa.ForeignKeyConstraint(['account_code'], ['money_account.code'], name=op.f('fk_suspense_account_code')),
        sa.ForeignKeyConstraint(['donor_id'], ['donor.id'], name=op.f('fk_suspense_donor_id')),
        sa.ForeignKeyConstraint(['entry_id'], ['journal_entry.id'], name=op.f('fk_suspense_entry_id')),
        sa.ForeignKeyConstraint(['pledge_id'], ['pledge.id'], name=op.f('fk_suspense_pledge_id')),
        sa.ForeignKeyConstraint(['statement_line_id'], ['statement_line.id'],
            name=op.f('fk_suspense_statement_line_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_suspense'))
    )
    op.create_table('donation_line',
        sa.Column('id', RowId, nullable=False),
        sa.Column('donation_id', RowId, nullable=False),
        sa.Column('need_item_id', RowId, nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('value_fen', sa.BigInteger(), nullable=False),
        sa.Column('handed_over', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['donation_id'], ['donation.id'], name=op.f('fk_donation_line_donation_id')),
        sa.ForeignKeyConstraint(['need_item_id'], ['need_item.id'], name=op.f('fk_donation_line_need_item_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_donation_line'))
    )
    op.create_index(op.f('ix_donation_line_donation_id'), 'donation_line', ['donation_id'], unique=False)
    op.create_table('evidence',
        sa.Column('id', RowId, nullable=False),
        sa.Column('disbursement_id', RowId, nullable=True),
        sa.Column('donation_id', RowId, nullable=True),
        sa.Column('request_id', RowId, nullable=True),
        sa.Column('file_id', RowId, nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(['disbursement_id'], ['disbursement.id'], name=op.f('fk_evidence_disbursement_id')),
        sa.ForeignKeyConstraint(['donation_id'], ['donation.id'], name=op.f('fk_evidence_donation_id')),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_evidence_file_id')),
        sa.ForeignKeyConstraint(['request_id'], ['request.id'], name=op.f('fk_evidence_request_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    op.create_index(op.f('ix_evidence_disbursement_id'), 'evidence', ['disbursement_id'], unique=False)
    op.create_index(op.f('ix_evidence_donation_id'), 'evidence', ['donation_id'], unique=False)
    op.create_index(op.f('ix_evidence_request_id'), 'evidence', ['request_id'], unique=False)
    # The triggers as they stand today; one that changes a trigger drops all, then installs.
    triggers.install(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("the first schema has nothing before it; restore a backup instead")
