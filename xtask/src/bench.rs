//! `cargo xtask bench …`: builds the measuring program in release and hands it the arguments.

use clap::Args;

use crate::{run, setup};

/// What to measure; everything after `bench` goes to the measuring program.
#[derive(Args)]
pub(crate) struct Options {
    /// `oracle`, `cpu`, `gpu`, `parity`, `upload` or `variations`, with its options; `-- --help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// # Errors
///
/// When the program cannot be built or says that a figure was missed.
pub(crate) fn bench(options: &Options) -> anyhow::Result<()> {
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
