//! What a serving process and its guardian do to themselves before anything else.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getppid, getrlimit, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};

use crate::failure::Failure;

/// What this process is called in lists of processes. It is started from a link, whose name would be shown otherwise.
const NAME: &std::ffi::CStr = c"everpresent";

/// No core dumps: memory holds keys and messages. Other processes of the same user cannot look into it either.
pub(crate) fn forbid_core_dumps() -> Result<(), Failure> {
    let failed = |error| Failure::failed(format!("core dumps cannot be switched off: {error}"));
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(failed)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)
}

/// The kernel kills this process when its guardian dies: nobody would release its homes any more. The guardian may have
/// died before this was said, so it is looked at afterwards.
pub(crate) fn die_with(guardian: u32) -> Result<(), Failure> {
    // A name is a convenience; a process without one serves as well.
    let _ = rustix::thread::set_name(NAME);
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| Failure::failed(format!("the server cannot be bound to its guardian: {error}")))?;
    let parent = getppid().map(|parent| parent.as_raw_nonzero().get().unsigned_abs());
    if parent == Some(guardian) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "the guardian, process {guardian}, is not the parent of this process: it died, or --child was given by hand"
    )))
}

/// As many open files as the system allows this process: each connection is one. What is not allowed stays as it was.
pub(crate) fn raise_open_files() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current != maximum {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    }
}
