"""The event log, its guards, and the projections' positions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# The insert guard rolls back the whole transaction: an ABORT would need a statement journal for
# every insert, a tenth of its time.
# Each guard is an index look-up; together they refuse REPLACE (which would delete silently),
# gaps, and rows that do not continue their stream's chain.
SQLITE_GUARDS = """
CREATE TRIGGER events_insert_guard BEFORE INSERT ON events BEGIN
  SELECT RAISE(ROLLBACK, 'events: this event_id is there already')
    WHERE EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id);
  SELECT RAISE(ROLLBACK, 'events: position must follow the last one')
    WHERE NEW.position IS NOT coalesce((SELECT max(position) FROM events), 0) + 1;
  SELECT RAISE(ROLLBACK, 'events: version must follow the last one of its stream')
    WHERE NEW.version IS NOT
      coalesce((SELECT max(version) FROM events WHERE stream_id = NEW.stream_id), 0) + 1;
  SELECT RAISE(ROLLBACK, 'events: previous_hash must be the hash of the event before')
    WHERE NEW.previous_hash IS NOT coalesce(
      (SELECT hash FROM events WHERE stream_id = NEW.stream_id AND version = NEW.version - 1),
      '0000000000000000000000000000000000000000000000000000000000000000');
END;
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN
  SELECT RAISE(ABORT, 'events: the log is append-only, UPDATE is refused');
END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN
  SELECT RAISE(ABORT, 'events: the log is append-only, DELETE is refused');
END
"""

POSTGRES_GUARDS = """
CREATE FUNCTION events_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id) THEN
    RAISE unique_violation USING MESSAGE = 'events: this event_id is there already';
  ELSIF NEW.position <> coalesce((SELECT max(position) FROM events), 0) + 1 THEN
    RAISE unique_violation USING MESSAGE = 'events: position must follow the last one';
  ELSIF NEW.version <>
      coalesce((SELECT max(version) FROM events WHERE stream_id = NEW.stream_id), 0) + 1 THEN
    RAISE unique_violation USING
      MESSAGE = 'events: version must follow the last one of its stream';
  ELSIF NEW.previous_hash <> coalesce(
      (SELECT hash FROM events WHERE stream_id = NEW.stream_id AND version = NEW.version - 1),
      repeat('0', 64)) THEN
    RAISE unique_violation USING
      MESSAGE = 'events: previous_hash must be the hash of the event before';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE integrity_constraint_violation USING
    MESSAGE = 'events: the log is append-only, ' || TG_OP || ' is refused';
END $$;
CREATE TRIGGER events_insert_guard BEFORE INSERT ON events
  FOR EACH ROW EXECUTE FUNCTION events_insert_guard();
CREATE TRIGGER events_no_update_or_delete BEFORE UPDATE OR DELETE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION events_append_only();
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("position", POSITION, primary_key=True, autoincrement=False),
        sa.Column("stream_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False, unique=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("week_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("telemetry", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("stream_id", "version", name="uq_events_stream_version"),
    )
    op.create_table(
        "projection_positions",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for trigger in SQLITE_GUARDS.split("END;\n"):
            op.execute(trigger if trigger.rstrip().endswith("END") else trigger + "END")
    else:
        op.execute(POSTGRES_GUARDS)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")
