//! The inventory of a rehearsal.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::super::keys::write_private;
use super::{Place, Plan, SceneError, USER};

/// What is not the password.
const WRONG_PASSWORD: &str = "not-the-password";

/// How each inventory of a rehearsal begins.
const HEADER: &str = "# Written by `everpresent bridges rehearse`";

/// Refuses a folder with an inventory that is not of a rehearsal.
pub(super) fn check_folder(folder: &Path) -> Result<(), SceneError> {
    let path = folder.join("bridges.toml");
    match std::fs::read(&path) {
        Ok(bytes) if !bytes.starts_with(HEADER.as_bytes()) => {
            Err(SceneError::Plan(format!("{} is not of a rehearsal; choose another folder", path.display())))
        }
        _ => Ok(()),
    }
}

/// Writes inventory and passwords.
pub(super) fn write(plan: &Plan, places: &[Place]) -> Result<PathBuf, SceneError> {
    let write = |name: &str, text: &str| {
        let path = plan.folder.join(name);
        write_private(&path, text.as_bytes())
            .map_err(|error| SceneError::File { path: path.clone(), error })?;
        Ok(path)
    };
    write("password", &plan.password)?;
    write("wrong-password", WRONG_PASSWORD)?;
    write("bridges.toml", &text(plan, places))
}

fn text(plan: &Plan, places: &[Place]) -> String {
    let mut text = format!("{HEADER}: stand-ins on this machine.\nzone = \"UTC\"\n\n[restart]\n");
    if let Some(window) = &plan.window {
        let opening = window.split(" for ").next().unwrap_or(window);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "schedule = \"{opening}\"\nwindows = [\"{window}\"]");
    }
    let _ = writeln!(text, "\n[ssh]\nuser = \"{USER}\"\npassword_file = \"password\"");
    for (bridge, place) in plan.bridges.iter().zip(places) {
        let Place { name, address, ssh_port, web_port, .. } = place;
        let _ = writeln!(
            text,
            "\n[[server]]\nname = \"{name}\"\nrole = \"web bridge\"\naddress = \"{address}\"\nlimit = {}\n\
             files = [\"logs/{name}.log\"]\nweb_port = {web_port}\n[server.ssh]\nport = {ssh_port}",
            bridge.limit
        );
        if bridge.wrong_password {
            let _ = writeln!(text, "password_file = \"wrong-password\"");
        }
    }
    for core in 1..=plan.cores {
        let _ = writeln!(
            text,
            "\n[[server]]\nname = \"core{core}\"\nrole = \"call bridge\"\nfiles = [\"logs/core{core}.log\"]"
        );
    }
    text
}
