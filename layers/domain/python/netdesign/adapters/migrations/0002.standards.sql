-- Severities of rules, accepted failures, and rules of an organisation's own.
-- depends: 0001.designs

ALTER TABLE rule_settings
    ADD COLUMN severity text CHECK (severity IN ('critical', 'error', 'warning', 'info')),
    ADD COLUMN reason text NOT NULL DEFAULT '';

CREATE TABLE waivers (
    organisation text NOT NULL,
    id text NOT NULL,
    design_id text,
    document jsonb NOT NULL,
    author text NOT NULL,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (organisation, id)
);

CREATE TABLE own_rules (
    organisation text NOT NULL,
    code text NOT NULL,
    document jsonb NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organisation, code)
);

GRANT SELECT, INSERT ON waivers TO netdesign_application;
GRANT UPDATE (withdrawn_at) ON waivers TO netdesign_application;
GRANT SELECT, INSERT, UPDATE, DELETE ON own_rules TO netdesign_application;

ALTER TABLE waivers ENABLE ROW LEVEL SECURITY;
ALTER TABLE own_rules ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organisation ON waivers
    USING (organisation = current_setting('netdesign.organisation', true));
CREATE POLICY own_organisation ON own_rules
    USING (organisation = current_setting('netdesign.organisation', true));
