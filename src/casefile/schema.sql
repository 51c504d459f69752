-- The case file. Every table is STRICT; times are UTC microseconds since 1970 (INT64 ends of range: open).
-- The whole file is encrypted below SQLite (encrypted_storage.hpp); values of secrets are sealed besides.
-- Natural keys name things across machines; integer ids are local to this file and never leave it.

-- What the case knows of itself: 'created', 'our-domains', 'name' ...
CREATE TABLE meta (
  key    TEXT PRIMARY KEY,
  value  TEXT NOT NULL
) STRICT;

-- A thing handed in: a file, or a repository folder. Hashed at intake, never changed, stays where it is.
CREATE TABLE evidence (
  id             INTEGER PRIMARY KEY,
  root           TEXT NOT NULL,             -- item path of the root (docs/json.md)
  path           TEXT NOT NULL,             -- where it lies on this machine
  size           INTEGER NOT NULL,          -- bytes
  sha256         TEXT NOT NULL,             -- hex
  type           TEXT NOT NULL,             -- as recognised from content
  custodian      TEXT NOT NULL,             -- mailbox address or repository it came from; '' unknown
  collection     TEXT NOT NULL,             -- the declaration beside it, as TOML text; '' none
  exposed_from   INTEGER,                   -- NULL: before its oldest item
  exposed_until  INTEGER,                   -- NULL: until now
  exposure_said  INTEGER NOT NULL,          -- 1: the responder stated it with --exposed
  added          INTEGER NOT NULL,
  UNIQUE (root, sha256)
) STRICT;

-- Further times at which a thing could be read, where the responder stated several; ends as in `evidence`.
CREATE TABLE exposed_again (
  evidence       INTEGER NOT NULL REFERENCES evidence (id),
  exposed_from   INTEGER,
  exposed_until  INTEGER
) STRICT;

-- The piece of evidence that one worker reads: (file SHA-256, range). A result is kept under its key: the same
-- stage versions, rules, limits and passwords; nothing with the same key is computed twice.
CREATE TABLE unit (
  id        TEXT NOT NULL,                  -- sha256hex:begin-end
  evidence  INTEGER NOT NULL REFERENCES evidence (id),
  begin     INTEGER NOT NULL,
  until     INTEGER NOT NULL,
  key       TEXT NOT NULL,                  -- digest of what the result depends on; '' while pending
  state     TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
  attempts  INTEGER NOT NULL,
  priority  INTEGER NOT NULL,               -- lower is read first
  PRIMARY KEY (evidence, id)
) STRICT;

-- What was read and what was not, and why (evidence/ledger.hpp). unit NULL: stolen or exposed but not held.
CREATE TABLE ledger (
  evidence  INTEGER,
  unit      TEXT,
  item      TEXT NOT NULL,
  parent    TEXT NOT NULL,
  state     TEXT NOT NULL,
  reason    TEXT NOT NULL,
  remedy    TEXT NOT NULL,
  size      INTEGER NOT NULL,               -- bytes, in the item's own bytes
  read      INTEGER NOT NULL,
  items     INTEGER NOT NULL                -- fully read items that this row stands for
) STRICT;
CREATE INDEX ledger_by_unit ON ledger (evidence, unit);
CREATE INDEX ledger_by_state ON ledger (state);

-- Messages, documents and blobs (evidence/record.hpp), encoded; what is searched for has a column.
CREATE TABLE record (
  id          INTEGER PRIMARY KEY,
  evidence    INTEGER NOT NULL,
  unit        TEXT NOT NULL,
  item        TEXT NOT NULL,
  kind        TEXT NOT NULL,
  message_id  TEXT NOT NULL,
  sent        INTEGER NOT NULL,
  body        BLOB NOT NULL
) STRICT;
CREATE INDEX record_by_unit ON record (evidence, unit);
CREATE INDEX record_by_message ON record (message_id);

-- A distinct value, by keyed fingerprint.
CREATE TABLE secret (
  id       TEXT PRIMARY KEY,                -- 32 hex digits of the fingerprint
  sealed   BLOB NOT NULL,                   -- the value, sealed to the case's public key
  length   INTEGER NOT NULL                 -- bytes of the value
) STRICT;

-- A secret seen at a place (secret/sighting.hpp).
CREATE TABLE sighting (
  evidence  INTEGER NOT NULL,
  unit      TEXT NOT NULL,
  secret    TEXT NOT NULL REFERENCES secret (id),
  record    INTEGER,                        -- record.id
  item      TEXT NOT NULL,
  line      INTEGER NOT NULL,
  offset    INTEGER NOT NULL,
  body      BLOB NOT NULL
) STRICT;
CREATE INDEX sighting_by_unit ON sighting (evidence, unit);
CREATE INDEX sighting_by_secret ON sighting (secret);

-- What stands around a secret where it was seen, every candidate in it masked (secret/context.hpp). Read for one
-- secret at a time.
CREATE TABLE context (
  evidence  INTEGER NOT NULL,
  unit      TEXT NOT NULL,
  secret    TEXT NOT NULL,
  item      TEXT NOT NULL,
  offset    INTEGER NOT NULL,
  body      TEXT NOT NULL
) STRICT;
CREATE INDEX context_by_unit ON context (evidence, unit);
CREATE INDEX context_by_secret ON context (secret);

-- Events and directory facts of a unit, encoded and compressed: they are read as a whole.
CREATE TABLE block (
  evidence  INTEGER NOT NULL,
  unit      TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('events', 'facts')),
  count     INTEGER NOT NULL,
  body      BLOB NOT NULL,                  -- zstd
  PRIMARY KEY (evidence, unit, kind)
) STRICT;

-- What people did about an action of the plan; the newest row counts.
CREATE TABLE tick (
  id        INTEGER PRIMARY KEY,
  action    TEXT NOT NULL,                  -- action and target: survives a new plan
  state     TEXT NOT NULL,
  who       TEXT NOT NULL,
  at        INTEGER NOT NULL,
  evidence  TEXT NOT NULL
) STRICT;

-- Clock facts that people decide: determined-material, aware ... (DESIGN: duties).
CREATE TABLE decision (
  id      INTEGER PRIMARY KEY,
  fact    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  who     TEXT NOT NULL,
  reason  TEXT NOT NULL,
  set_at  INTEGER NOT NULL
) STRICT;

-- The Merkle log of everything done to the case (journal.hpp). Rows are only ever added.
CREATE TABLE journal (
  seq    INTEGER PRIMARY KEY,               -- from 0, without holes
  entry  TEXT NOT NULL,                     -- JSON, the leaf's bytes
  leaf   BLOB NOT NULL                      -- SHA-256(0x00 || entry)
) STRICT;
CREATE TABLE checkpoint (
  size       INTEGER NOT NULL,
  root       BLOB NOT NULL,
  signature  BLOB NOT NULL,
  at         INTEGER NOT NULL,
  holder     TEXT NOT NULL,                 -- who else holds it; '' nobody
  PRIMARY KEY (size, at)
) STRICT;
