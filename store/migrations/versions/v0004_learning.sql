-- What a person says a message wanted, beside what the model said: to be reviewed, then learned from. Leaves with the message.
CREATE TABLE examples (
    id text PRIMARY KEY,
    tenant text NOT NULL,
    conversation_id text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    turn_id text NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    text text NOT NULL,
    label text,
    said text,
    sure double precision NOT NULL DEFAULT 0,
    model text NOT NULL DEFAULT '',
    source text NOT NULL DEFAULT 'correction' CHECK (source IN ('correction')),
    person text NOT NULL,
    reason text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'rejected')),
    created_at timestamptz NOT NULL,
    reviewed_by text,
    reviewed_at timestamptz,
    CONSTRAINT examples_one_of_person UNIQUE (turn_id, person)
);
CREATE INDEX examples_status ON examples (tenant, status, created_at);
CREATE INDEX examples_conversation ON examples (conversation_id);

-- An intent model with what it was made of: the company's own words, and the ids of the examples beside them. ``lost`` of those have been
-- erased since; their words are in no column of this row.
CREATE TABLE models (
    tenant text NOT NULL,
    version text NOT NULL,
    content jsonb NOT NULL,
    examples text[] NOT NULL DEFAULT '{}',
    utterances integer NOT NULL DEFAULT 0,
    lost integer NOT NULL DEFAULT 0,
    blob bytea NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, version)
);
-- Weights do not get smaller by compression (7 % were measured).
ALTER TABLE models ALTER COLUMN blob SET STORAGE EXTERNAL;
CREATE TABLE model_activations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    version text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('activated', 'rolled_back')),
    person text NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    FOREIGN KEY (tenant, version) REFERENCES models (tenant, version)
);
CREATE INDEX model_activations_latest ON model_activations (tenant, id DESC);

-- A model once stored is never changed, except that it says how much of what it learned from has been erased.
GRANT SELECT, INSERT, UPDATE, DELETE ON examples TO usher_tenant;
GRANT SELECT, INSERT ON models, model_activations TO usher_tenant;
GRANT UPDATE (lost) ON models TO usher_tenant;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO usher_tenant;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['examples', 'models', 'model_activations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY one_tenant ON %I TO usher_tenant USING (tenant = current_setting(''usher.tenant''))'
            ' WITH CHECK (tenant = current_setting(''usher.tenant''))', name
        );
    END LOOP;
END $$;
