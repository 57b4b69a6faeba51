DROP TABLE own_rules, waivers;
ALTER TABLE rule_settings DROP COLUMN severity, DROP COLUMN reason;
