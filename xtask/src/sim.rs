//! `cargo xtask sim …`: builds the simulation in release and hands it the arguments.

use clap::Args;

use crate::run;

/// What to simulate; everything after `sim` goes to the simulation.
#[derive(Args)]
pub(crate) struct Options {
    /// The simulation's options; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// # Errors
///
/// When the simulation cannot be built, a promise was missed or something was not as it must be.
pub(crate) fn sim(options: &Options) -> anyhow::Result<()> {
    let mut command = run::cargo(&["run", "--release", "--package", "woolgather-sim", "--"]);
    run::step("sim", command.args(&options.arguments))
}
