//! `cargo xtask bench …`: builds the measuring program in release and hands it the arguments. `bench play` watches the
//! player instead.

use std::process::Command;

use clap::Args;

use crate::{run, setup};

/// What to measure; everything after `bench` goes to the measuring program.
#[derive(Args)]
pub(crate) struct Options {
    /// `oracle`, `cpu`, `gpu`, `parity`, `upload`, `variations` or `play`, with its options; `-- --help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// # Errors
///
/// When the program cannot be built or says that a figure was missed.
pub(crate) fn bench(options: &Options) -> anyhow::Result<()> {
    if let Some((first, others)) = options.arguments.split_first()
        && first == "play"
    {
        setup::install(setup::FOR_TESTS)?;
        let mut build = run::cargo(&["build", "--release", "--bins"]);
        build
            .args([
                "--package",
                "woolgather",
                "--package",
                "woolgather-showroom",
            ])
            .args(run::asm_features(&["woolgather"]));
        run::step("building the player", &mut build)?;
        return watch("release", others);
    }
    setup::install(setup::FOR_DEMO)?;
    if let Err(error) = setup::install(setup::FOR_BENCH) {
        eprintln!("going on without: {error:#}");
    }
    let mut command = run::cargo(&["run", "--release", "--package", "woolgather-bench"]);
    command
        .args(run::asm_features(&["woolgather-bench"]))
        .arg("--")
        .args(&options.arguments);
    run::step("bench", &mut command)
}

/// Watches the player of a folder of built programs play 1080p. Its films stay in the target folder for the next time.
///
/// # Errors
///
/// When it fails, or takes more memory than it may.
pub(crate) fn watch(folder: &str, arguments: &[String]) -> anyhow::Result<()> {
    let programs = run::target(folder);
    let mut showroom = Command::new(programs.join("woolgather-showroom"));
    showroom
        .arg("--program")
        .arg(programs.join("woolgather"))
        .arg("--genomes")
        .arg(run::root().join("genome/starter"))
        .arg("--films")
        .arg(run::target("showroom"))
        .args(arguments);
    run::step("1080p at 30 frames a second", &mut showroom)
}
