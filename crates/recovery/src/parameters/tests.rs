//! Parameters as operators give them.

use super::*;

fn changed(changes: &[(&str, &str)]) -> Result<Parameters, ParameterError> {
    Parameters::default().with(changes.iter().copied())
}

#[test]
fn both_presets_can_be_used_and_follow_the_timeout() {
    for (parameters, lease, beat) in [
        (Parameters::default(), Duration::from_secs(60), Duration::from_secs(15)),
        (Parameters::lan(), Duration::from_secs(1), Duration::from_millis(200)),
    ] {
        parameters.check().unwrap();
        assert_eq!(parameters.warnings(), []);
        let settings = parameters.ownership(HomeName::new("l"), HomeName::new("r"), true);
        settings.check().unwrap();
        assert_eq!((settings.lease, settings.grant, settings.beat), (lease, lease, beat));
    }
    assert_eq!(Parameters::preset("lan"), Ok(Parameters::lan()));
    assert_eq!(Parameters::preset("wan"), Err(ParameterError::NoSuchPreset("wan".into())));
}

#[test]
fn a_grant_is_never_shorter_than_the_timeout_and_told_in_whole_seconds() {
    let parameters = changed(&[("keep_alive_timeout", "1500ms"), ("keep_alive_interval", "300ms")]).unwrap();
    let settings = parameters.ownership(HomeName::new("l"), HomeName::new("l"), true);
    assert_eq!((settings.lease, settings.grant), (Duration::from_millis(1500), Duration::from_secs(2)));
    settings.check().unwrap();
}

#[test]
fn every_parameter_is_written_as_it_is_read() {
    for from in [Parameters::default(), Parameters::lan()] {
        let mut settings = BTreeMap::from([("relogin.token".to_owned(), "x".to_owned())]);
        settings.insert("ha.something.else".to_owned(), "true".to_owned());
        settings.extend(Parameter::ALL.map(|parameter| (parameter.setting(), from.get(parameter))));
        assert_eq!(Parameters::from_settings(&settings), Ok(from));
    }
    assert_eq!(Parameters::from_settings(&BTreeMap::new()), Ok(Parameters::default()));
    assert!(Parameter::ALL.iter().all(|parameter| Parameter::named(parameter.name()) == Some(*parameter)));
    let lan = Parameters::lan();
    assert_eq!(lan.get(Parameter::KeepAliveInterval), "200ms");
    assert_eq!(lan.get(Parameter::ClientReloginLowerLimit), "auto");
}

#[test]
fn units_are_understood() {
    let parameters = changed(&[
        ("keep_alive_timeout", "2m"),
        ("automatic_fallback_delay", " 1 h "),
        ("critical_service_down_delay", "1500ms"),
        ("client_relogin_lower_limit", "0s"),
    ])
    .unwrap();
    assert_eq!(parameters.keep_alive_timeout, Duration::from_secs(120));
    assert_eq!(parameters.automatic_fallback_delay, Duration::from_secs(3600));
    assert_eq!(parameters.get(Parameter::CriticalServiceDownDelay), "1500ms");
    assert_eq!(parameters.client_relogin_lower_limit, Some(Duration::ZERO));
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    for (name, value, why) in [
        ("keep_alive_interval", "15", "a number and a unit"),
        ("keep_alive_interval", "0s", "above zero"),
        ("keep_alive_interval", "-1s", "a number and a unit"),
        ("keep_alive_interval", "1.5s", "a number and a unit"),
        ("keep_alive_interval", "", "a number and a unit"),
        ("keep_alive_interval", "15 days", "a number and a unit"),
        ("automatic_fallback_delay", "25h", "up to a day"),
        ("automatic_fallback_delay", "18446744073709551615h", "up to a day"),
        ("automatic_fallback_delay", "99999999999999999999s", "up to a day"),
        ("enable_automatic_fallback", "yes", "true or false"),
        ("client_relogin_upper_limit", "automatic", "`auto`"),
        ("keep_alive", "15s", "there is no parameter `keep_alive`"),
        ("keep_alive_interval", "60s", "must be below keep_alive_timeout"),
        ("keep_alive_interval", "40s", "below half of the lease"),
        ("client_relogin_lower_limit", "538s", "must not be above"),
    ] {
        let refused = changed(&[(name, value)]).unwrap_err().to_string();
        assert!(refused.contains(why), "{name}={value}: {refused}");
    }
}

#[test]
fn a_timeout_of_few_intervals_is_warned_of() {
    let parameters = changed(&[("keep_alive_interval", "20s")]).unwrap();
    assert_eq!(parameters.warnings(), [ParameterWarning::FewIntervals]);
}

#[test]
fn a_node_that_would_not_wait_for_who_has_the_sessions_is_warned_of() {
    let parameters = changed(&[("initialization_keep_alive_timeout", "119s")]).unwrap();
    assert_eq!(parameters.warnings(), [ParameterWarning::ShortInitialization]);
}
