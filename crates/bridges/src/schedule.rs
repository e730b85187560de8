//! Other schedulers: what starts `bridges restart` without a daemon of ours. Pure texts.
//!
//! A start at the wrong hour restarts nothing: the windows of the inventory are looked at again by the command itself, in their
//! own time zone.

mod calendar;
mod cron;
mod systemd;
mod windows_task;

use std::path::PathBuf;

use thiserror::Error;

use crate::timing::{Length, Opening};

/// What is to be started, and when.
#[derive(Debug, Clone)]
pub struct Job {
    /// When.
    pub opening: Opening,
    /// How long the command waits for the end of calls.
    pub wait: Length,
    /// This program.
    pub program: PathBuf,
    /// The inventory.
    pub inventory: PathBuf,
}

/// For whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduler {
    /// systemd: a service and a timer.
    Systemd,
    /// A line of a crontab.
    Cron,
    /// The Task Scheduler of Windows, as XML.
    WindowsTask,
}

/// Why a schedule cannot be said to a scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExportError {
    /// It has no words for it.
    #[error(
        "{scheduler} cannot say {schedule:?}: {problem}; write it as days and a time, as in \"Sat 02:00 Europe/Brussels\""
    )]
    Inexpressible {
        /// Which scheduler.
        scheduler: &'static str,
        /// The schedule.
        schedule: String,
        /// What it has no words for.
        problem: &'static str,
    },
    /// A path that would be taken for something else.
    #[error("the path {path} has characters that {scheduler} takes for something else; move the file")]
    Path {
        /// Which scheduler.
        scheduler: &'static str,
        /// The path.
        path: PathBuf,
    },
}

impl Job {
    /// The text for a scheduler.
    ///
    /// # Errors
    /// [`ExportError`], when it has no words for the schedule.
    pub fn export(&self, scheduler: Scheduler) -> Result<String, ExportError> {
        match scheduler {
            Scheduler::Systemd => systemd::export(self),
            Scheduler::Cron => cron::export(self),
            Scheduler::WindowsTask => windows_task::export(self),
        }
    }

    /// The two paths, if none has a character that needs care.
    fn paths(&self, scheduler: &'static str) -> Result<(String, String), ExportError> {
        let plain = |path: &PathBuf| match path.to_str() {
            Some(text)
                if !text.contains(|c: char| {
                    c.is_control() || c.is_whitespace() || "\"'%$\\;&|<>`".contains(c)
                }) =>
            {
                Ok(text.to_owned())
            }
            _ => Err(ExportError::Path { scheduler, path: path.clone() }),
        };
        Ok((plain(&self.program)?, plain(&self.inventory)?))
    }

    fn arguments(&self, inventory: &str) -> String {
        format!("bridges restart --leaking --wait {} --inventory {inventory}", self.wait)
    }

    fn inexpressible(&self, scheduler: &'static str, problem: &'static str) -> ExportError {
        ExportError::Inexpressible { scheduler, schedule: self.opening.to_string(), problem }
    }
}

#[cfg(test)]
mod tests;
