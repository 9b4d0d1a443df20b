ALTER TABLE conversations ADD COLUMN assigned_at timestamptz, ADD COLUMN jurisdiction text;
DROP INDEX conversations_owned;
CREATE INDEX conversations_owned ON conversations (tenant, owner, assigned_at) WHERE owner IS NOT NULL AND closed_at IS NULL;

-- What a system of record stated about a contact or an account. Rows are added, never changed: what was known at a time stays known.
CREATE TABLE facts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    value jsonb,
    record text NOT NULL,
    confidence double precision NOT NULL DEFAULT 1,
    observed_at timestamptz,
    recorded_at timestamptz NOT NULL,
    version text NOT NULL DEFAULT ''
);
CREATE INDEX facts_known ON facts (tenant, subject, name, record, recorded_at DESC, id DESC);

CREATE TABLE policies (
    tenant text NOT NULL,
    version text NOT NULL,
    text text NOT NULL,
    roster jsonb NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, version)
);
CREATE TABLE activations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    version text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('activated', 'rolled_back')),
    person text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    FOREIGN KEY (tenant, version) REFERENCES policies (tenant, version)
);
CREATE INDEX activations_latest ON activations (tenant, id DESC);

-- A policy once stored is never changed, nor is the record of who put it in force; facts leave only with the person they are about.
GRANT SELECT, INSERT ON policies, activations TO usher_tenant;
GRANT SELECT, INSERT, DELETE ON facts TO usher_tenant;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO usher_tenant;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['facts', 'policies', 'activations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY one_tenant ON %I TO usher_tenant USING (tenant = current_setting(''usher.tenant''))'
            ' WITH CHECK (tenant = current_setting(''usher.tenant''))', name
        );
    END LOOP;
END $$;
