//! `everpresent demo`

use crate::cli::DemoArguments;
use crate::failure::Failure;

/// Starts a complete node in `arguments.dir` and tells a story about it; `json` for programs.
pub(crate) fn run(arguments: &DemoArguments, json: bool) -> Result<(), Failure> {
    let (dir, once) = (arguments.dir.display(), arguments.once);
    Err(Failure::failed(format!("this build cannot run the demo in {dir} yet (once: {once}, json: {json})")))
}
