CREATE TABLE model_spending (
    tenant text NOT NULL,
    day date NOT NULL,
    calls integer NOT NULL DEFAULT 0,
    prompt_tokens bigint NOT NULL DEFAULT 0,
    completion_tokens bigint NOT NULL DEFAULT 0,
    micro_usd bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, day)
);
CREATE TABLE model_choices (
    tenant text NOT NULL,
    turn_id text NOT NULL,
    model text NOT NULL,
    offered text[] NOT NULL,
    top text NOT NULL,
    top_chance double precision NOT NULL,
    said text,
    chance double precision NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant, turn_id)
);
CREATE INDEX model_choices_recent ON model_choices (tenant, model, at DESC);

GRANT SELECT, INSERT, UPDATE ON model_spending, model_choices TO usher_tenant;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['model_spending', 'model_choices'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY one_tenant ON %I TO usher_tenant USING (tenant = current_setting(''usher.tenant''))'
            ' WITH CHECK (tenant = current_setting(''usher.tenant''))', name
        );
    END LOOP;
END $$;
