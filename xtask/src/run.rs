//! Running other programs: the workspace's root, cargo, and whether a program is there.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};

/// The folder of the workspace's Cargo.toml: of the checkout that cargo was started in, which need not be
/// the one this program was built from where several share a target folder.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}

/// `cargo` with arguments, run in the workspace's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// Runs `command` to its end under a headline, and says how long it took.
///
/// # Errors
///
/// When it cannot be started or does not exit with 0.
pub(crate) fn step(headline: &str, command: &mut Command) -> anyhow::Result<()> {
    eprintln!("\n=== {headline}");
    let start = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("could not start {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{headline}: failed ({status})");
    }
    eprintln!("--- {headline}: {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Whether `program` can be started with `argument` and exits with 0.
pub(crate) fn works(program: &str, argument: &str) -> bool {
    works_with(program, &[argument])
}

/// Whether `program` can be started with these arguments and exits with 0.
pub(crate) fn works_with(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// `--features asm` for the packages that have it, where nasm is there to build it.
pub(crate) fn asm_features(packages: &[&str]) -> Vec<String> {
    if !works("nasm", "-v") {
        return Vec::new();
    }
    let features: Vec<String> = packages
        .iter()
        .map(|package| format!("{package}/asm"))
        .collect();
    vec!["--features".into(), features.join(",")]
}

/// Where cargo puts what it builds in `profile` (`debug`, `release`).
pub(crate) fn target(profile: &str) -> PathBuf {
    let base =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    base.join(profile)
}
