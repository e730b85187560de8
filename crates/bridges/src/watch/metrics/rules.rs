//! Rules for Prometheus that alert on the metrics.

/// A file of alerting rules, as `rule_files` of Prometheus takes it.
pub const ALERT_RULES: &str = include_str!("rules.yml");
