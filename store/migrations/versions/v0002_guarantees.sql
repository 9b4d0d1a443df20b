ALTER TABLE conversations ADD COLUMN disposition text NOT NULL DEFAULT '', ADD COLUMN erased_at timestamptz;

ALTER TABLE approvals
    ADD COLUMN requested_by text NOT NULL DEFAULT '',
    ADD COLUMN assignees jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN response text NOT NULL DEFAULT '';
ALTER TABLE approvals
    DROP CONSTRAINT approvals_status_check,
    ADD CHECK (status IN ('pending', 'approved', 'rejected', 'responded', 'expired', 'superseded'));
CREATE INDEX approvals_unacted ON approvals (turn_id) WHERE acted_at IS NULL AND status <> 'pending';
CREATE UNIQUE INDEX approvals_one_of_turn ON approvals (turn_id) WHERE status = 'pending';

ALTER TABLE approval_votes ADD COLUMN digest text, ADD COLUMN behalf text;
UPDATE approval_votes AS v SET digest = a.digest FROM approvals AS a WHERE a.id = v.approval_id;
ALTER TABLE approval_votes
    ALTER COLUMN digest SET NOT NULL,
    DROP CONSTRAINT approval_votes_pkey,
    ADD PRIMARY KEY (approval_id, digest, person),
    DROP CONSTRAINT approval_votes_outcome_check,
    ADD CHECK (outcome IN ('approved', 'rejected', 'responded'));

CREATE TABLE approval_edits (
    approval_id text NOT NULL REFERENCES approvals (id) ON DELETE CASCADE,
    n integer NOT NULL,
    tenant text NOT NULL,
    person text NOT NULL,
    reason text NOT NULL DEFAULT '',
    before jsonb NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (approval_id, n)
);

CREATE TABLE delegations (
    id text PRIMARY KEY,
    tenant text NOT NULL,
    person text NOT NULL,
    deputy text NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX delegations_span ON delegations (tenant, ends_at);

ALTER TABLE outbox
    ADD COLUMN channel text NOT NULL DEFAULT '',
    ADD COLUMN forgiven integer NOT NULL DEFAULT 0,
    ADD COLUMN tried_at timestamptz,
    ADD COLUMN given_up_at timestamptz;

ALTER TABLE turns ADD COLUMN forgiven integer NOT NULL DEFAULT 0;

ALTER TABLE timers
    ADD COLUMN queue text,
    ADD COLUMN left_s double precision,
    ADD COLUMN since timestamptz,
    ADD COLUMN payload jsonb,
    DROP CONSTRAINT timers_state_check,
    ADD CHECK (state IN ('armed', 'paused', 'fired', 'disarmed'));

ALTER TABLE tokens ADD COLUMN scopes text[] NOT NULL DEFAULT '{}';

CREATE TABLE acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    at timestamptz NOT NULL,
    person text NOT NULL,
    token_id text,
    action text NOT NULL,
    subject text NOT NULL DEFAULT '',
    outcome text NOT NULL
);
CREATE INDEX acts_recent ON acts (tenant, id);

-- What a statement may touch when it names a tenant (store.database): its rows, and no other's. The roles of a server are shared by its
-- databases, so two migrations may meet here, and a role of that name may be somebody else's.
DO $$
BEGIN
    IF to_regrole('usher_tenant') IS NULL THEN
        CREATE ROLE usher_tenant NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE insufficient_privilege USING MESSAGE = format(
            'the role usher_tenant is missing and %I may not create it; an administrator runs:'
            ' CREATE ROLE usher_tenant NOLOGIN; GRANT usher_tenant TO %I;', current_user, current_user
        );
END $$;
DO $$
DECLARE
    -- from PostgreSQL 16 on, being a member does not mean that one may switch to the role
    needed text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'usher_tenant' AND (rolsuper OR rolbypassrls OR rolcanlogin)) THEN
        RAISE EXCEPTION 'the role usher_tenant bypasses row-level security or may log in; an administrator runs:'
            ' ALTER ROLE usher_tenant NOLOGIN NOSUPERUSER NOBYPASSRLS;';
    END IF;
    IF NOT pg_has_role(current_user, 'usher_tenant', needed) THEN
        EXECUTE format('GRANT usher_tenant TO %I', current_user);
    END IF;
EXCEPTION
    WHEN unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE insufficient_privilege USING MESSAGE = format(
            '%I may not switch to the role usher_tenant; an administrator runs: GRANT usher_tenant TO %I;', current_user, current_user
        );
END $$;

-- Entries and acts are only ever added; the ledger is the housekeeping's.
GRANT USAGE ON SCHEMA public TO usher_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    conversations, turns, messages, message_references, approvals, approval_votes, approval_edits, delegations, outbox, entry_values,
    timers, tokens, indexes, checkpoints, checkpoint_blobs, checkpoint_writes
TO usher_tenant;
GRANT SELECT, INSERT ON entries, acts, procrastinate_jobs TO usher_tenant;
GRANT SELECT ON ledger TO usher_tenant;
GRANT INSERT ON procrastinate_events TO usher_tenant;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO usher_tenant;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'conversations', 'turns', 'messages', 'message_references', 'approvals', 'approval_votes', 'approval_edits', 'delegations', 'outbox',
        'entries', 'entry_values', 'ledger', 'timers', 'tokens', 'acts', 'indexes'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY one_tenant ON %I TO usher_tenant USING (tenant = current_setting(''usher.tenant''))'
            ' WITH CHECK (tenant = current_setting(''usher.tenant''))', name
        );
    END LOOP;
    FOREACH name IN ARRAY ARRAY['checkpoints', 'checkpoint_blobs', 'checkpoint_writes'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY one_tenant ON %I TO usher_tenant USING (EXISTS (SELECT FROM turns WHERE turns.id = thread_id))', name
        );
    END LOOP;
END $$;

-- A job is of the tenant whose turn or effect it names.
ALTER TABLE procrastinate_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY one_tenant ON procrastinate_jobs TO usher_tenant USING (
    CASE WHEN args ? 'turn_id' THEN EXISTS (SELECT FROM turns WHERE turns.id = args ->> 'turn_id')
    ELSE EXISTS (SELECT FROM outbox WHERE outbox.id = (args ->> 'effect')::bigint) END
);
