//! `cargo xtask sim …` and `cargo xtask sim net …`: builds a simulation in release and hands it the
//! arguments.

use clap::Args;

use crate::run;

/// What to simulate; everything after `sim`, or `sim net`, goes to the simulation.
#[derive(Args)]
pub(crate) struct Options {
    /// The simulation's options; `--help` lists them. `net` before them: the real coordinator on a
    /// made-up network.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// # Errors
///
/// When the simulation cannot be built, a promise was missed or something was not as it must be.
pub(crate) fn sim(options: &Options) -> anyhow::Result<()> {
    let (package, arguments) = match options.arguments.split_first() {
        Some((word, rest)) if word == "net" => ("woolgather-netsim", rest),
        _ => ("woolgather-sim", &options.arguments[..]),
    };
    let mut command = run::cargo(&["run", "--release", "--package", package, "--"]);
    run::step("sim", command.args(arguments))
}
