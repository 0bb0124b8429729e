"""Every table, in the words of the glossary.

Personal data stands in `people`, `accounts`, `invitations` and in what people wrote; the audit
holds ids, codes and digests only. Telegram's ids are stored with the id of the bot that knows them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.types import Amount, Id, Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _to(name: str, target: str, *, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(name, Id, ForeignKey(f"{target}.id"), nullable=nullable, index=index)


# -- Institutions, people, seats -------------------------------------------------------------------

institutions = Table(
    "institutions",
    metadata,
    _id(),
    Column("code", String(40), nullable=False, unique=True),
    Column("kind", String(40), nullable=False),  # ministry, court, parliament, city, …
    Column("names", Json, nullable=False),  # {language: name}
    Column("ended_at", UtcDateTime),
    Column("clearance", String(20), nullable=False, server_default="none"),  # always, chosen
)

units = Table(  # parts of an institution that are asked inside it
    "units",
    metadata,
    _id(),
    _to("institution_id", "institutions"),
    Column("name", String(200), nullable=False),
    Column("language", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("institution_id", "name"),
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("name", String(200), nullable=False),
    Column("language", String(20), nullable=False),
    Column("timezone", String(60)),  # None: the country's
    Column("always_new_message", Boolean, nullable=False, server_default=false()),
    Column("weekend", Json),  # [weekday], Monday is 0; None: the country's, as in the next one
    Column("hours", Json),  # quiet from, quiet until, reminded at: ["19:00", "08:00", "09:00"]
    Column("sounded_on", Date),  # the person's day of the last message that sounded unasked
    Column("created_at", UtcDateTime, nullable=False),
)

accounts = Table(  # a person's private chat with one bot
    "accounts",
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    _to("person_id", "people", index=True),
    Column("username", String(64)),
    Column("last_message_id", BigInteger),  # the newest message seen in the chat, either side's
    Column("unreachable_since", UtcDateTime),
    Column("unreachable_reason", String(40)),
    Column("menu", String(40)),  # which commands Telegram was told to show in the chat
    PrimaryKeyConstraint("bot_id", "chat_id"),
)

seats = Table(
    "seats",
    metadata,
    _id(),
    _to("person_id", "people", index=True),
    _to("institution_id", "institutions", nullable=True, index=True),
    Column("role", String(20), nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime),
    Column("suspended_at", UtcDateTime),
    Column("designated_by", String(300)),  # who designated the person, as the letter says
    Column("designated_on", Date),
    Column("letter", String(64)),  # SHA-256 of the designation letter
    Column("confirmed_by", Id),  # the seat of who confirmed the newcomer; None: the command line
    _to("unit_id", "units", nullable=True, index=True),  # sees what was passed to it, no more
    Column("gender", String(20)),  # said voluntarily, counted, never shown or exported with a name
    Column("level", String(20)),  # as the gender: policy, technical
)

invitations = Table(
    "invitations",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True),  # of the link's 128 random bits
    Column("state", String(20), nullable=False),  # open, redeemed, confirmed, refused, revoked
    Column("role", String(20), nullable=False),
    _to("institution_id", "institutions", nullable=True, index=True),
    Column("invitee", String(200)),  # for whom, in the inviter's words
    Column("designated_by", String(300)),
    Column("designated_on", Date),
    Column("letter", String(64)),
    Column("invited_by", Id),  # seat; None: the command line
    Column("opens_at_once", Boolean, nullable=False),  # nobody confirms who uses it
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    _to("person_id", "people", nullable=True),  # who redeemed it
    Column("telegram_name", String(200)),  # shown to the inviter, gone once decided
    Column("redeemed_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    _to("seat_id", "seats", nullable=True),
    _to("takes_over", "seats", nullable=True, index=True),  # the seat that ends with this one
    _to("unit_id", "units", nullable=True),
)

approvals = Table(  # what needs a second coordinator, from the asking to its use
    "approvals",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),  # invite, names, lower, unrestrict
    Column("arguments", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("language", String(20), nullable=False),  # of the reason
    _to("asked_by", "seats"),
    _to("asker", "people"),  # the person: nobody agrees to their own by another seat
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, approved, refused, expired, done
    Column("opens_at", UtcDateTime),  # by itself, where there is nobody to ask
    Column("decided_by", Id),  # seat; None: it opened by itself, or expired
    Column("decided_at", UtcDateTime),
)
Index("ix_approvals_state", approvals.c.state, approvals.c.id)

protections = Table(  # what may leave the machine by chat, since when; none: all is protected
    "protections",
    metadata,
    Column("name", String(20), primary_key=True),  # restricted, evidence, audit
    Column("lowered_at", UtcDateTime, nullable=False),
    _to("approval_id", "approvals"),
)

# -- What is tracked -------------------------------------------------------------------------------

source_documents = Table(
    "source_documents",
    metadata,
    _id(),
    Column("symbol", String(120), nullable=False, unique=True),
    Column("mechanism", String(60), nullable=False),
    Column("title", String(500)),
    Column("cycle", Integer),
    Column("session", String(40)),
    Column("published_on", Date),
    Column("layout", Json),  # columns as they came, for the matrix that goes back: [[name, title]]
    Column("imported_at", UtcDateTime, nullable=False),
)

clusters = Table(
    "clusters",
    metadata,
    _id(),
    Column("name", String(300), nullable=False),
    Column("language", String(20), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("merged_into", Id),
)

items = Table(
    "items",
    metadata,
    _id(),
    Column("key", String(300), nullable=False, unique=True),  # FORMATS.md §1
    _to("document_id", "source_documents", index=True),
    Column("paragraph", String(60), nullable=False),
    Column("ordinal", Integer, nullable=False),  # place in its document
    Column("kind", String(20), nullable=False),
    Column("position", String(20)),
    Column("restricted", Boolean, nullable=False, server_default=false()),
    Column("annotation_id", String(60), index=True),
    Column("recommending", Json, nullable=False),  # [State]
    Column("source_of_position", String(200)),
    Column("headings", Json, nullable=False),  # [[place, theme heading]]: it may stand under many
    Column("original", Json),  # [[place, heading as printed, {column: cell}]], as they came
    _to("cluster_id", "clusters", nullable=True, index=True),
    Column("priority", Boolean, nullable=False, server_default=false()),
    Column("digest", String(64)),  # of what the import said beside the text
    Column("vanished_at", UtcDateTime),  # not in the newest import of its document
    Column("created_at", UtcDateTime, nullable=False),
)

item_texts = Table(  # one row per language and version; the newest is current
    "item_texts",
    metadata,
    _to("item_id", "items"),
    Column("language", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("current", Boolean, nullable=False, server_default=true()),
    Column("words", Text, nullable=False),
    Column("raw", Text),  # as it came, where cleaning changed it
    Column("from_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("item_id", "language", "version"),
)
Index(
    "ix_item_texts_current",
    item_texts.c.item_id,
    item_texts.c.language,
    unique=True,
    sqlite_where=text("current = 1"),
    postgresql_where=text("current"),
)

position_changes = Table(  # what an import changed of the State's position on an item
    "position_changes",
    metadata,
    _id(),
    _to("item_id", "items", index=True),
    Column("before", String(20)),
    Column("after", String(20)),
    Column("at", UtcDateTime, nullable=False),
)

item_tags = Table(
    "item_tags",
    metadata,
    _to("item_id", "items"),
    Column("vocabulary", String(20), nullable=False),  # theme, group, sdg, need
    Column("label", String(300), nullable=False),
    Column("ordinal", Integer, nullable=False),
    PrimaryKeyConstraint("item_id", "vocabulary", "label"),
)
Index("ix_item_tags_label", item_tags.c.vocabulary, item_tags.c.label)

siblings = Table(
    "siblings",
    metadata,
    _to("item_id", "items"),
    _to("sibling_id", "items", index=True),
    Column("score", Integer, nullable=False),  # 0–100
    PrimaryKeyConstraint("item_id", "sibling_id"),
)

assignments = Table(
    "assignments",
    metadata,
    _id(),
    _to("item_id", "items", index=True),
    _to("institution_id", "institutions"),
    Column("part", String(20), nullable=False),  # lead, contributing
    Column("state", String(20), nullable=False),  # draft, announced, disowned, ended
    Column("due_on", Date),
    Column("answered_due_on", Date),  # the due date that the last word was an answer to
    Column("assigned_by", Id),  # seat; None: the command line
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("announced_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("disowned_reason", Text),
    _to("suggested_institution_id", "institutions", nullable=True),
    # The institution's last word, kept beside the status updates for quick homes and lists:
    Column("status", String(40)),
    Column("as_of", Date),
    Column("reported_at", UtcDateTime),
    Column("report_state", String(20)),  # submitted, approved, returned
    Column("last_status_update_id", Id),
    Column("unchanged_in_a_row", Integer, nullable=False, server_default="0"),
    # What it has sent and is not its word: the newest report, where that is not cleared
    Column("uncleared_id", Id),
    Column("uncleared_state", String(20)),  # uncleared, returned_inside
    Column("uncleared_due_on", Date),  # the due date that it is an answer to
    Column("clearance_chosen", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("item_id", "institution_id"),
)
Index("ix_assignments_institution", assignments.c.institution_id, assignments.c.state)

assignment_terms = Table(  # part and due day as they were given, a row for each time
    "assignment_terms",
    metadata,
    _id(),
    _to("assignment_id", "assignments", index=True),
    Column("anew", Boolean, nullable=False),  # assigned with it; False: changed to it
    Column("part", String(20), nullable=False),
    Column("due_on", Date),
    Column("seat_id", Id),  # None: the command line, or time
    Column("at", UtcDateTime, nullable=False),
)

# -- Reports ---------------------------------------------------------------------------------------

statuses = Table(  # what a country configured of its vocabulary; the rest is as it was
    "statuses",
    metadata,
    Column("code", String(40), primary_key=True),  # never changed, never given twice
    Column("counts_as", String(40), nullable=False),  # one of the seven there are from the start
    Column("place", Integer, nullable=False),
    Column("names", Json, nullable=False),  # {language: name}
    Column("evidence_required", Boolean, nullable=False, server_default=false()),
    Column("ended_at", UtcDateTime),
)

status_updates = Table(
    "status_updates",
    metadata,
    _id(),
    Column("number", String(20), nullable=False, unique=True),  # SU-2026-0042
    Column("version", Integer, nullable=False, server_default="1"),
    _to("assignment_id", "assignments", index=True),
    _to("seat_id", "seats", nullable=True),  # the author; None for an import
    Column("kind", String(20), nullable=False),  # report, unchanged, recorded
    Column("state", String(20), nullable=False),  # `bot.domain.items.ReportState`
    Column("status", String(40), nullable=False),
    Column("previous_status", String(40)),
    Column("as_of", Date, nullable=False),
    Column("measures", Text, nullable=False),
    Column("remaining", Text),
    Column("language", String(20), nullable=False),
    Column("source", String(300)),  # letter, e-mail, meeting … of a recorded one
    Column("source_on", Date),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("amended_at", UtcDateTime),  # when its newest version came; None: it has one
    Column("amended_by", Id),  # the seat that sent the newest version
    Column("decided_at", UtcDateTime),
    Column("public", Boolean),  # whether anybody may read it; None: nobody has said so yet
    Column("due_on", Date),  # when the answer was due as it was sent
    Column("needs_clearance", Boolean, nullable=False, server_default=false()),
    Column("cleared_at", UtcDateTime, index=True),  # until then it is not the institution's word
    Column("cleared_by", Id),  # seat
)
Index("ix_status_updates_state", status_updates.c.state, status_updates.c.submitted_at)

status_update_versions = Table(  # what it said before it was amended; the newest stands above
    "status_update_versions",
    metadata,
    _to("status_update_id", "status_updates"),
    Column("version", Integer, nullable=False),
    Column("status", String(40), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("measures", Text, nullable=False),
    Column("remaining", Text),
    Column("language", String(20), nullable=False),
    Column("figures", Json, nullable=False),
    Column("evidence", Json, nullable=False),  # [id]
    Column("seat_id", Id),  # who made that version
    Column("at", UtcDateTime, nullable=False),
    Column("word", Boolean, nullable=False),  # whether it was ever the institution's word
    PrimaryKeyConstraint("status_update_id", "version"),
)

looks = Table(  # which version of a report an officer has opened, and which one before it
    "looks",
    metadata,
    _to("status_update_id", "status_updates"),
    _to("person_id", "people"),
    Column("version", Integer, nullable=False),
    Column("before", Integer),
    PrimaryKeyConstraint("status_update_id", "person_id"),
)

figures = Table(
    "figures",
    metadata,
    _id(),
    _to("status_update_id", "status_updates", index=True),
    Column("indicator", String(300), nullable=False),
    Column("value", Float, nullable=False),
    Column("unit", String(60)),
    Column("year", Integer),
    Column("disaggregation", Json, nullable=False),  # [{group, value, dimensions}]
)

files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    Column("bot_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    _to("person_id", "people"),
    _to("seat_id", "seats", nullable=True, index=True),
    Column("flow", String(40), nullable=False),
    Column("flow_version", Integer, nullable=False),
    Column("state", Json, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("nonce", String(12), nullable=False),  # of the question shown now
    Column("subject", String(60)),  # what it is about: `assignment:17`
    Column("screen_id", Id),  # outbox row of the question shown now
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("started_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
)
Index(
    "ix_conversations_active",
    conversations.c.bot_id,
    conversations.c.chat_id,
    unique=True,
    sqlite_where=text("active = 1"),
    postgresql_where=text("active"),
)

evidence = Table(  # a file, a link or a note; of a draft until it is submitted
    "evidence",
    metadata,
    _id(),
    Column("conversation_id", Id, index=True),  # no foreign key: the draft goes, the trace stays
    _to("status_update_id", "status_updates", nullable=True, index=True),
    _to("former_id", "status_updates", nullable=True, index=True),  # of earlier versions alone
    _to("answer_id", "answers", nullable=True, index=True),
    _to("pass_id", "passes", nullable=True, index=True),  # of a unit's answer
    Column("kind", String(20), nullable=False),  # document, photo, voice, audio, video, link
    Column("state", String(20), nullable=False),  # awaited, stored, refused, redacted
    Column("reason", String(60)),  # key of the refusal
    Column("sha256", String(64), ForeignKey("files.sha256"), index=True),
    Column("name", String(200)),  # as shown and downloaded; never a path
    Column("caption", Text),
    Column("url", String(2000)),
    Column("bot_id", BigInteger),
    Column("file_id", String(300)),  # Telegram's, until it is stored
    Column("person_id", Id, index=True),  # who sent it: told when it is refused
    Column("size", BigInteger),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UtcDateTime),
    Column("added_at", UtcDateTime, nullable=False),
)
Index("ix_evidence_awaited", evidence.c.state, evidence.c.next_try_at)

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _to("status_update_id", "status_updates", index=True),
    _to("seat_id", "seats"),
    Column("decision", String(20), nullable=False),  # approved, returned
    Column("comment", Text),
    Column("language", String(20)),
    Column("at", UtcDateTime, nullable=False),
)

clearances = Table(  # what validators decided on reports of their institution
    "clearances",
    metadata,
    _id(),
    _to("status_update_id", "status_updates", index=True),
    _to("seat_id", "seats"),
    Column("decision", String(20), nullable=False),  # cleared, amended, returned
    Column("comment", Text),
    Column("language", String(20)),  # of the comment
    Column("at", UtcDateTime, nullable=False),
)

clearance_notices = Table(  # who was told that a report waits, and how urgently
    "clearance_notices",
    metadata,
    _to("status_update_id", "status_updates"),
    _to("person_id", "people"),
    Column("rung", Integer, nullable=False),  # 0: it is with them; `bot.domain.clearance`
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("status_update_id", "person_id", "rung"),
)

review_desks = Table(  # what an officer has open, and what their queue is narrowed to
    "review_desks",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("queue", String(60), nullable=False, server_default="-"),  # a code of domain.review
    _to("item_id", "items", nullable=True, index=True),
    _to("status_update_id", "status_updates", nullable=True),  # None: its consolidation
    Column("opened_at", UtcDateTime),
)

threads = Table(  # the secretariat has asked about a status update
    "threads",
    metadata,
    Column("status_update_id", Id, ForeignKey("status_updates.id"), primary_key=True),
    Column("waits_for", String(20), nullable=False, index=True),  # institution, secretariat
    _to("seat_id", "seats"),  # the officer who asked last: hears the answer
    Column("said_at", UtcDateTime, nullable=False),
)

thread_words = Table(
    "thread_words",
    metadata,
    _id(),
    Column("status_update_id", Id, ForeignKey("threads.status_update_id"), nullable=False),
    Column("side", String(20), nullable=False),  # institution, secretariat
    _to("seat_id", "seats"),
    Column("words", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
)
Index("ix_thread_words_status_update_id", thread_words.c.status_update_id)

contradictions = Table(  # two institutions' reports on one item that cannot both hold
    "contradictions",
    metadata,
    _id(),
    _to("item_id", "items", index=True),
    _to("one_id", "status_updates"),  # the one with the smaller id
    _to("other_id", "status_updates"),
    Column("words", Text, nullable=False),
    Column("language", String(20), nullable=False),
    _to("marked_by", "seats"),
    Column("marked_at", UtcDateTime, nullable=False),
    Column("outcome", String(20)),  # consolidated, unmarked; None while it is open
    _to("resolved_by", "seats", nullable=True),
    Column("resolved_at", UtcDateTime),
)
Index(
    "ix_contradictions_open",
    contradictions.c.one_id,
    contradictions.c.other_id,
    unique=True,
    sqlite_where=text("outcome IS NULL"),
    postgresql_where=text("outcome IS NULL"),
)

consolidations = Table(  # the State's status of an item, one row a version; the newest is current
    "consolidations",
    metadata,
    _id(),
    _to("item_id", "items"),
    Column("version", Integer, nullable=False),
    Column("current", Boolean, nullable=False, server_default=true()),
    Column("status", String(40), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("language", String(20), nullable=False),
    _to("seat_id", "seats"),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("item_id", "version"),
)
Index(
    "ix_consolidations_current",
    consolidations.c.item_id,
    unique=True,
    sqlite_where=text("current = 1"),
    postgresql_where=text("current"),
)

consolidation_sources = Table(  # the approved status updates that a version rests on
    "consolidation_sources",
    metadata,
    _to("consolidation_id", "consolidations"),
    _to("status_update_id", "status_updates", index=True),
    PrimaryKeyConstraint("consolidation_id", "status_update_id"),
)

questions = Table(
    "questions",
    metadata,
    _id(),
    _to("assignment_id", "assignments", index=True),
    _to("asked_by", "seats"),
    Column("words", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answer", Text),
    Column("answer_language", String(20)),
    _to("answered_by", "seats", nullable=True),
    Column("answered_at", UtcDateTime),
)

redactions = Table(  # what was destroyed for good, by whom and why; the words of why: the audit's
    "redactions",
    metadata,
    _id(),
    Column("subject", String(60), nullable=False, index=True),  # `su:42`, `question:5`
    Column("part", String(20), nullable=False),
    Column("place", Id, nullable=False),  # the row or the version that it was
    Column("reason", String(20), nullable=False),
    _to("seat_id", "seats"),
    Column("at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),  # no byte of it is left in the store and the database file
)
Index(
    "ix_redactions_unsettled",
    redactions.c.id,
    sqlite_where=text("settled_at IS NULL"),
    postgresql_where=text("settled_at IS NULL"),
)

passes = Table(  # what an institution asks one of its units, and the answer
    "passes",
    metadata,
    _id(),
    _to("assignment_id", "assignments", index=True),
    _to("unit_id", "units"),
    Column("state", String(20), nullable=False),  # passed, answered, returned, withdrawn
    _to("passed_by", "seats"),
    Column("passed_at", UtcDateTime, nullable=False),
    Column("words", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("answer", Text),
    Column("answer_language", String(20)),
    _to("answered_by", "seats", nullable=True),
    Column("answered_at", UtcDateTime),
)
Index("ix_passes_unit", passes.c.unit_id, passes.c.state)
Index(
    "ix_passes_waiting",
    passes.c.assignment_id,
    passes.c.unit_id,
    unique=True,
    sqlite_where=text("state IN ('passed', 'returned')"),
    postgresql_where=text("state IN ('passed', 'returned')"),
)

# -- Asking and reminding --------------------------------------------------------------------------

requests = Table(
    "requests",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),  # status, position, question, data, comment
    Column("state", String(20), nullable=False),  # planned, open, closed, undone
    Column("announced", Boolean, nullable=False, server_default=false()),  # made by announcing
    Column("audience", Json, nullable=False),  # {selection, items, institutions}
    Column("due_on", Date),  # None: each item its own
    Column("ladder", Json, nullable=False),  # [[days, whom it reaches, whether it asks first]]
    Column("indicator", String(300)),  # of a request for data
    _to("indicator_id", "indicators", nullable=True, index=True),  # of a plan, whose values it asks
    Column("attachment", String(64), ForeignKey("files.sha256")),
    Column("attachment_name", String(200)),
    Column("repeats", String(20)),  # monthly, quarterly, six_monthly, before_deadline
    Column("series_id", Id),  # the first of those that repeat
    Column("turn", Integer, nullable=False, server_default="0"),  # which of them it is
    Column("repeats_on", Date, index=True),  # the next is planned on that day
    Column("deadline_id", Id),  # of the calendar, that it comes before
    Column("report_id", Id, index=True),  # in preparation, that it is asked for
    Column("chapter_id", Id, index=True),  # of that report, that is commented on
    Column("asked_by", Id),  # seat; None: the command line
    Column("created_at", UtcDateTime, nullable=False),
    Column("sends_at", UtcDateTime),  # while it can be undone
    Column("opened_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("series_id", "turn"),
    UniqueConstraint("series_id", "deadline_id"),
)
Index("ix_requests_state", requests.c.state, requests.c.sends_at)

request_texts = Table(
    "request_texts",
    metadata,
    _to("request_id", "requests"),
    Column("language", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("message", Text, nullable=False),
    PrimaryKeyConstraint("request_id", "language"),
)

request_items = Table(  # what one institution owes an answer to
    "request_items",
    metadata,
    _id(),
    _to("request_id", "requests"),
    _to("institution_id", "institutions"),
    _to("item_id", "items", nullable=True, index=True),
    _to("assignment_id", "assignments", nullable=True, index=True),  # of a request for status
    Column("state", String(20), nullable=False),  # asked, uncleared, answered, excused, ended
    Column("due_on", Date, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),  # from when on its rungs count
    Column("seen_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("settled_at", UtcDateTime),  # answered, excused or ended
    Column("reason", Text),  # why it was excused
    Column("stale", Boolean, nullable=False, server_default=true()),  # reminders to be planned
    UniqueConstraint("request_id", "institution_id", "item_id"),
)
Index("ix_request_items_institution", request_items.c.institution_id, request_items.c.state)
Index(
    "ix_request_items_open",
    request_items.c.assignment_id,
    unique=True,
    sqlite_where=text("state = 'asked'"),
    postgresql_where=text("state = 'asked'"),
)
Index(
    "ix_request_items_stale",
    request_items.c.institution_id,
    request_items.c.id,
    sqlite_where=text("stale = 1"),
    postgresql_where=text("stale"),
)

answers = Table(  # to a request that is not for status
    "answers",
    metadata,
    _id(),
    _to("request_item_id", "request_items", index=True),
    _to("seat_id", "seats", nullable=True),
    Column("choice", String(20)),  # support, note
    Column("words", Text, nullable=False),
    Column("figures", Json, nullable=False),  # of a request for data
    Column("language", String(20), nullable=False),
    Column("source", String(300)),  # letter, e-mail, meeting … of one that an officer recorded
    Column("source_on", Date),
    Column("at", UtcDateTime, nullable=False),
)

extensions = Table(  # more time that was asked for
    "extensions",
    metadata,
    _id(),
    _to("request_item_id", "request_items", index=True),
    _to("seat_id", "seats"),
    Column("until_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("granted", Boolean),  # None: not decided
    Column("decided_by", Id),  # seat
    Column("decided_at", UtcDateTime),
)

reminders = Table(  # a rung for a person: planned, and for ever what became of it
    "reminders",
    metadata,
    _id(),
    _to("request_item_id", "request_items"),
    _to("person_id", "people"),
    Column("due_on", Date, nullable=False),  # the rung stands so many days from this day
    Column("days", Integer, nullable=False),
    Column("reaches", String(20), nullable=False),  # institution, validator, secretariat, snoozed
    Column("asks_first", Boolean, nullable=False, server_default=false()),  # waits for an officer
    Column("state", String(20), nullable=False),  # planned, held, sent, skipped
    Column("reason", String(20)),  # why it was skipped
    Column("at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("outbox_id", Id, index=True),
    Column("entry", Id),  # of the audit, whose words say why a person put it off
    UniqueConstraint("request_item_id", "person_id", "due_on", "days", "reaches"),
)
Index(  # of what is planned alone, or SQLite would look for the rungs of one item by it
    "ix_reminders_due",
    reminders.c.at,
    sqlite_where=text("state = 'planned'"),
    postgresql_where=text("state = 'planned'"),
)
Index("ix_reminders_person", reminders.c.person_id, reminders.c.state, reminders.c.at)

leave = Table(
    "leave",
    metadata,
    _id(),
    _to("person_id", "people", index=True),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date, nullable=False),
    _to("deputy_id", "people", nullable=True),
    Column("added_at", UtcDateTime, nullable=False),
)

free_days = Table(  # the secretariat's own, beside the national holidays
    "free_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", String(200)),
)

broadcasts = Table(  # one announcement to many people
    "broadcasts",
    metadata,
    _id(),
    Column("state", String(20), nullable=False),  # planned, sending, closed, undone
    Column("segment", Json, nullable=False),
    Column("default_language", String(20), nullable=False),
    Column("attachment", String(64), ForeignKey("files.sha256")),
    Column("attachment_name", String(200)),
    Column("attachment_kind", String(20)),
    Column("planned_by", Id),  # seat; None: the command line
    Column("created_at", UtcDateTime, nullable=False),
    Column("sends_at", UtcDateTime, nullable=False),  # until then it can be undone
    Column("opened_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
)
Index("ix_broadcasts_state", broadcasts.c.state, broadcasts.c.sends_at)

broadcast_texts = Table(
    "broadcast_texts",
    metadata,
    _to("broadcast_id", "broadcasts"),
    Column("language", String(20), nullable=False),
    Column("words", Text, nullable=False),
    PrimaryKeyConstraint("broadcast_id", "language"),
)

deliveries = Table(  # whom a broadcast is for; what became of it stands in the outbox
    "deliveries",
    metadata,
    _to("broadcast_id", "broadcasts"),
    _to("person_id", "people", index=True),
    Column("seen_at", UtcDateTime),  # by the button under the message
    PrimaryKeyConstraint("broadcast_id", "person_id"),
)

boards = Table(  # a message that counts deliveries and is changed as they go
    "boards",
    metadata,
    Column("prefix", String(60), nullable=False),  # of the deliveries' keys: `broadcast:7:`
    _to("person_id", "people"),
    Column("outbox_id", Id, nullable=False),  # the row that made the message
    Column("shown", String(64), nullable=False),  # digest of what it shows
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("moves", Boolean, nullable=False),  # something under way may change it
    PrimaryKeyConstraint("prefix", "person_id"),
)
Index("ix_boards_moves", boards.c.moves, boards.c.prefix, boards.c.person_id)
deadlines = Table(  # the reporting calendar
    "deadlines",
    metadata,
    _id(),
    Column("uid", String(255), nullable=False, unique=True),  # its name in calendar files
    Column("kind", String(20), nullable=False),
    Column("title", String(300), nullable=False),
    _to("document_id", "source_documents", nullable=True, index=True),
    Column("day", Date, nullable=False),
    Column("until", Date),  # the last day of a visit or a dialogue
    Column("rule", String(10)),  # 90d, 12m after the document's publication; None: a day was said
    Column("warnings", Json, nullable=False),  # [days ahead]
    Column("warned", Json, nullable=False),  # those that were given or lay back
    Column("warn_on", Date),  # the day of the next one, a working day or not; None: none is left
    Column("state", String(10), nullable=False),  # open, done, dropped
    _to("request_id", "requests", nullable=True, index=True),  # that it was turned into
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_deadlines_state", deadlines.c.state, deadlines.c.day)
Index("ix_deadlines_warn_on", deadlines.c.state, deadlines.c.warn_on)

# -- Reports in preparation ------------------------------------------------------------------------

national_reports = Table(  # what the State is writing for a mechanism
    "national_reports",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),  # treaty_body, review, mid_term, voluntary_review
    Column("title", String(300), nullable=False),
    Column("language", String(20), nullable=False),  # of the title
    _to("deadline_id", "deadlines", nullable=True, index=True),  # that it answers
    Column("documents", Json, nullable=False),  # [id] whose items it is about; none: all
    Column("structure", String(20), nullable=False),  # question, paragraph, …, own
    Column("months", Integer, nullable=False),  # what was approved is stale after so many
    Column("word_limit", Integer),
    Column("state", String(20), nullable=False),  # in_preparation, approved, submitted
    Column("revision", Integer, nullable=False, server_default="0"),  # of chapters and drafts
    Column("changed_at", UtcDateTime, nullable=False),  # the last such change
    Column("created_by", Id),  # seat
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_on", Date),
    Column("symbol", String(120)),  # under which it was submitted
    Column("dropped_at", UtcDateTime),
)
Index("ix_national_reports_dropped_at", national_reports.c.dropped_at, national_reports.c.id)

report_chapters = Table(
    "report_chapters",
    metadata,
    _id(),
    _to("report_id", "national_reports"),
    Column("place", Integer, nullable=False),
    Column("heading", String(300), nullable=False),
    Column("language", String(20)),  # of the heading; None: it says itself what it is
    Column("holds", String(20)),  # theme, goal: what is tagged so; None: the items in the next one
    Column("value", String(300)),  # the theme, the number of the goal
    Column("draft", Text),
    Column("draft_language", String(20)),
    Column("file", String(64), ForeignKey("files.sha256")),  # a draft that came as a file
    Column("file_name", String(200)),
    Column("file_words", Integer),  # in that file; None: they were not counted
    Column("version", Integer, nullable=False, server_default="0"),  # of the draft
    Column("word_limit", Integer),
    _to("owner_id", "seats", nullable=True),  # the officer who writes it
    Column("removed_at", UtcDateTime),
)
Index("ix_report_chapters_report_id", report_chapters.c.report_id, report_chapters.c.place)

chapter_items = Table(  # items that were put into a chapter by hand, or that it is made of
    "chapter_items",
    metadata,
    _to("chapter_id", "report_chapters"),
    _to("item_id", "items", index=True),
    PrimaryKeyConstraint("chapter_id", "item_id"),
)

report_approvals = Table(  # by the cabinet, by parliament
    "report_approvals",
    metadata,
    _id(),
    _to("report_id", "national_reports", index=True),
    Column("by", String(120), nullable=False),  # cabinet, parliament, or as it was written
    Column("approved_on", Date, nullable=False),
    Column("number", String(120)),  # of the decision
    Column("file", String(64), ForeignKey("files.sha256")),
    Column("file_name", String(200)),
    Column("revision", Integer, nullable=False),  # of the report, as it was approved
    _to("seat_id", "seats"),  # who recorded it
    Column("at", UtcDateTime, nullable=False),
    Column("taken_back_at", UtcDateTime),  # it was recorded by mistake; why is in the audit
)

comment_outcomes = Table(  # what became of an institution's comment on a chapter
    "comment_outcomes",
    metadata,
    _to("answer_id", "answers"),
    Column("part", Integer, nullable=False),  # of the answer: several paragraphs in one
    Column("outcome", String(20), nullable=False),  # taken_up, partly, not_taken_up
    Column("note", Text),
    Column("language", String(20)),
    _to("seat_id", "seats"),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("answer_id", "part"),
)

# -- Follow-up plans -------------------------------------------------------------------------------

activities = Table(  # for a cluster, or for the items in activity_items
    "activities",
    metadata,
    _id(),
    _to("cluster_id", "clusters", nullable=True, index=True),
    _to("institution_id", "institutions"),  # that is responsible
    Column("what", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("from_on", Date),
    Column("until_on", Date),
    Column("amount", Amount),
    Column("currency", String(3)),  # ISO 4217
    Column("funds", String(300)),  # where the money comes from
    Column("state", String(20), nullable=False),  # planned, under_way, done, dropped
    Column("adopted_at", UtcDateTime),  # None: proposed
    Column("changed_at", UtcDateTime),  # by the institution, and the secretariat has not looked yet
    Column("created_at", UtcDateTime, nullable=False),
)
Index("ix_activities_institution", activities.c.institution_id, activities.c.state)

activity_items = Table(
    "activity_items",
    metadata,
    _to("activity_id", "activities"),
    _to("item_id", "items", index=True),
    PrimaryKeyConstraint("activity_id", "item_id"),
)

activity_institutions = Table(  # who takes part beside who is responsible
    "activity_institutions",
    metadata,
    _to("activity_id", "activities"),
    _to("institution_id", "institutions", index=True),
    PrimaryKeyConstraint("activity_id", "institution_id"),
)

activity_notes = Table(  # what became of an activity, dated
    "activity_notes",
    metadata,
    _id(),
    _to("activity_id", "activities", index=True),
    _to("seat_id", "seats", nullable=True),  # None: the command line
    Column("what", String(20), nullable=False),  # proposed, added, adopted, changed, state
    Column("state", String(20)),
    Column("fields", Json, nullable=False),  # [name of what was changed]
    Column("words", Text),
    Column("language", String(20)),
    Column("at", UtcDateTime, nullable=False),
)

indicators = Table(
    "indicators",
    metadata,
    _id(),
    _to("activity_id", "activities", index=True),
    Column("name", String(300), nullable=False),
    Column("language", String(20), nullable=False),
    Column("kind", String(20), nullable=False),  # structural, process, outcome
    Column("unit", String(60)),
    Column("baseline", Float),
    Column("baseline_year", Integer),
    Column("target", Float),
    Column("target_year", Integer),
    Column("sdg", String(10)),  # code of a global indicator: 16.3.1
    Column("dimensions", Json, nullable=False),  # [by what its values are to be told apart]
    Column("ended_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)

indicator_values = Table(  # of one year the newest counts
    "indicator_values",
    metadata,
    _id(),
    _to("indicator_id", "indicators"),
    Column("value", Float, nullable=False),
    Column("year", Integer, nullable=False),
    Column("disaggregation", Json, nullable=False),  # [{group, value, dimensions}]
    Column("source", String(20), nullable=False),  # chat, workbook, answer, report
    _to("answer_id", "answers", nullable=True, index=True),
    _to("status_update_id", "status_updates", nullable=True, index=True),
    _to("seat_id", "seats", nullable=True),
    Column("at", UtcDateTime, nullable=False),
)
Index("ix_indicator_values_year", indicator_values.c.indicator_id, indicator_values.c.year)

# -- Live dialogues --------------------------------------------------------------------------------

dialogues = Table(
    "dialogues",
    metadata,
    _id(),
    Column("title", String(200), nullable=False),
    Column("language", String(20), nullable=False),
    Column("opened_by", Id),  # seat
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)

dialogue_people = Table(  # beside the secretariat, which is of every delegation
    "dialogue_people",
    metadata,
    _to("dialogue_id", "dialogues"),
    _to("seat_id", "seats"),
    Column("part", String(20), nullable=False),  # delegation, on_call
    Column("added_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("dialogue_id", "seat_id", "part"),
)

dialogue_questions = Table(
    "dialogue_questions",
    metadata,
    _id(),
    _to("dialogue_id", "dialogues", index=True),
    Column("words", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("typed_by", Id, nullable=False),  # seat
    Column("typed_at", UtcDateTime, nullable=False),
    _to("item_id", "items", nullable=True),
    _to("institution_id", "institutions", nullable=True),
    Column("state", String(20), nullable=False),  # typed, asked, drafted, delivered, promised
    Column("answer", Text),
    Column("answer_language", String(20)),
    Column("version", Integer, nullable=False, server_default="0"),  # of the answer
    Column("drafted_by", Id),  # seat
    Column("cleared_by", Id),  # seat
    Column("status_update_id", Id),  # the approved report that was given instead of an answer
    Column("settled_at", UtcDateTime),  # delivered or promised
    Column("promised_until", Date),
    _to("request_id", "requests", nullable=True),  # that the promise became
    Column("waits_since", UtcDateTime),  # the ladder's minutes count from here
    Column("rungs", Integer, nullable=False, server_default="0"),  # how many are behind it
    Column("next_at", UtcDateTime),  # when the next rung is due; None: nobody is waited for
)
Index(
    "ix_dialogue_questions_next",
    dialogue_questions.c.next_at,
    sqlite_where=text("next_at IS NOT NULL"),
    postgresql_where=text("next_at IS NOT NULL"),
)

dialogue_openings = Table(  # who has opened what they are waited for
    "dialogue_openings",
    metadata,
    _to("question_id", "dialogue_questions"),
    _to("person_id", "people"),
    Column("opened_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("question_id", "person_id"),
)

digests = Table(  # everybody who has or had a seat: when their next digest is due
    "digests",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("weekday", Integer),  # Monday is 0; None: the first working day of their week
    Column("off", Boolean, nullable=False, server_default=false()),
    Column("next_at", UtcDateTime, index=True),  # None: off; the past: to be planned
    Column("week", Date),  # the first day of the week that was dealt with last
    Column("outcome", String(20)),  # of that week: sent, nothing, reminded, unreachable
    Column("settled_at", UtcDateTime),
)

regular_exports = Table(  # what comes to somebody by itself
    "regular_exports",
    metadata,
    _id(),
    _to("person_id", "people", index=True),
    _to("seat_id", "seats"),  # by which it was asked for
    Column("kind", String(20), nullable=False),
    Column("filters", Json, nullable=False),
    Column("rhythm", String(1), nullable=False),  # `bot.domain.regular.Rhythm`
    Column("to_all", Boolean, nullable=False, server_default=false()),  # of the secretariat
    Column("dealt_with", Date, nullable=False),  # the occurrence that came last, by its day
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # stopped, or nobody may have it any more
)
Index(
    "ix_regular_exports_live",
    regular_exports.c.ended_at,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

# -- What others think of it -----------------------------------------------------------------------

assessments = Table(  # of observers, beside the State's answer; a row for each version
    "assessments",
    metadata,
    _id(),
    _to("item_id", "items", index=True),
    _to("institution_id", "institutions"),
    Column("version", Integer, nullable=False),
    Column("current", Boolean, nullable=False, server_default=true()),
    _to("seat_id", "seats"),  # who wrote it: the institution is named, not the person
    Column("status", String(40)),  # None: it names none
    Column("as_of", Date, nullable=False),
    Column("words", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("source", String(500)),  # a link, or what it was published in
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    UniqueConstraint("item_id", "institution_id", "version"),
)

grades = Table(  # what a committee, or somebody else outside, made of it
    "grades",
    metadata,
    _id(),
    _to("item_id", "items", index=True),
    Column("scheme", String(80), nullable=False),  # one of ours by its code, or as it was written
    Column("grade", String(60), nullable=False),
    Column("session", String(60), nullable=False),
    Column("given_on", Date),
    Column("symbol", String(120)),  # of the document that gives it
    Column("note", Text),
    Column("language", String(20), nullable=False),
    Column("source", String(500)),
    Column("entered_by", Id, nullable=False),  # seat
    Column("entered_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),  # replaced by another, or entered by mistake
)
Index("ix_grades_grade", grades.c.grade)

# -- Consultations ---------------------------------------------------------------------------------
# Participants are no `people`: what is said of them is sealed with keys of the ring, and the handle
# of a sign-up leads to no chat (`storage.safe`).

consultations = Table(
    "consultations",
    metadata,
    _id(),
    Column("code", String(20), nullable=False, unique=True),  # in its public link
    Column("state", String(20), nullable=False),  # open, closed, cancelled, erased
    Column("form", String(20), nullable=False),  # meeting, written
    Column("starts_at", UtcDateTime),
    Column("last_day", Date, nullable=False),  # of the meeting, or of written input
    Column("closes_on", Date, nullable=False),
    Column("input_until", Date),  # words are taken; None: as the form has it
    Column("kept_until", Date, nullable=False),
    Column("language", String(20), nullable=False),  # of the words it was announced in
    Column("languages", Json, nullable=False),  # it is held in
    Column("access", Json, nullable=False),  # what is offered
    Column("seats", Integer),  # None: any number of people
    Column("pools", Json, nullable=False),  # seats that are kept for groups: {group: number}
    Column("released_on", Date),  # the day from which these are anybody's
    _to("report_id", "national_reports", nullable=True),  # that it is on
    Column("invited", String(20), nullable=False),  # open, groups, code
    Column("groups", Json, nullable=False),  # who is invited
    Column("mechanism", String(60)),  # whose report or review it is for
    Column("regions", Json, nullable=False),  # which participants can name
    Column("reminded_on", Date),  # the last day on which participants were reminded
    Column("feedback_on", Date),  # the day on which they were asked how it was
    Column("announced_by", Id),  # seat
    Column("announced_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Column("erased", Json),  # what went with it: how many sign-ups, contributions, keys
)

groups = Table(  # whom people speak for: what a country configured of these; the rest is as it was
    "groups",
    metadata,
    Column("code", String(20), primary_key=True),  # never changed, never given twice
    Column("names", Json, nullable=False),  # {language: name}
    Column("ended_at", UtcDateTime),
)

consultation_words = Table(
    "consultation_words",
    metadata,
    _to("consultation_id", "consultations"),
    Column("language", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("ways", Text, nullable=False),  # other ways to take part
    Column("contacts", Text, nullable=False),  # who helps independently against reprisals
    Column("older", Boolean, nullable=False),  # than what was changed in the first language
    Column("calendar", String(64), ForeignKey("files.sha256")),  # the meeting as a calendar file
    PrimaryKeyConstraint("consultation_id", "language"),
)

consultation_documents = Table(  # what is handed out to anybody: the State's own papers
    "consultation_documents",
    metadata,
    _id(),
    _to("consultation_id", "consultations", index=True),
    Column("sha256", String(64), ForeignKey("files.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

invites = Table(  # codes that groups share; none is a person's
    "invites",
    metadata,
    _to("consultation_id", "consultations"),
    Column("group", String(40), nullable=False),  # or "all"
    Column("code", String(8), unique=True),  # None: revoked
    PrimaryKeyConstraint("consultation_id", "group"),
)

sign_ups = Table(
    "sign_ups",
    metadata,
    Column("handle", String(32), primary_key=True),
    _to("consultation_id", "consultations", index=True),
    Column("bot_id", BigInteger, nullable=False),  # of the chat, which is sealed
    Column("number", Integer, nullable=False),  # in the place of a name
    Column("state", String(20), nullable=False),  # begun, confirmed, waiting, cancelled, words
    Column("day", Date, nullable=False),
    Column("kept_until", Date, nullable=False),  # as it was agreed to
    Column("rank", Integer),  # on the waiting list
    Column("pool", String(20)),  # the group among whose seats theirs is counted
    Column("size", Integer, nullable=False),  # seats that they need: children come accompanied
    Column("more", Integer, nullable=False),  # that they wait for beside those
    Column("offered_until", UtcDateTime),
    Column("sealed", LargeBinary, nullable=False),
    Column("attended", LargeBinary, nullable=False),  # whether they came, sealed
    UniqueConstraint("consultation_id", "number"),
)
Index(
    "ix_sign_ups_offered",
    sign_ups.c.offered_until,
    sqlite_where=text("offered_until IS NOT NULL"),
    postgresql_where=text("offered_until IS NOT NULL"),
)

consultation_counts = Table(  # how many participants said what; of none it is known who did
    "consultation_counts",
    metadata,
    _to("consultation_id", "consultations"),
    Column("trait", String(20), nullable=False),  # group, region, language, access, …
    Column("value", String(40), nullable=False),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("consultation_id", "trait", "value"),
)

consultation_figures = Table(  # what is shown of these counts, and which they were then
    "consultation_figures",
    metadata,
    _to("consultation_id", "consultations"),
    Column("figures", Json, nullable=False),
    PrimaryKeyConstraint("consultation_id"),
)

contributions = Table(  # what participants wrote
    "contributions",
    metadata,
    _id(),
    _to("consultation_id", "consultations"),
    Column("number", Integer, nullable=False),  # in its consultation
    Column("handle", String(32), nullable=False, index=True),  # of its sign-up, or its own
    Column("by_code", Boolean, nullable=False),  # no chat leads to it
    Column("kept_until", Date),  # where it goes with no sign-up
    Column("state", String(20), nullable=False),  # sent, withdrawn
    Column("day", Date, nullable=False),
    Column("about", Json, nullable=False),  # codes, labels of themes, ids of items and chapters
    Column("sealed", LargeBinary),  # words, group; gone once withdrawn
    Column("outcome", String(20), nullable=False),  # none, taken_up, partly, not
    Column("answer", Text, nullable=False),  # of the secretariat, to who wrote it
    Column("answer_language", String(20)),
    Column("tags", Json, nullable=False),  # of the secretariat: themes and items
    UniqueConstraint("consultation_id", "number"),
)

enclosures = Table(  # files that participants sent; the store has them sealed
    "enclosures",
    metadata,
    _id(),
    _to("consultation_id", "consultations", index=True),
    Column("handle", String(32), nullable=False, index=True),  # of the sign-up whose keys seal it
    Column("contribution_id", Integer, ForeignKey("contributions.id"), index=True),  # once sent
    Column("kind", String(20), nullable=False),  # photo, document, voice
    Column("state", String(20), nullable=False),  # asked, awaited, kept, refused
    Column("extension", String(10), nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # where Telegram has it; a document's text
    Column("sha256", String(64), ForeignKey("files.sha256"), index=True),
    Column("shown_sha256", String(64), ForeignKey("files.sha256"), index=True),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcDateTime),  # while it is awaited
)
Index(
    "ix_enclosures_awaited",
    enclosures.c.next_try_at,
    sqlite_where=text("next_try_at IS NOT NULL"),
    postgresql_where=text("next_try_at IS NOT NULL"),
)

contribution_items = Table(  # the items that one names, or was put under: for what asks by item
    "contribution_items",
    metadata,
    _to("contribution_id", "contributions"),
    _to("item_id", "items", index=True),
    PrimaryKeyConstraint("contribution_id", "item_id"),
)

consultation_summaries = Table(  # what came of a consultation, for everybody
    "consultation_summaries",
    metadata,
    _to("consultation_id", "consultations"),
    Column("language", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Column("numbers", Json, nullable=False),  # rounded, as they were then
    Column("published_on", Date, nullable=False),
    PrimaryKeyConstraint("consultation_id", "language"),
)

feedback = Table(  # what participants said of a meeting
    "feedback",
    metadata,
    _id(),
    _to("consultation_id", "consultations", index=True),
    Column("handle", String(32), nullable=False, unique=True),  # of its sign-up
    Column("commented", Boolean, nullable=False),  # there are words in it
    Column("sealed", LargeBinary, nullable=False),
)

contribution_marks = Table(  # against floods and duplicates; they lead to no contribution
    "contribution_marks",
    metadata,
    _to("consultation_id", "consultations"),
    Column("mark", String(40), nullable=False),  # made with a key that goes when it closes
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("consultation_id", "mark"),
)

subscriptions = Table(  # who agreed to be told of later consultations, apart from any sign-up
    "subscriptions",
    metadata,
    Column("handle", String(32), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("day", Date, nullable=False),
    Column("kept_until", Date, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # their chat, and their language
)

erasures = Table(  # keys that are still to be destroyed, for rows that are gone
    "erasures",
    metadata,
    _id(),
    _to("consultation_id", "consultations", nullable=True),  # None: of a subscription
    Column("handle", String(32)),  # None: everything of the consultation; or "limits"
    Column("sealed_with", String(64)),  # the name of the key
    Column("envelope", LargeBinary),  # the chat that is told, in an envelope
    Column("asked_at", UtcDateTime, nullable=False),
)

hidings = Table(  # what chats in discreet mode show, and when it is hidden
    "hidings",
    metadata,
    Column("chat", BigInteger, primary_key=True, autoincrement=False),  # a mark of this table alone
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("sealed_with", String(64), nullable=False),  # the name of the key
    Column("envelope", LargeBinary, nullable=False),  # the chat and its messages, sealed
)

# -- Messages --------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("chat", BigInteger),  # a mark (`storage.envelopes`); gone once finished
    Column("sealed_with", String(64)),  # the name of the key; gone once finished
    Column("body", LargeBinary),  # sealed; gone once finished
    Column("state", String(20), nullable=False),  # pending, done, aside
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", String(60)),  # why it was set aside
    Column("received_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    PrimaryKeyConstraint("bot_id", "update_id"),
)
Index("ix_inbox_turn", inbox.c.state, inbox.c.bot_id, inbox.c.chat, inbox.c.update_id)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", String(120), nullable=False, unique=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("person_id", Id, index=True),
    Column("chat_id", BigInteger),  # one of the person's chats; gone once final
    Column("chat", BigInteger),  # without a person: the mark of the chat; gone once final
    Column("sealed_with", String(64)),  # the name of the key; gone once final
    Column("envelope", LargeBinary),  # without a person: chat and screen, sealed; gone once final
    Column("lane", String(10), nullable=False),  # reply, notice, bulk
    Column("state", String(10), nullable=False),  # planned, sending, sent, failed, unknown, dropped
    Column("screen", Json),  # gone once final
    Column("language", String(20)),  # None: the person's when it is sent
    Column("edits", Id),  # the row whose message this one changes
    Column("deletes", Id),  # the row whose message this one removes
    Column("removes", BigInteger),  # the message of the person's own that this one removes
    Column("part_of", Id),
    Column("subject", String(60)),  # what a reply to it is about: `card:17`
    Column("sign_up", String(32), index=True),  # whose it is; no foreign key: erased by itself
    Column("silent", Boolean, nullable=False, server_default=false()),
    Column("urgent", Boolean, nullable=False, server_default=false()),  # in a live dialogue
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reason", String(60)),  # of a failure: a code, never a text
    Column("message_id", BigInteger),
    Column("finished_at", UtcDateTime),
)
Index("ix_outbox_turn", outbox.c.state, outbox.c.due_at, outbox.c.id)
Index("ix_outbox_message", outbox.c.bot_id, outbox.c.person_id, outbox.c.message_id)
Index(
    "ix_outbox_part_of",
    outbox.c.part_of,
    sqlite_where=text("part_of IS NOT NULL"),
    postgresql_where=text("part_of IS NOT NULL"),
)
Index(
    "ix_outbox_edits",
    outbox.c.edits,
    sqlite_where=text("edits IS NOT NULL"),
    postgresql_where=text("edits IS NOT NULL"),
)

quotes = Table(  # whose words a message shows now, for the day on which they are redacted
    "quotes",
    metadata,
    _to("outbox_id", "outbox"),  # the row that made the message
    Column("mark", String(64), nullable=False, index=True),  # keyed digest; or `conversation:5`
    PrimaryKeyConstraint("outbox_id", "mark"),
)

draft_messages = Table(  # which message became which answer; outlives the submission
    "draft_messages",
    metadata,
    Column("bot_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=False),
    Column("conversation_id", Id, nullable=False, index=True),
    Column("step", String(40), nullable=False),
    Column("part", Integer, nullable=False),  # which part of the answer
    _to("status_update_id", "status_updates", nullable=True, index=True),
    PrimaryKeyConstraint("bot_id", "chat_id", "message_id"),
)

# -- Long work, numbers, the audit -----------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    _id(),
    Column("kind", String(40), nullable=False),  # import, export
    Column("state", String(20), nullable=False),  # planned, running, done, failed, cancelled
    Column("arguments", Json, nullable=False),
    Column("result", Json),
    Column("reason", String(60)),
    _to("person_id", "people", nullable=True),
    _to("seat_id", "seats", nullable=True),
    Column("sha256", String(64)),  # the file that came in, or that came out
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
Index("ix_jobs_state", jobs.c.state, jobs.c.id)

import_rows = Table(  # the staging of an import, until it is applied or discarded
    "import_rows",
    metadata,
    _to("job_id", "jobs"),
    Column("ordinal", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),  # staged, new, changed, unchanged, …, problem
    Column("row", Integer, nullable=False),  # in the file, as a person counts
    Column("key", String(300)),
    Column("second_key", String(300)),
    Column("item_id", Id),  # the item that is there already, or that it became
    Column("digest", String(64)),  # of everything but the text
    Column("symbol", String(120)),
    Column("paragraph", String(60)),
    Column("kind", String(20)),
    Column("position", String(20)),
    Column("restricted", Boolean),
    Column("annotation_id", String(60)),
    Column("recommending", Json),
    Column("source_of_position", String(200)),
    Column("headings", Json),
    Column("original", Json),
    Column("language", String(20)),
    Column("words", Text),
    Column("raw", Text),
    Column("document", Json),  # mechanism, cycle, session, publication date
    Column("problem", Json),  # of a row that needs a person: key, column, values, cells
    PrimaryKeyConstraint("job_id", "ordinal"),
)
Index("ix_import_rows_outcome", import_rows.c.job_id, import_rows.c.outcome)
Index("ix_import_rows_key", import_rows.c.job_id, import_rows.c.key, import_rows.c.ordinal)

import_tags = Table(
    "import_tags",
    metadata,
    _to("job_id", "jobs"),
    Column("ordinal", Integer, nullable=False),  # of the row
    Column("vocabulary", String(20), nullable=False),
    Column("label", String(300), nullable=False),
    Column("place", Integer, nullable=False),
    PrimaryKeyConstraint("job_id", "ordinal", "vocabulary", "label"),
)

templates = Table(  # Word templates that the secretariat sent in place of ours
    "templates",
    metadata,
    _id(),
    Column("kind", String(20), nullable=False),  # matrix, paragraphs
    Column("language", String(20), nullable=False),
    Column("sha256", String(64), ForeignKey("files.sha256"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("added_by", Id),  # seat
    Column("added_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # when another one or ours took its place
)
Index(
    "ix_templates_current",
    templates.c.kind,
    templates.c.language,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=False),  # 1, 2, 3 … without a gap
    Column("at", UtcDateTime, nullable=False),
    Column("act", String(60), nullable=False),
    Column("person_id", Id),
    Column("seat_id", Id),
    Column("channel", String(20), nullable=False),  # chat, command, tick
    Column("subject", String(80), nullable=False, index=True),  # `assignment:17`
    Column("facts", Json, nullable=False),  # codes, ids, counts, digests; never words
    Column("words_digest", String(64)),  # salted, of the free words in audit_words
    Column("hash", String(64), nullable=False),
)

audit_words = Table(  # free words of an entry: erasable without breaking the chain
    "audit_words",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("words", Text),
)

# SQLite would give the id of a row that is gone to the next one: what still names the old row (a
# message that became an answer, evidence, an audit entry) would mean the new one.
for _each in metadata.tables.values():
    if "id" in _each.columns:
        _each.kwargs["sqlite_autoincrement"] = True
