-- Designs, their versions, reports, and what an organisation changed about rules and parameters.
-- Every row names its organisation; row-level security lets the application's role see one at a time.
-- depends:

CREATE TABLE designs (
    organisation text NOT NULL,
    id text NOT NULL,
    current_version integer NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organisation, id)
);

CREATE TABLE design_versions (
    organisation text NOT NULL,
    design_id text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    digest text NOT NULL,
    name text NOT NULL,
    network_type text NOT NULL,
    archetype text NOT NULL,
    author text NOT NULL,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organisation, design_id, version),
    FOREIGN KEY (organisation, design_id) REFERENCES designs (organisation, id) ON DELETE CASCADE
        DEFERRABLE INITIALLY DEFERRED
);

CREATE TABLE reports (
    organisation text NOT NULL,
    id text NOT NULL,
    design_id text NOT NULL,
    design_version integer,
    document jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organisation, id)
);

CREATE TABLE rule_settings (
    organisation text NOT NULL,
    rule text NOT NULL,
    enabled boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organisation, rule)
);

CREATE TABLE parameter_overrides (
    organisation text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    overrides jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (organisation, version)
);

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'netdesign_application') THEN
        CREATE ROLE netdesign_application NOLOGIN NOBYPASSRLS;
    END IF;
END
$$;

GRANT SELECT, INSERT, UPDATE ON designs, rule_settings TO netdesign_application;
GRANT SELECT, INSERT ON design_versions, reports, parameter_overrides TO netdesign_application;

ALTER TABLE designs ENABLE ROW LEVEL SECURITY;
ALTER TABLE design_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE rule_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE parameter_overrides ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organisation ON designs
    USING (organisation = current_setting('netdesign.organisation', true));
CREATE POLICY own_organisation ON design_versions
    USING (organisation = current_setting('netdesign.organisation', true));
CREATE POLICY own_organisation ON reports
    USING (organisation = current_setting('netdesign.organisation', true));
CREATE POLICY own_organisation ON rule_settings
    USING (organisation = current_setting('netdesign.organisation', true));
CREATE POLICY own_organisation ON parameter_overrides
    USING (organisation = current_setting('netdesign.organisation', true));
