//! `llvm-profdata` and `llvm-cov`, of the version that the compiler is built on.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{Error, Outcome, capture, exists, run};

/// The two programs.
pub(super) struct Tools {
    pub(super) profdata: PathBuf,
    pub(super) cov: PathBuf,
}

impl Tools {
    /// Those of the toolchain, installed by rustup if they are missing; else the system's of the same LLVM.
    pub(super) fn find() -> Outcome<Self> {
        if let Some(tools) = Self::of_toolchain()? {
            return Ok(tools);
        }
        if exists("rustup") {
            println!("installing the component llvm-tools");
            // Without a network the system's programs may still do.
            let _ = run(Command::new("rustup").args(["component", "add", "llvm-tools"]));
        }
        if let Some(tools) = Self::of_toolchain()? {
            return Ok(tools);
        }
        let version = llvm_version()?;
        let named = |program: &str| format!("{program}-{version}");
        if exists(&named("llvm-cov")) && exists(&named("llvm-profdata")) {
            return Ok(Self { profdata: named("llvm-profdata").into(), cov: named("llvm-cov").into() });
        }
        Err(Error::Failed(format!(
            "coverage needs llvm-profdata and llvm-cov: `rustup component add llvm-tools`, or the package llvm-{version}"
        )))
    }

    fn of_toolchain() -> Outcome<Option<Self>> {
        let folder = capture(Command::new("rustc").args(["--print", "target-libdir"]))?;
        let mut folder = PathBuf::from(folder.trim());
        folder.pop();
        let (profdata, cov) = (folder.join("bin/llvm-profdata"), folder.join("bin/llvm-cov"));
        Ok((profdata.is_file() && cov.is_file()).then_some(Self { profdata, cov }))
    }
}

/// The major version of the compiler's LLVM.
fn llvm_version() -> Outcome<String> {
    let text = capture(Command::new("rustc").args(["--version", "--verbose"]))?;
    let version = text.lines().find_map(|line| line.strip_prefix("LLVM version: "));
    let major = version.and_then(|version| version.split('.').next());
    major.map(str::to_owned).ok_or_else(|| Error::failed("`rustc --version --verbose` names no LLVM version"))
}
