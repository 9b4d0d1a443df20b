-- The product's own tables. Procrastinate's and the checkpoint saver's come with their packages.

CREATE TABLE components (
    name text NOT NULL,
    version text NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE conversations (
    id text NOT NULL,
    tenant text NOT NULL,
    channel text NOT NULL,
    key text,
    subject text DEFAULT '' NOT NULL,
    customer text,
    mode text DEFAULT 'automation' NOT NULL,
    owner text,
    head text DEFAULT '' NOT NULL,
    length integer DEFAULT 0 NOT NULL,
    ledgered integer DEFAULT 0 NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    closed_at timestamptz,
    CHECK (mode IN ('automation', 'human')),
    PRIMARY KEY (id),
    CONSTRAINT conversations_key UNIQUE (tenant, channel, key)
);

CREATE INDEX conversations_owned ON conversations (tenant, owner) WHERE owner IS NOT NULL AND closed_at IS NULL;
CREATE INDEX conversations_recent ON conversations (tenant, updated_at);
CREATE INDEX conversations_unledgered ON conversations (tenant) WHERE ledgered < length;

CREATE TABLE indexes (
    tenant text NOT NULL,
    collection text NOT NULL,
    version text NOT NULL,
    blob bytea NOT NULL,
    PRIMARY KEY (tenant, collection)
);

CREATE TABLE ledger (
    tenant text NOT NULL,
    seq integer NOT NULL,
    conversation_id text NOT NULL,
    length integer NOT NULL,
    head text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant, seq)
);

CREATE TABLE tokens (
    id text NOT NULL,
    tenant text NOT NULL,
    person text NOT NULL,
    role text NOT NULL,
    label text DEFAULT '' NOT NULL,
    hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (id),
    UNIQUE (hash)
);

CREATE INDEX tokens_tenant ON tokens (tenant);

CREATE TABLE entries (
    conversation_id text NOT NULL,
    seq integer NOT NULL,
    tenant text NOT NULL,
    turn_id text NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    digest text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    FOREIGN KEY (conversation_id) REFERENCES conversations (id)
);

CREATE INDEX entries_tenant ON entries (tenant);
CREATE INDEX entries_turn ON entries (turn_id);

CREATE TABLE message_references (
    tenant text NOT NULL,
    channel text NOT NULL,
    reference text NOT NULL,
    conversation_id text NOT NULL,
    PRIMARY KEY (tenant, channel, reference, conversation_id),
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

CREATE INDEX message_references_conversation ON message_references (conversation_id);

CREATE TABLE turns (
    id text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    tenant text NOT NULL,
    conversation_id text NOT NULL,
    channel text NOT NULL,
    status text DEFAULT 'queued' NOT NULL,
    held boolean DEFAULT false NOT NULL,
    runs integer DEFAULT 0 NOT NULL,
    receipt_id text,
    receipt jsonb,
    intent text,
    action text,
    error text,
    received_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK (status IN ('queued', 'running', 'waiting', 'done', 'failed')),
    PRIMARY KEY (id),
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

CREATE INDEX turns_conversation ON turns (conversation_id, number);
CREATE INDEX turns_receipt ON turns (tenant, receipt_id);
CREATE INDEX turns_recent ON turns (tenant, number);
CREATE INDEX turns_unfinished ON turns (tenant, status) WHERE status <> 'done';

CREATE TABLE approvals (
    id text NOT NULL,
    tenant text NOT NULL,
    turn_id text NOT NULL,
    conversation_id text NOT NULL,
    subject text NOT NULL,
    status text DEFAULT 'pending' NOT NULL,
    digest text NOT NULL,
    request jsonb NOT NULL,
    reason text DEFAULT '' NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    closed_at timestamptz,
    acted_at timestamptz,
    CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'superseded')),
    PRIMARY KEY (id),
    FOREIGN KEY (turn_id) REFERENCES turns (id) ON DELETE CASCADE,
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

CREATE INDEX approvals_conversation ON approvals (conversation_id);
CREATE UNIQUE INDEX approvals_one_pending ON approvals (tenant, subject) WHERE status = 'pending';
CREATE INDEX approvals_recent ON approvals (tenant, status, created_at);
CREATE INDEX approvals_turn ON approvals (turn_id);

CREATE TABLE entry_values (
    conversation_id text NOT NULL,
    seq integer NOT NULL,
    tenant text NOT NULL,
    salt text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (conversation_id, seq),
    FOREIGN KEY (conversation_id, seq) REFERENCES entries (conversation_id, seq) ON DELETE CASCADE
);

CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY,
    tenant text NOT NULL,
    channel text NOT NULL,
    external_id text NOT NULL,
    conversation_id text NOT NULL,
    turn_id text,
    role text NOT NULL,
    sender text DEFAULT '' NOT NULL,
    addressees text[] DEFAULT '{}' NOT NULL,
    payload jsonb NOT NULL,
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    CHECK (role IN ('customer', 'agent')),
    PRIMARY KEY (id),
    CONSTRAINT messages_external_id UNIQUE (tenant, channel, external_id),
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    FOREIGN KEY (turn_id) REFERENCES turns (id) ON DELETE CASCADE
);

CREATE INDEX messages_conversation ON messages (conversation_id, id);
CREATE INDEX messages_turn ON messages (turn_id);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY,
    tenant text NOT NULL,
    conversation_id text NOT NULL,
    turn_id text NOT NULL,
    n integer NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    guarded boolean DEFAULT false NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text DEFAULT '' NOT NULL,
    created_at timestamptz NOT NULL,
    delivered_at timestamptz,
    CHECK (state IN ('held', 'pending', 'sending', 'delivered', 'failed', 'unknown')),
    PRIMARY KEY (id),
    CONSTRAINT outbox_place UNIQUE (turn_id, n),
    CONSTRAINT outbox_key UNIQUE (tenant, key),
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    FOREIGN KEY (turn_id) REFERENCES turns (id) ON DELETE CASCADE
);

CREATE INDEX outbox_conversation ON outbox (conversation_id);
CREATE INDEX outbox_open ON outbox (tenant, state) WHERE state <> 'delivered';

CREATE TABLE timers (
    id bigint GENERATED ALWAYS AS IDENTITY,
    tenant text NOT NULL,
    conversation_id text NOT NULL,
    turn_id text NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'armed' NOT NULL,
    due_at timestamptz NOT NULL,
    CHECK (state IN ('armed', 'fired', 'disarmed')),
    PRIMARY KEY (id),
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    FOREIGN KEY (turn_id) REFERENCES turns (id) ON DELETE CASCADE
);

CREATE INDEX timers_conversation ON timers (conversation_id);
CREATE INDEX timers_due ON timers (due_at) WHERE state = 'armed';
CREATE INDEX timers_turn ON timers (turn_id);

CREATE TABLE approval_votes (
    approval_id text NOT NULL,
    person text NOT NULL,
    tenant text NOT NULL,
    role text NOT NULL,
    outcome text NOT NULL,
    reason text DEFAULT '' NOT NULL,
    at timestamptz NOT NULL,
    CHECK (outcome IN ('approved', 'rejected')),
    PRIMARY KEY (approval_id, person),
    FOREIGN KEY (approval_id) REFERENCES approvals (id) ON DELETE CASCADE
);
