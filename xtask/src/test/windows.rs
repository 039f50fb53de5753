//! `cargo xtask test windows`: the volunteer's program built for Windows and run under wine.
//!
//! wine is not Windows: what was seen here is listed in docs/desktop.md. It is not part of `cargo xtask test`, for it
//! wants a second toolchain and a quarter of an hour the first time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cross::Cross;
use crate::{run, setup};

const TARGET: &str = "x86_64-pc-windows-gnu";

/// # Errors
///
/// At the first step that fails.
pub(super) fn test() -> anyhow::Result<()> {
    setup::install(setup::FOR_OTHER_SYSTEMS)?;
    setup::install(setup::FOR_WINDOWS)?;
    let windows = Cross::to(TARGET)?;
    let mut build = cargo(&windows, "build");
    build.args(["--package", "woolgather", "--package", "woolgather-wine"]);
    run::step("building for Windows", build.arg("--bins"))?;
    let prefix = drive_c(windows.folder())?;
    let mut tests = cargo(&windows, "test");
    tests.args(["--package", "woolgather-platform", "--lib"]);
    under_wine(&mut tests, &prefix).env(windows.variable("RUNNER"), "wine");
    run::step("what differs between systems, under wine", &mut tests)?;
    let mut tests = cargo(&windows, "test");
    tests
        .args(["--package", "woolgather", "--bins", "--"])
        .args(["cli::", "commands::saver::", "hosts::"]);
    under_wine(&mut tests, &prefix).env(windows.variable("RUNNER"), "wine");
    run::step("what hosts call and people type, under wine", &mut tests)?;
    let mut stories = run::cargo(&["test", "--package", "woolgather-wine", "--test", "it"]);
    stories
        .args(["--", "--test-threads", "1"])
        .env("WOOLGATHER_WINE_PREFIX", &prefix)
        .env("WOOLGATHER_WINDOWS_PROGRAMS", windows.programs());
    run::step("the saver under wine", &mut stories)
}

fn cargo(windows: &Cross, command: &str) -> Command {
    let mut cargo = windows.cargo(command);
    cargo.env(windows.variable("LINKER"), "x86_64-w64-mingw32-gcc");
    cargo
}

/// A fresh drive C with its registry, in the folder that is returned.
fn drive_c(folder: &Path) -> anyhow::Result<PathBuf> {
    let prefix = folder.join("prefix");
    if prefix.exists() {
        // One that a test left running would write its registry back.
        let mut end = Command::new("wineserver");
        under_wine(end.arg("-k"), &prefix).status().ok();
        fs::remove_dir_all(&prefix)?;
    }
    fs::create_dir_all(&prefix)?;
    let mut boot = Command::new("wineboot");
    // It says on its output what it lacks that nobody needs.
    boot.arg("--init")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    run::step("a drive C", under_wine(&mut boot, &prefix))?;
    let mut library = Command::new("x86_64-w64-mingw32-gcc");
    library
        .args(["-shared", "-O1", "-o"])
        .arg(prefix.join("drive_c/windows/system32/bcryptprimitives.dll"))
        .arg(run::root().join("xtask/wine/bcryptprimitives.c"))
        .arg("-ladvapi32");
    run::step("what wine lacks", &mut library)?;
    Ok(prefix)
}

/// A program of wine, or one that starts some, without a screen: those that want one have their own.
fn under_wine<'a>(command: &'a mut Command, prefix: &Path) -> &'a mut Command {
    command
        .env("WINEPREFIX", prefix)
        .env("WINEDEBUG", "-all")
        // Nothing that it would offer to fetch.
        .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
        .env_remove("DISPLAY")
}
