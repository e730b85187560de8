//! The recovery parameters, as they are kept in the cluster's settings. For the running node, and for the command line
//! while it does not run.

use std::collections::BTreeMap;

use everpresent_console::administration::{HaParameter, HaParameterChange, HaParameters};
use everpresent_console::{Code, Refusal};
use everpresent_recovery::parameters::{Parameter, Parameters};
use everpresent_store::{Database, StoreError};

/// Reads the parameters in force.
///
/// # Errors
/// The database failed, or what it holds cannot be used.
pub async fn load(store: &Database) -> Result<Parameters, Refusal> {
    in_force(&store.settings().await.map_err(broken)?)
}

/// Shows them.
///
/// # Errors
/// As for [`load`].
pub async fn show(store: &Database) -> Result<HaParameters, Refusal> {
    load(store).await.map(|parameters| describe(&parameters))
}

/// Changes them, and shows what they are then.
///
/// # Errors
/// As for [`load`]; [`Code::Invalid`] if what is asked for makes no sense, [`Code::Conflict`] if it must not change while
/// high availability is enabled.
pub async fn change(store: &Database, change: HaParameterChange) -> Result<HaParameters, Refusal> {
    let settings = store.settings().await.map_err(broken)?;
    let invalid =
        |error: everpresent_recovery::parameters::ParameterError| Refusal::invalid(error.to_string());
    let before = match &change.preset {
        Some(preset) => Parameters::preset(preset).map_err(invalid)?,
        None => in_force(&settings)?,
    };
    let values = change.values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let wanted = before.with(values).map_err(invalid)?;
    let promises_change = in_force(&settings).map_or(true, |now| !now.promises_as(&wanted));
    if promises_change && store.groups().await.map_err(broken)?.iter().any(|group| group.ha_enabled) {
        return Err(Refusal::conflict(
            "keep_alive_timeout is the length of what the nodes promise each other, and both must always agree on it: \
             disable high availability, set it, restart both nodes, and enable it again",
        ));
    }
    let default = Parameters::default();
    for parameter in Parameter::ALL {
        let (name, value) = (parameter.setting(), wanted.get(parameter));
        let kept = settings.get(&name).cloned().unwrap_or_else(|| default.get(parameter));
        if kept != value {
            store.set_setting(&name, &value).await.map_err(broken)?;
        }
    }
    Ok(describe(&wanted))
}

fn in_force(settings: &BTreeMap<String, String>) -> Result<Parameters, Refusal> {
    Parameters::from_settings(settings).map_err(|error| {
        let way = "`everpresent ha set --preset default` replaces them";
        Refusal::conflict(format!("the parameters that are kept cannot be used: {error}; {way}"))
    })
}

fn describe(parameters: &Parameters) -> HaParameters {
    let (default, lan) = (Parameters::default(), Parameters::lan());
    let describe = |parameter: Parameter| HaParameter {
        name: parameter.name().to_owned(),
        value: parameters.get(parameter),
        default: default.get(parameter),
        lan: lan.get(parameter),
        meaning: parameter.meaning().to_owned(),
    };
    HaParameters {
        parameters: Parameter::ALL.into_iter().map(describe).collect(),
        warnings: parameters.warnings().iter().map(ToString::to_string).collect(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an adapter for map_err")]
fn broken(error: StoreError) -> Refusal {
    let code = if error.retry_helps() { Code::Unavailable } else { Code::Internal };
    Refusal::new(code, error.to_string())
}

#[cfg(test)]
mod tests;
