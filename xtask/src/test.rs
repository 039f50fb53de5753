//! `cargo xtask test`: everything, in the order in which it fails fastest.

mod api;
mod macos;
mod windows;

use std::process::Command;

use clap::{Args, Subcommand};

use woolgather_machines::PostgresServer;

use crate::{bench, dist, fuzz, run, setup, tidy};

/// Which part to run; all of it when nothing is chosen, but for other systems.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    elsewhere: Option<Elsewhere>,
    /// Only what needs no tests run: fmt, tidy, clippy.
    #[arg(long)]
    lints: bool,
    /// Only unit, integration and end-to-end tests.
    #[arg(long)]
    rust: bool,
    /// Only a minute of fuzzing the reader of flam3 files.
    #[arg(long)]
    fuzz: bool,
    /// Only the coordinator's API, tried with thousands of cases from its own document.
    #[arg(long)]
    api: bool,
    /// Only the package: made, checked, installed, shown by hosts of savers and taken away again.
    #[arg(long)]
    package: bool,
    /// Only the coordinator under a crowd of volunteers: kills, uploads, leases, lies; minutes of it.
    #[arg(long)]
    grid: bool,
    /// Only two minutes of 1080p, with what they cost.
    #[arg(long)]
    player: bool,
    /// Only the website's tests in Chromium.
    #[arg(long)]
    browser: bool,
}

/// Other systems, each by itself alone.
#[derive(Subcommand)]
enum Elsewhere {
    /// Build for Windows and run it under wine
    Windows,
    /// Check the types for macOS; nothing is run
    Macos,
}

/// # Errors
///
/// At the first step that fails.
pub(crate) fn test(options: &Options) -> anyhow::Result<()> {
    match options.elsewhere {
        Some(Elsewhere::Windows) => return windows::test(),
        Some(Elsewhere::Macos) => return macos::test(),
        None => {}
    }
    let parts = [
        options.lints,
        options.rust,
        options.api,
        options.package,
        options.grid,
        options.player,
        options.fuzz,
        options.browser,
    ];
    let all = !parts.contains(&true);
    setup::install(setup::FOR_TESTS)?;
    if all || options.lints {
        lints()?;
    }
    if all || options.rust {
        determinism_without_optimisation()?;
        build_programs()?;
        rust_tests()?;
    }
    if all {
        build_programs()?;
    }
    if all || options.api {
        api::test(!all)?;
    }
    if all || options.package {
        build_programs()?;
        dist::check()?;
    }
    if all || options.grid {
        build_programs()?;
        bench::press_quickly("debug")?;
        bench::sabotage_quickly("debug")?;
    }
    if all || options.player {
        build_programs()?;
        bench::watch("debug", &[])?;
    }
    if all || options.fuzz {
        fuzz::fuzz()?;
    }
    if all || options.browser {
        build_programs()?;
        browser_tests()?;
    }
    eprintln!("\nall of it passed");
    Ok(())
}

/// Our packages whose dependencies have assembly to turn on.
const WITH_ASM: &[&str] = &[
    "woolgather",
    "woolgather-bench",
    "woolgather-coordinator",
    "woolgather-crowd",
    "woolgather-player",
    "woolgather-sabotage",
    "woolgather-video",
    "woolgather-worker",
];

fn lints() -> anyhow::Result<()> {
    run::step("fmt", &mut run::cargo(&["fmt", "--all", "--check"]))?;
    eprintln!("\n=== tidy");
    tidy::tidy()?;
    let mut clippy = run::cargo(&["clippy", "--workspace", "--all-targets"]);
    clippy
        .args(run::asm_features(WITH_ASM))
        .args(["--features", "woolgather-e2e/installed"])
        .args(["--", "--deny", "warnings"]);
    run::step("clippy", &mut clippy)?;
    // No part of the other tests, so not of all targets either.
    let mut clippy = run::cargo(&["clippy", "--package", "woolgather-wine", "--test", "it"]);
    run::step(
        "clippy on wine's",
        clippy.args(["--", "--deny", "warnings"]),
    )
}

/// The renderer's frames must have the same bits in a build that optimises nothing.
fn determinism_without_optimisation() -> anyhow::Result<()> {
    let args = [
        "test",
        "--profile",
        "unoptimised",
        "--package",
        "woolgather-render-kernel",
        "--test",
        "determinism",
    ];
    run::step("the same bits without optimisation", &mut run::cargo(&args))
}

fn build_programs() -> anyhow::Result<()> {
    let mut build = run::cargo(&["build", "--workspace", "--bins"]);
    run::step(
        "building the programs",
        build.args(run::asm_features(WITH_ASM)),
    )
}

fn rust_tests() -> anyhow::Result<()> {
    let nextest = run::works("cargo-nextest", "--version");
    let start: &[&str] = if nextest {
        &["nextest", "run"]
    } else {
        &["test"]
    };
    let mut tests = run::cargo(start);
    tests
        .args(["--workspace", "--all-targets"])
        .args(run::asm_features(WITH_ASM));
    run::step("tests", &mut tests)?;
    // The same tests of the store once more, on the other database.
    let server = PostgresServer::start()?;
    let mut tests = run::cargo(start);
    tests
        .args(["--workspace", "--all-targets", "store::tests"])
        .args(run::asm_features(WITH_ASM))
        .env("WOOLGATHER_TEST_POSTGRES", server.address());
    run::step("the store on PostgreSQL", &mut tests)?;
    let mut docs = run::cargo(&["test", "--workspace", "--doc"]);
    run::step(
        "examples in the documentation",
        docs.args(run::asm_features(WITH_ASM)),
    )
}

fn browser_tests() -> anyhow::Result<()> {
    let folder = run::root().join("web/e2e");
    let npm = |args: &[&str]| {
        let mut command = Command::new("npm");
        command
            .args(args)
            .current_dir(&folder)
            .env("WOOLGATHER_BIN", run::target("debug"));
        command
    };
    run::step(
        "the browser tests' packages",
        &mut npm(&["ci", "--no-audit", "--no-fund"]),
    )?;
    run::step("the website in Chromium", &mut npm(&["test"]))
}
