"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:  # noqa: PLR0915 - one step, however many tables
    """Create every table."""
    op.create_table(
        "audit",
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("words_digest", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "audit_words",
        sa.Column("number", Id, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_words")),
    )
    op.create_table(
        "clusters",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("merged_into", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clusters")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "dialogues",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("opened_by", Id, nullable=True),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("closed_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogues")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "files",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("stored_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_files")),
    )
    op.create_table(
        "free_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_free_days")),
    )
    op.create_table(
        "groups",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_groups")),
    )
    op.create_table(
        "hidings",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("sealed_with", sa.String(length=64), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_hidings")),
    )
    op.create_index(op.f("ix_hidings_due_at"), "hidings", ["due_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.Column("sealed_with", sa.String(length=64), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("bot_id", "update_id", name=op.f("pk_inbox")),
    )
    op.create_index(
        "ix_inbox_turn", "inbox", ["state", "bot_id", "chat", "update_id"], unique=False
    )
    op.create_table(
        "institutions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("clearance", sa.String(length=20), server_default="none", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institutions")),
        sa.UniqueConstraint("code", name=op.f("uq_institutions_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("chat", sa.BigInteger(), nullable=True),
        sa.Column("sealed_with", sa.String(length=64), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("lane", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("screen", Json, nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("edits", Id, nullable=True),
        sa.Column("deletes", Id, nullable=True),
        sa.Column("removes", sa.BigInteger(), nullable=True),
        sa.Column("part_of", Id, nullable=True),
        sa.Column("subject", sa.String(length=60), nullable=True),
        sa.Column("sign_up", sa.String(length=32), nullable=True),
        sa.Column("silent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_edits",
        "outbox",
        ["edits"],
        unique=False,
        sqlite_where=sa.text("edits IS NOT NULL"),
        postgresql_where=sa.text("edits IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_message", "outbox", ["bot_id", "person_id", "message_id"], unique=False
    )
    op.create_index(
        "ix_outbox_part_of",
        "outbox",
        ["part_of"],
        unique=False,
        sqlite_where=sa.text("part_of IS NOT NULL"),
        postgresql_where=sa.text("part_of IS NOT NULL"),
    )
    op.create_index(op.f("ix_outbox_person_id"), "outbox", ["person_id"], unique=False)
    op.create_index(op.f("ix_outbox_sign_up"), "outbox", ["sign_up"], unique=False)
    op.create_index("ix_outbox_turn", "outbox", ["state", "due_at", "id"], unique=False)
    op.create_table(
        "people",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=True),
        sa.Column("always_new_message", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("weekend", Json, nullable=True),
        sa.Column("hours", Json, nullable=True),
        sa.Column("sounded_on", sa.Date(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "source_documents",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("symbol", sa.String(length=120), nullable=False),
        sa.Column("mechanism", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("cycle", sa.Integer(), nullable=True),
        sa.Column("session", sa.String(length=40), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("layout", Json, nullable=True),
        sa.Column("imported_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_documents")),
        sa.UniqueConstraint("symbol", name=op.f("uq_source_documents_symbol")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "statuses",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("counts_as", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("evidence_required", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_statuses")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "accounts",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=True),
        sa.Column("last_message_id", sa.BigInteger(), nullable=True),
        sa.Column("unreachable_since", Moment, nullable=True),
        sa.Column("unreachable_reason", sa.String(length=40), nullable=True),
        sa.Column("menu", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_accounts_person_id_people")
        ),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_person_id"), "accounts", ["person_id"], unique=False)
    op.create_table(
        "activities",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("cluster_id", Id, nullable=True),
        sa.Column("institution_id", Id, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.String(24), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("funds", sa.String(length=300), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("adopted_at", Moment, nullable=True),
        sa.Column("changed_at", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_activities_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_activities_institution_id_institutions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_activities_cluster_id"), "activities", ["cluster_id"], unique=False)
    op.create_index(
        "ix_activities_institution", "activities", ["institution_id", "state"], unique=False
    )
    op.create_table(
        "boards",
        sa.Column("prefix", sa.String(length=60), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("outbox_id", Id, nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_boards_person_id_people")
        ),
        sa.PrimaryKeyConstraint("prefix", "person_id", name=op.f("pk_boards")),
    )
    op.create_index("ix_boards_moves", "boards", ["moves", "prefix", "person_id"], unique=False)
    op.create_table(
        "broadcasts",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("segment", Json, nullable=False),
        sa.Column("default_language", sa.String(length=20), nullable=False),
        sa.Column("attachment", sa.String(length=64), nullable=True),
        sa.Column("attachment_name", sa.String(length=200), nullable=True),
        sa.Column("attachment_kind", sa.String(length=20), nullable=True),
        sa.Column("planned_by", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sends_at", Moment, nullable=False),
        sa.Column("opened_at", Moment, nullable=True),
        sa.Column("closed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment"], ["files.sha256"], name=op.f("fk_broadcasts_attachment_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_broadcasts_state", "broadcasts", ["state", "sends_at"], unique=False)
    op.create_table(
        "digests",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_at", Moment, nullable=True),
        sa.Column("week", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_digests_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_digests")),
    )
    op.create_index(op.f("ix_digests_next_at"), "digests", ["next_at"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("document_id", Id, nullable=False),
        sa.Column("paragraph", sa.String(length=60), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.String(length=20), nullable=True),
        sa.Column("restricted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("annotation_id", sa.String(length=60), nullable=True),
        sa.Column("recommending", Json, nullable=False),
        sa.Column("source_of_position", sa.String(length=200), nullable=True),
        sa.Column("headings", Json, nullable=False),
        sa.Column("original", Json, nullable=True),
        sa.Column("cluster_id", Id, nullable=True),
        sa.Column("priority", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("vanished_at", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["clusters.id"], name=op.f("fk_items_cluster_id_clusters")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["source_documents.id"],
            name=op.f("fk_items_document_id_source_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("key", name=op.f("uq_items_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_items_annotation_id"), "items", ["annotation_id"], unique=False)
    op.create_index(op.f("ix_items_cluster_id"), "items", ["cluster_id"], unique=False)
    op.create_index(op.f("ix_items_document_id"), "items", ["document_id"], unique=False)
    op.create_table(
        "leave",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("deputy_id", Id, nullable=True),
        sa.Column("added_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["people.id"], name=op.f("fk_leave_deputy_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_leave_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_leave_person_id"), "leave", ["person_id"], unique=False)
    op.create_table(
        "quotes",
        sa.Column("outbox_id", Id, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_quotes_outbox_id_outbox")
        ),
        sa.PrimaryKeyConstraint("outbox_id", "mark", name=op.f("pk_quotes")),
    )
    op.create_index(op.f("ix_quotes_mark"), "quotes", ["mark"], unique=False)
    op.create_table(
        "templates",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_by", Id, nullable=True),
        sa.Column("added_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["sha256"], ["files.sha256"], name=op.f("fk_templates_sha256_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_templates_current",
        "templates",
        ["kind", "language"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "units",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("institution_id", Id, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_units_institution_id_institutions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("institution_id", "name", name=op.f("uq_units_institution_id_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "activity_institutions",
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("institution_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_activity_institutions_activity_id_activities"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_activity_institutions_institution_id_institutions"),
        ),
        sa.PrimaryKeyConstraint(
            "activity_id", "institution_id", name=op.f("pk_activity_institutions")
        ),
    )
    op.create_index(
        op.f("ix_activity_institutions_institution_id"),
        "activity_institutions",
        ["institution_id"],
        unique=False,
    )
    op.create_table(
        "activity_items",
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_activity_items_activity_id_activities"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_activity_items_item_id_items")
        ),
        sa.PrimaryKeyConstraint("activity_id", "item_id", name=op.f("pk_activity_items")),
    )
    op.create_index(op.f("ix_activity_items_item_id"), "activity_items", ["item_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("institution_id", Id, nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answered_due_on", sa.Date(), nullable=True),
        sa.Column("assigned_by", Id, nullable=True),
        sa.Column("assigned_at", Moment, nullable=False),
        sa.Column("announced_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("disowned_reason", sa.Text(), nullable=True),
        sa.Column("suggested_institution_id", Id, nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("reported_at", Moment, nullable=True),
        sa.Column("report_state", sa.String(length=20), nullable=True),
        sa.Column("last_status_update_id", Id, nullable=True),
        sa.Column("unchanged_in_a_row", sa.Integer(), server_default="0", nullable=False),
        sa.Column("uncleared_id", Id, nullable=True),
        sa.Column("uncleared_state", sa.String(length=20), nullable=True),
        sa.Column("uncleared_due_on", sa.Date(), nullable=True),
        sa.Column("clearance_chosen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_assignments_institution_id_institutions"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_assignments_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["suggested_institution_id"],
            ["institutions.id"],
            name=op.f("fk_assignments_suggested_institution_id_institutions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "item_id", "institution_id", name=op.f("uq_assignments_item_id_institution_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_assignments_institution", "assignments", ["institution_id", "state"], unique=False
    )
    op.create_index(op.f("ix_assignments_item_id"), "assignments", ["item_id"], unique=False)
    op.create_table(
        "broadcast_texts",
        sa.Column("broadcast_id", Id, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"],
            ["broadcasts.id"],
            name=op.f("fk_broadcast_texts_broadcast_id_broadcasts"),
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "language", name=op.f("pk_broadcast_texts")),
    )
    op.create_table(
        "deliveries",
        sa.Column("broadcast_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("seen_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_deliveries_broadcast_id_broadcasts")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_deliveries_person_id_people")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "person_id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_person_id"), "deliveries", ["person_id"], unique=False)
    op.create_table(
        "grades",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("scheme", sa.String(length=80), nullable=False),
        sa.Column("grade", sa.String(length=60), nullable=False),
        sa.Column("session", sa.String(length=60), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("symbol", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=True),
        sa.Column("entered_by", Id, nullable=False),
        sa.Column("entered_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_grades_item_id_items")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grades")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_grades_grade", "grades", ["grade"], unique=False)
    op.create_index(op.f("ix_grades_item_id"), "grades", ["item_id"], unique=False)
    op.create_table(
        "indicators",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("baseline", sa.Float(), nullable=True),
        sa.Column("baseline_year", sa.Integer(), nullable=True),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("target_year", sa.Integer(), nullable=True),
        sa.Column("sdg", sa.String(length=10), nullable=True),
        sa.Column("dimensions", Json, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_indicators_activity_id_activities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicators")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_indicators_activity_id"), "indicators", ["activity_id"], unique=False)
    op.create_table(
        "item_tags",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("vocabulary", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_tags_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", "vocabulary", "label", name=op.f("pk_item_tags")),
    )
    op.create_index("ix_item_tags_label", "item_tags", ["vocabulary", "label"], unique=False)
    op.create_table(
        "item_texts",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("from_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_texts_item_id_items")
        ),
        sa.PrimaryKeyConstraint("item_id", "language", "version", name=op.f("pk_item_texts")),
    )
    op.create_index(
        "ix_item_texts_current",
        "item_texts",
        ["item_id", "language"],
        unique=True,
        sqlite_where=sa.text("current = 1"),
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "position_changes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("after", sa.String(length=20), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_position_changes_item_id_items")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_position_changes_item_id"), "position_changes", ["item_id"], unique=False
    )
    op.create_table(
        "seats",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("institution_id", Id, nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("from_at", Moment, nullable=False),
        sa.Column("until_at", Moment, nullable=True),
        sa.Column("suspended_at", Moment, nullable=True),
        sa.Column("designated_by", sa.String(length=300), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("letter", sa.String(length=64), nullable=True),
        sa.Column("confirmed_by", Id, nullable=True),
        sa.Column("unit_id", Id, nullable=True),
        sa.Column("gender", sa.String(length=20), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_seats_institution_id_institutions"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_seats_person_id_people")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_seats_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_seats_institution_id"), "seats", ["institution_id"], unique=False)
    op.create_index(op.f("ix_seats_person_id"), "seats", ["person_id"], unique=False)
    op.create_index(op.f("ix_seats_unit_id"), "seats", ["unit_id"], unique=False)
    op.create_table(
        "siblings",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("sibling_id", Id, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_siblings_item_id_items")),
        sa.ForeignKeyConstraint(
            ["sibling_id"], ["items.id"], name=op.f("fk_siblings_sibling_id_items")
        ),
        sa.PrimaryKeyConstraint("item_id", "sibling_id", name=op.f("pk_siblings")),
    )
    op.create_index(op.f("ix_siblings_sibling_id"), "siblings", ["sibling_id"], unique=False)
    op.create_table(
        "activity_notes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("activity_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=True),
        sa.Column("fields", Json, nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activities.id"],
            name=op.f("fk_activity_notes_activity_id_activities"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_activity_notes_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_notes")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_activity_notes_activity_id"), "activity_notes", ["activity_id"], unique=False
    )
    op.create_table(
        "approvals",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("asker", Id, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opens_at", Moment, nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["seats.id"], name=op.f("fk_approvals_asked_by_seats")
        ),
        sa.ForeignKeyConstraint(["asker"], ["people.id"], name=op.f("fk_approvals_asker_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approvals_state", "approvals", ["state", "id"], unique=False)
    op.create_table(
        "assessments",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("institution_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=True),
        sa.Column("given_at", Moment, nullable=False),
        sa.Column("withdrawn_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_assessments_institution_id_institutions"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_assessments_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_assessments_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint(
            "item_id",
            "institution_id",
            "version",
            name=op.f("uq_assessments_item_id_institution_id_version"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_assessments_item_id"), "assessments", ["item_id"], unique=False)
    op.create_table(
        "assignment_terms",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("anew", sa.Boolean(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_assignment_terms_assignment_id_assignments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_terms")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_assignment_terms_assignment_id"),
        "assignment_terms",
        ["assignment_id"],
        unique=False,
    )
    op.create_table(
        "consolidations",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_consolidations_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_consolidations_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consolidations")),
        sa.UniqueConstraint("item_id", "version", name=op.f("uq_consolidations_item_id_version")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_consolidations_current",
        "consolidations",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("current = 1"),
        postgresql_where=sa.text("current"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("flow_version", sa.Integer(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("nonce", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=True),
        sa.Column("screen_id", Id, nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("touched_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_conversations_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_conversations_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_conversations_active",
        "conversations",
        ["bot_id", "chat_id"],
        unique=True,
        sqlite_where=sa.text("active = 1"),
        postgresql_where=sa.text("active"),
    )
    op.create_index(op.f("ix_conversations_seat_id"), "conversations", ["seat_id"], unique=False)
    op.create_table(
        "dialogue_people",
        sa.Column("dialogue_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("added_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_dialogue_people_dialogue_id_dialogues")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_dialogue_people_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("dialogue_id", "seat_id", "part", name=op.f("pk_dialogue_people")),
    )
    op.create_table(
        "invitations",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("institution_id", Id, nullable=True),
        sa.Column("invitee", sa.String(length=200), nullable=True),
        sa.Column("designated_by", sa.String(length=300), nullable=True),
        sa.Column("designated_on", sa.Date(), nullable=True),
        sa.Column("letter", sa.String(length=64), nullable=True),
        sa.Column("invited_by", Id, nullable=True),
        sa.Column("opens_at_once", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("telegram_name", sa.String(length=200), nullable=True),
        sa.Column("redeemed_at", Moment, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("takes_over", Id, nullable=True),
        sa.Column("unit_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_invitations_institution_id_institutions"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_invitations_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_invitations_seat_id_seats")
        ),
        sa.ForeignKeyConstraint(
            ["takes_over"], ["seats.id"], name=op.f("fk_invitations_takes_over_seats")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_invitations_unit_id_units")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_invitations_institution_id"), "invitations", ["institution_id"], unique=False
    )
    op.create_index(op.f("ix_invitations_takes_over"), "invitations", ["takes_over"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("planned_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_jobs_person_id_people")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_jobs_seat_id_seats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "id"], unique=False)
    op.create_table(
        "passes",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("passed_by", Id, nullable=False),
        sa.Column("passed_at", Moment, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_language", sa.String(length=20), nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.Column("answered_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["seats.id"], name=op.f("fk_passes_answered_by_seats")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_passes_assignment_id_assignments")
        ),
        sa.ForeignKeyConstraint(
            ["passed_by"], ["seats.id"], name=op.f("fk_passes_passed_by_seats")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_passes_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_passes_assignment_id"), "passes", ["assignment_id"], unique=False)
    op.create_index("ix_passes_unit", "passes", ["unit_id", "state"], unique=False)
    op.create_index(
        "ix_passes_waiting",
        "passes",
        ["assignment_id", "unit_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('passed', 'returned')"),
        postgresql_where=sa.text("state IN ('passed', 'returned')"),
    )
    op.create_table(
        "questions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_language", sa.String(length=20), nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.Column("answered_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["seats.id"], name=op.f("fk_questions_answered_by_seats")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["seats.id"], name=op.f("fk_questions_asked_by_seats")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_questions_assignment_id_assignments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_questions_assignment_id"), "questions", ["assignment_id"], unique=False
    )
    op.create_table(
        "redactions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("place", Id, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("settled_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_redactions_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redactions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_redactions_subject"), "redactions", ["subject"], unique=False)
    op.create_index(
        "ix_redactions_unsettled",
        "redactions",
        ["id"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "regular_exports",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("filters", Json, nullable=False),
        sa.Column("rhythm", sa.String(length=1), nullable=False),
        sa.Column("to_all", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("dealt_with", sa.Date(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_regular_exports_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_regular_exports_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regular_exports")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_regular_exports_live",
        "regular_exports",
        ["ended_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        op.f("ix_regular_exports_person_id"), "regular_exports", ["person_id"], unique=False
    )
    op.create_table(
        "requests",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("announced", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("audience", Json, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("ladder", Json, nullable=False),
        sa.Column("indicator", sa.String(length=300), nullable=True),
        sa.Column("indicator_id", Id, nullable=True),
        sa.Column("attachment", sa.String(length=64), nullable=True),
        sa.Column("attachment_name", sa.String(length=200), nullable=True),
        sa.Column("repeats", sa.String(length=20), nullable=True),
        sa.Column("series_id", Id, nullable=True),
        sa.Column("turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repeats_on", sa.Date(), nullable=True),
        sa.Column("deadline_id", Id, nullable=True),
        sa.Column("report_id", Id, nullable=True),
        sa.Column("chapter_id", Id, nullable=True),
        sa.Column("asked_by", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sends_at", Moment, nullable=True),
        sa.Column("opened_at", Moment, nullable=True),
        sa.Column("closed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment"], ["files.sha256"], name=op.f("fk_requests_attachment_files")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicators.id"], name=op.f("fk_requests_indicator_id_indicators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint(
            "series_id", "deadline_id", name=op.f("uq_requests_series_id_deadline_id")
        ),
        sa.UniqueConstraint("series_id", "turn", name=op.f("uq_requests_series_id_turn")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_requests_chapter_id"), "requests", ["chapter_id"], unique=False)
    op.create_index(op.f("ix_requests_indicator_id"), "requests", ["indicator_id"], unique=False)
    op.create_index(op.f("ix_requests_repeats_on"), "requests", ["repeats_on"], unique=False)
    op.create_index(op.f("ix_requests_report_id"), "requests", ["report_id"], unique=False)
    op.create_index("ix_requests_state", "requests", ["state", "sends_at"], unique=False)
    op.create_table(
        "status_updates",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("assignment_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("previous_status", sa.String(length=40), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("remaining", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("source_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", Moment, nullable=False),
        sa.Column("amended_at", Moment, nullable=True),
        sa.Column("amended_by", Id, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("public", sa.Boolean(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("needs_clearance", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cleared_at", Moment, nullable=True),
        sa.Column("cleared_by", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_status_updates_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_status_updates_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_updates")),
        sa.UniqueConstraint("number", name=op.f("uq_status_updates_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_status_updates_assignment_id"), "status_updates", ["assignment_id"], unique=False
    )
    op.create_index(
        op.f("ix_status_updates_cleared_at"), "status_updates", ["cleared_at"], unique=False
    )
    op.create_index(
        "ix_status_updates_state", "status_updates", ["state", "submitted_at"], unique=False
    )
    op.create_table(
        "clearance_notices",
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_clearance_notices_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_clearance_notices_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint(
            "status_update_id", "person_id", "rung", name=op.f("pk_clearance_notices")
        ),
    )
    op.create_table(
        "clearances",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_clearances_seat_id_seats")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_clearances_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearances")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_clearances_status_update_id"), "clearances", ["status_update_id"], unique=False
    )
    op.create_table(
        "consolidation_sources",
        sa.Column("consolidation_id", Id, nullable=False),
        sa.Column("status_update_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["consolidation_id"],
            ["consolidations.id"],
            name=op.f("fk_consolidation_sources_consolidation_id_consolidations"),
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_consolidation_sources_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint(
            "consolidation_id", "status_update_id", name=op.f("pk_consolidation_sources")
        ),
    )
    op.create_index(
        op.f("ix_consolidation_sources_status_update_id"),
        "consolidation_sources",
        ["status_update_id"],
        unique=False,
    )
    op.create_table(
        "contradictions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("one_id", Id, nullable=False),
        sa.Column("other_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("marked_by", Id, nullable=False),
        sa.Column("marked_at", Moment, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("resolved_by", Id, nullable=True),
        sa.Column("resolved_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_contradictions_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"], ["seats.id"], name=op.f("fk_contradictions_marked_by_seats")
        ),
        sa.ForeignKeyConstraint(
            ["one_id"], ["status_updates.id"], name=op.f("fk_contradictions_one_id_status_updates")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["status_updates.id"],
            name=op.f("fk_contradictions_other_id_status_updates"),
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["seats.id"], name=op.f("fk_contradictions_resolved_by_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contradictions")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contradictions_item_id"), "contradictions", ["item_id"], unique=False)
    op.create_index(
        "ix_contradictions_open",
        "contradictions",
        ["one_id", "other_id"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("document_id", Id, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("rule", sa.String(length=10), nullable=True),
        sa.Column("warnings", Json, nullable=False),
        sa.Column("warned", Json, nullable=False),
        sa.Column("warn_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("request_id", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["source_documents.id"],
            name=op.f("fk_deadlines_document_id_source_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_deadlines_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
        sa.UniqueConstraint("uid", name=op.f("uq_deadlines_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_deadlines_document_id"), "deadlines", ["document_id"], unique=False)
    op.create_index(op.f("ix_deadlines_request_id"), "deadlines", ["request_id"], unique=False)
    op.create_index("ix_deadlines_state", "deadlines", ["state", "day"], unique=False)
    op.create_index("ix_deadlines_warn_on", "deadlines", ["state", "warn_on"], unique=False)
    op.create_table(
        "dialogue_questions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("dialogue_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("typed_by", Id, nullable=False),
        sa.Column("typed_at", Moment, nullable=False),
        sa.Column("item_id", Id, nullable=True),
        sa.Column("institution_id", Id, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_language", sa.String(length=20), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("drafted_by", Id, nullable=True),
        sa.Column("cleared_by", Id, nullable=True),
        sa.Column("status_update_id", Id, nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("promised_until", sa.Date(), nullable=True),
        sa.Column("request_id", Id, nullable=True),
        sa.Column("waits_since", Moment, nullable=True),
        sa.Column("rungs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["dialogue_id"],
            ["dialogues.id"],
            name=op.f("fk_dialogue_questions_dialogue_id_dialogues"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_dialogue_questions_institution_id_institutions"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_dialogue_questions_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_dialogue_questions_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_dialogue_questions_dialogue_id"),
        "dialogue_questions",
        ["dialogue_id"],
        unique=False,
    )
    op.create_index(
        "ix_dialogue_questions_next",
        "dialogue_questions",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "draft_messages",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("status_update_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_draft_messages_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("bot_id", "chat_id", "message_id", name=op.f("pk_draft_messages")),
    )
    op.create_index(
        op.f("ix_draft_messages_conversation_id"),
        "draft_messages",
        ["conversation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_draft_messages_status_update_id"),
        "draft_messages",
        ["status_update_id"],
        unique=False,
    )
    op.create_table(
        "figures",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("indicator", sa.String(length=300), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("disaggregation", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_figures_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_figures_status_update_id"), "figures", ["status_update_id"], unique=False
    )
    op.create_table(
        "import_rows",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=True),
        sa.Column("second_key", sa.String(length=300), nullable=True),
        sa.Column("item_id", Id, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("symbol", sa.String(length=120), nullable=True),
        sa.Column("paragraph", sa.String(length=60), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("position", sa.String(length=20), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=True),
        sa.Column("annotation_id", sa.String(length=60), nullable=True),
        sa.Column("recommending", Json, nullable=True),
        sa.Column("source_of_position", sa.String(length=200), nullable=True),
        sa.Column("headings", Json, nullable=True),
        sa.Column("original", Json, nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("document", Json, nullable=True),
        sa.Column("problem", Json, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_import_rows_job_id_jobs")),
        sa.PrimaryKeyConstraint("job_id", "ordinal", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_key", "import_rows", ["job_id", "key", "ordinal"], unique=False)
    op.create_index("ix_import_rows_outcome", "import_rows", ["job_id", "outcome"], unique=False)
    op.create_table(
        "import_tags",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("vocabulary", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_import_tags_job_id_jobs")),
        sa.PrimaryKeyConstraint(
            "job_id", "ordinal", "vocabulary", "label", name=op.f("pk_import_tags")
        ),
    )
    op.create_table(
        "looks",
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_looks_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_looks_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("status_update_id", "person_id", name=op.f("pk_looks")),
    )
    op.create_table(
        "protections",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("lowered_at", Moment, nullable=False),
        sa.Column("approval_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approvals.id"], name=op.f("fk_protections_approval_id_approvals")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_protections")),
    )
    op.create_table(
        "request_items",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("request_id", Id, nullable=False),
        sa.Column("institution_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=True),
        sa.Column("assignment_id", Id, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=True),
        sa.Column("started_at", Moment, nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("stale", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignments.id"],
            name=op.f("fk_request_items_assignment_id_assignments"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institutions.id"],
            name=op.f("fk_request_items_institution_id_institutions"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_request_items_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_request_items_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_items")),
        sa.UniqueConstraint(
            "request_id",
            "institution_id",
            "item_id",
            name=op.f("uq_request_items_request_id_institution_id_item_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_request_items_assignment_id"), "request_items", ["assignment_id"], unique=False
    )
    op.create_index(
        "ix_request_items_institution", "request_items", ["institution_id", "state"], unique=False
    )
    op.create_index(op.f("ix_request_items_item_id"), "request_items", ["item_id"], unique=False)
    op.create_index(
        "ix_request_items_open",
        "request_items",
        ["assignment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_request_items_stale",
        "request_items",
        ["institution_id", "id"],
        unique=False,
        sqlite_where=sa.text("stale = 1"),
        postgresql_where=sa.text("stale"),
    )
    op.create_table(
        "request_texts",
        sa.Column("request_id", Id, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_request_texts_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", "language", name=op.f("pk_request_texts")),
    )
    op.create_table(
        "review_desks",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("queue", sa.String(length=60), server_default="-", nullable=False),
        sa.Column("item_id", Id, nullable=True),
        sa.Column("status_update_id", Id, nullable=True),
        sa.Column("opened_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_review_desks_item_id_items")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_review_desks_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_review_desks_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_review_desks")),
    )
    op.create_index(op.f("ix_review_desks_item_id"), "review_desks", ["item_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_reviews_seat_id_seats")),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_reviews_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_reviews_status_update_id"), "reviews", ["status_update_id"], unique=False
    )
    op.create_table(
        "status_update_versions",
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("remaining", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("word", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_status_update_versions_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint(
            "status_update_id", "version", name=op.f("pk_status_update_versions")
        ),
    )
    op.create_table(
        "threads",
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("waits_for", sa.String(length=20), nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("said_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_threads_seat_id_seats")),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_threads_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("status_update_id", name=op.f("pk_threads")),
    )
    op.create_index(op.f("ix_threads_waits_for"), "threads", ["waits_for"], unique=False)
    op.create_table(
        "answers",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("request_item_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("choice", sa.String(length=20), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("source_on", sa.Date(), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_item_id"],
            ["request_items.id"],
            name=op.f("fk_answers_request_item_id_request_items"),
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_answers_seat_id_seats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_answers_request_item_id"), "answers", ["request_item_id"], unique=False
    )
    op.create_table(
        "dialogue_openings",
        sa.Column("question_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_dialogue_openings_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["dialogue_questions.id"],
            name=op.f("fk_dialogue_openings_question_id_dialogue_questions"),
        ),
        sa.PrimaryKeyConstraint("question_id", "person_id", name=op.f("pk_dialogue_openings")),
    )
    op.create_table(
        "extensions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("request_item_id", Id, nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["request_item_id"],
            ["request_items.id"],
            name=op.f("fk_extensions_request_item_id_request_items"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_extensions_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_extensions_request_item_id"), "extensions", ["request_item_id"], unique=False
    )
    op.create_table(
        "national_reports",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("deadline_id", Id, nullable=True),
        sa.Column("documents", Json, nullable=False),
        sa.Column("structure", sa.String(length=20), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("created_by", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("symbol", sa.String(length=120), nullable=True),
        sa.Column("dropped_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"],
            ["deadlines.id"],
            name=op.f("fk_national_reports_deadline_id_deadlines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_national_reports")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_national_reports_deadline_id"), "national_reports", ["deadline_id"], unique=False
    )
    op.create_index(
        "ix_national_reports_dropped_at", "national_reports", ["dropped_at", "id"], unique=False
    )
    op.create_table(
        "reminders",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("request_item_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reaches", sa.String(length=20), nullable=False),
        sa.Column("asks_first", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("outbox_id", Id, nullable=True),
        sa.Column("entry", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reminders_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["request_item_id"],
            ["request_items.id"],
            name=op.f("fk_reminders_request_item_id_request_items"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "request_item_id",
            "person_id",
            "due_on",
            "days",
            "reaches",
            name=op.f("uq_reminders_request_item_id_person_id_due_on_days_reaches"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_reminders_due",
        "reminders",
        ["at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(op.f("ix_reminders_outbox_id"), "reminders", ["outbox_id"], unique=False)
    op.create_index("ix_reminders_person", "reminders", ["person_id", "state", "at"], unique=False)
    op.create_table(
        "thread_words",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("status_update_id", Id, nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("said_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_thread_words_seat_id_seats")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["threads.status_update_id"],
            name=op.f("fk_thread_words_status_update_id_threads"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_words")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_thread_words_status_update_id", "thread_words", ["status_update_id"], unique=False
    )
    op.create_table(
        "comment_outcomes",
        sa.Column("answer_id", Id, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_comment_outcomes_answer_id_answers")
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_comment_outcomes_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("answer_id", "part", name=op.f("pk_comment_outcomes")),
    )
    op.create_table(
        "consultations",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("starts_at", Moment, nullable=True),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("input_until", sa.Date(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("languages", Json, nullable=False),
        sa.Column("access", Json, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("pools", Json, nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column("report_id", Id, nullable=True),
        sa.Column("invited", sa.String(length=20), nullable=False),
        sa.Column("groups", Json, nullable=False),
        sa.Column("mechanism", sa.String(length=60), nullable=True),
        sa.Column("regions", Json, nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("feedback_on", sa.Date(), nullable=True),
        sa.Column("announced_by", Id, nullable=True),
        sa.Column("announced_at", Moment, nullable=False),
        sa.Column("erased_at", Moment, nullable=True),
        sa.Column("erased", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["national_reports.id"],
            name=op.f("fk_consultations_report_id_national_reports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
        sa.UniqueConstraint("code", name=op.f("uq_consultations_code")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "evidence",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("conversation_id", Id, nullable=True),
        sa.Column("status_update_id", Id, nullable=True),
        sa.Column("former_id", Id, nullable=True),
        sa.Column("answer_id", Id, nullable=True),
        sa.Column("pass_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("bot_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.String(length=300), nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", Moment, nullable=True),
        sa.Column("added_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_evidence_answer_id_answers")
        ),
        sa.ForeignKeyConstraint(
            ["former_id"], ["status_updates.id"], name=op.f("fk_evidence_former_id_status_updates")
        ),
        sa.ForeignKeyConstraint(
            ["pass_id"], ["passes.id"], name=op.f("fk_evidence_pass_id_passes")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["files.sha256"], name=op.f("fk_evidence_sha256_files")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_evidence_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_evidence_answer_id"), "evidence", ["answer_id"], unique=False)
    op.create_index("ix_evidence_awaited", "evidence", ["state", "next_try_at"], unique=False)
    op.create_index(
        op.f("ix_evidence_conversation_id"), "evidence", ["conversation_id"], unique=False
    )
    op.create_index(op.f("ix_evidence_former_id"), "evidence", ["former_id"], unique=False)
    op.create_index(op.f("ix_evidence_pass_id"), "evidence", ["pass_id"], unique=False)
    op.create_index(op.f("ix_evidence_person_id"), "evidence", ["person_id"], unique=False)
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_evidence_status_update_id"), "evidence", ["status_update_id"], unique=False
    )
    op.create_table(
        "indicator_values",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("indicator_id", Id, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("disaggregation", Json, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("answer_id", Id, nullable=True),
        sa.Column("status_update_id", Id, nullable=True),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_indicator_values_answer_id_answers")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicators.id"],
            name=op.f("fk_indicator_values_indicator_id_indicators"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_indicator_values_seat_id_seats")
        ),
        sa.ForeignKeyConstraint(
            ["status_update_id"],
            ["status_updates.id"],
            name=op.f("fk_indicator_values_status_update_id_status_updates"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_values")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_indicator_values_answer_id"), "indicator_values", ["answer_id"], unique=False
    )
    op.create_index(
        op.f("ix_indicator_values_status_update_id"),
        "indicator_values",
        ["status_update_id"],
        unique=False,
    )
    op.create_index(
        "ix_indicator_values_year", "indicator_values", ["indicator_id", "year"], unique=False
    )
    op.create_table(
        "report_approvals",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=True),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seat_id", Id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("taken_back_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["file"], ["files.sha256"], name=op.f("fk_report_approvals_file_files")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["national_reports.id"],
            name=op.f("fk_report_approvals_report_id_national_reports"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["seats.id"], name=op.f("fk_report_approvals_seat_id_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_approvals")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_report_approvals_report_id"), "report_approvals", ["report_id"], unique=False
    )
    op.create_table(
        "report_chapters",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("holds", sa.String(length=20), nullable=True),
        sa.Column("value", sa.String(length=300), nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("draft_language", sa.String(length=20), nullable=True),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("file_words", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("word_limit", sa.Integer(), nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("removed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["file"], ["files.sha256"], name=op.f("fk_report_chapters_file_files")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["seats.id"], name=op.f("fk_report_chapters_owner_id_seats")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["national_reports.id"],
            name=op.f("fk_report_chapters_report_id_national_reports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_chapters")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_report_chapters_report_id", "report_chapters", ["report_id", "place"], unique=False
    )
    op.create_table(
        "chapter_items",
        sa.Column("chapter_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["chapter_id"],
            ["report_chapters.id"],
            name=op.f("fk_chapter_items_chapter_id_report_chapters"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_chapter_items_item_id_items")
        ),
        sa.PrimaryKeyConstraint("chapter_id", "item_id", name=op.f("pk_chapter_items")),
    )
    op.create_index(op.f("ix_chapter_items_item_id"), "chapter_items", ["item_id"], unique=False)
    op.create_table(
        "consultation_counts",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("trait", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_counts_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint(
            "consultation_id", "trait", "value", name=op.f("pk_consultation_counts")
        ),
    )
    op.create_table(
        "consultation_documents",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_documents_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["files.sha256"], name=op.f("fk_consultation_documents_sha256_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_documents")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_consultation_documents_consultation_id"),
        "consultation_documents",
        ["consultation_id"],
        unique=False,
    )
    op.create_table(
        "consultation_figures",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_figures_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_consultation_figures")),
    )
    op.create_table(
        "consultation_summaries",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("numbers", Json, nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_summaries_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint(
            "consultation_id", "language", name=op.f("pk_consultation_summaries")
        ),
    )
    op.create_table(
        "consultation_words",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("ways", sa.Text(), nullable=False),
        sa.Column("contacts", sa.Text(), nullable=False),
        sa.Column("older", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar"], ["files.sha256"], name=op.f("fk_consultation_words_calendar_files")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_words_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", "language", name=op.f("pk_consultation_words")),
    )
    op.create_table(
        "contribution_marks",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_contribution_marks_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", "mark", name=op.f("pk_contribution_marks")),
    )
    op.create_table(
        "contributions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("by_code", sa.Boolean(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("about", Json, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_language", sa.String(length=20), nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_contributions_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributions")),
        sa.UniqueConstraint(
            "consultation_id", "number", name=op.f("uq_contributions_consultation_id_number")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contributions_handle"), "contributions", ["handle"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("consultation_id", Id, nullable=True),
        sa.Column("handle", sa.String(length=32), nullable=True),
        sa.Column("sealed_with", sa.String(length=64), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_erasures_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feedback",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("commented", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_feedback_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("handle", name=op.f("uq_feedback_handle")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_feedback_consultation_id"), "feedback", ["consultation_id"], unique=False
    )
    op.create_table(
        "invites",
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("group", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_invites_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", "group", name=op.f("pk_invites")),
        sa.UniqueConstraint("code", name=op.f("uq_invites_code")),
    )
    op.create_table(
        "sign_ups",
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("pool", sa.String(length=20), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("more", sa.Integer(), nullable=False),
        sa.Column("offered_until", Moment, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("attended", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_sign_ups_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_sign_ups")),
        sa.UniqueConstraint(
            "consultation_id", "number", name=op.f("uq_sign_ups_consultation_id_number")
        ),
    )
    op.create_index(
        op.f("ix_sign_ups_consultation_id"), "sign_ups", ["consultation_id"], unique=False
    )
    op.create_index(
        "ix_sign_ups_offered",
        "sign_ups",
        ["offered_until"],
        unique=False,
        sqlite_where=sa.text("offered_until IS NOT NULL"),
        postgresql_where=sa.text("offered_until IS NOT NULL"),
    )
    op.create_table(
        "contribution_items",
        sa.Column("contribution_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"],
            ["contributions.id"],
            name=op.f("fk_contribution_items_contribution_id_contributions"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_contribution_items_item_id_items")
        ),
        sa.PrimaryKeyConstraint("contribution_id", "item_id", name=op.f("pk_contribution_items")),
    )
    op.create_index(
        op.f("ix_contribution_items_item_id"), "contribution_items", ["item_id"], unique=False
    )
    op.create_table(
        "enclosures",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("consultation_id", Id, nullable=False),
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("contribution_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("extension", sa.String(length=10), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("shown_sha256", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_enclosures_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["contribution_id"],
            ["contributions.id"],
            name=op.f("fk_enclosures_contribution_id_contributions"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["files.sha256"], name=op.f("fk_enclosures_sha256_files")
        ),
        sa.ForeignKeyConstraint(
            ["shown_sha256"], ["files.sha256"], name=op.f("fk_enclosures_shown_sha256_files")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosures")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_enclosures_awaited",
        "enclosures",
        ["next_try_at"],
        unique=False,
        sqlite_where=sa.text("next_try_at IS NOT NULL"),
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_enclosures_consultation_id"), "enclosures", ["consultation_id"], unique=False
    )
    op.create_index(
        op.f("ix_enclosures_contribution_id"), "enclosures", ["contribution_id"], unique=False
    )
    op.create_index(op.f("ix_enclosures_handle"), "enclosures", ["handle"], unique=False)
    op.create_index(op.f("ix_enclosures_sha256"), "enclosures", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_enclosures_shown_sha256"), "enclosures", ["shown_sha256"], unique=False
    )
