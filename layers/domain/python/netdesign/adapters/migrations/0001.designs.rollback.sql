DROP TABLE parameter_overrides, rule_settings, reports, design_versions, designs;
