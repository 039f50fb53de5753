//! flam3's own programs, where they are installed.
//!
//! They take their settings from the environment. In double precision, on one thread and from one random number
//! (`bits=64 nthreads=1 isaac_seed=…`) they draw the same picture every time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

/// The random number of the oracle's pictures of stills.
const ORACLE_SEED: &str = "wool-ref-A";

/// flam3-render, if it is installed.
pub(crate) fn renderer() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("flam3-render"))
        .find(|file| file.is_file())
}

/// Draws a flame's file as the oracle's pictures were drawn.
pub(crate) fn draw(renderer: &Path, file: &Path, out: &Path) -> anyhow::Result<()> {
    let mut command = Command::new(renderer);
    command
        .env("in", file)
        .env("out", out)
        .env("bits", "64")
        .env("nthreads", "1")
        .env("earlyclip", "0")
        .env("isaac_seed", ORACLE_SEED)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let output = command.output().context("cannot start flam3-render")?;
    ensure!(
        output.status.success() && out.is_file(),
        "flam3-render refused {}: {}",
        file.display(),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(())
}
