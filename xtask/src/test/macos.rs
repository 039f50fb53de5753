//! `cargo xtask test macos`: the volunteer's program type-checked for macOS. Nothing is linked and nothing is run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::cross::Cross;
use crate::{run, setup};

const TARGET: &str = "aarch64-apple-darwin";

/// Stands in for the compiler and the archiver of C, which are Apple's own: what is only checked is not linked, so
/// empty files will do.
const NO_COMPILER: &str = r#"#!/bin/sh
for argument in "$@"; do
    case $previous in -o) : > "$argument" ;; esac
    case $argument in *.a) : > "$argument" ;; esac
    previous=$argument
done
"#;

/// # Errors
///
/// At the first step that fails.
pub(super) fn test() -> anyhow::Result<()> {
    setup::install(setup::FOR_OTHER_SYSTEMS)?;
    let macos = Cross::to(TARGET)?;
    let compiler = no_compiler(macos.folder())?;
    let mut check = macos.cargo("check");
    check
        .args(["--package", "woolgather"])
        .env("CC_aarch64_apple_darwin", &compiler)
        .env("CXX_aarch64_apple_darwin", &compiler)
        .env("AR_aarch64_apple_darwin", &compiler)
        // Else Apple's own tool is asked where it is.
        .env("SDKROOT", macos.folder());
    run::step("the types, for macOS", &mut check)
}

fn no_compiler(folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join("no-compiler");
    fs::write(&path, NO_COMPILER)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}
