//! `cargo xtask test --fuzz`: a minute of libFuzzer on the reader of flam3 files, on a stable compiler.
//!
//! What cargo-fuzz does with a nightly compiler is done here by hand: LLVM's coverage pass is
//! asked for by its own flags, which stable rustc passes on, and libFuzzer comes as a crate. Two
//! runs: the first has a fault planted and must find it, or the second one's silence would say
//! nothing. Everything lies under `target/fuzz`; the corpus there grows from run to run.

use std::path::PathBuf;
use std::process::{Command, Output};

use anyhow::{Context as _, bail};

use crate::run;

/// The package and its program.
const PACKAGE: &str = "woolgather-genome-fuzz";
const PROGRAM: &str = "read_flames";

/// Edge coverage as counters, and the operands of comparisons.
const COVERAGE: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

/// Every run begins with these.
const CORPUS: &[&str] = &[
    "genome/fuzz/seeds",
    "genome/tests/data/oracle",
    "genome/tests/data/broken",
    "genome/tests/data/foreign",
    "genome/tests/data/interp/inputs",
];

/// How long to look for the planted fault, which takes seconds, and for real ones.
const PLANTED_MAX_S: u32 = 300;
const RUN_S: u32 = 60;
const MEMORY_MAX_MB: u32 = 256;

/// Builds the target twice and runs it twice.
///
/// # Errors
///
/// When the planted fault is not found, or another one is: the file that causes it is named.
pub(crate) fn fuzz() -> anyhow::Result<()> {
    let planted = build(&["fuzzing", "planted"])?;
    eprintln!("\n=== the fuzzer finds a planted fault");
    let output = fuzzer(&planted, "planted", PLANTED_MAX_S)?
        .output()
        .context("the fuzzer could not be started")?;
    let said = said(&output);
    if output.status.success() || !said.contains("the planted fault") {
        bail!("the fuzzer did not find the planted fault in {PLANTED_MAX_S} s:\n{said}");
    }
    eprintln!("--- found");

    let target = build(&["fuzzing"])?;
    let headline = format!("{RUN_S} s of fuzzing the reader of flam3 files");
    run::step(&headline, &mut fuzzer(&target, "corpus", RUN_S)?)
}

/// Builds the target with these features and returns its program.
fn build(features: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = run::target("fuzz");
    // With a target named, the flags are for the target alone and not for build scripts.
    let host = host()?;
    let mut cargo = run::cargo(&["build", "--package", PACKAGE]);
    cargo
        .args(["--features", &features.join(","), "--target", &host])
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", COVERAGE);
    run::step(
        &format!("building the fuzzer ({})", features.join(", ")),
        &mut cargo,
    )?;
    Ok(folder.join(host).join("debug").join(PROGRAM))
}

/// The fuzzer, writing what it finds into a folder of this name.
fn fuzzer(program: &PathBuf, found: &str, seconds: u32) -> anyhow::Result<Command> {
    let found = run::target("fuzz").join(found);
    std::fs::create_dir_all(&found).context("no folder for what the fuzzer finds")?;
    let mut command = Command::new(program);
    command
        .current_dir(run::root())
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-rss_limit_mb={MEMORY_MAX_MB}"))
        .arg(format!("-malloc_limit_mb={MEMORY_MAX_MB}"))
        .args([
            "-timeout=10",
            "-max_len=16384",
            "-print_final_stats=1",
            "-verbosity=1",
        ])
        .arg("-dict=genome/fuzz/flam3.dict")
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg(&found)
        .args(CORPUS);
    Ok(command)
}

/// The end of what a program wrote.
fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

/// The machine that rustc builds for when it is not told.
fn host() -> anyhow::Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("rustc could not be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}
