//! The project's own commands: `cargo xtask demo`, `test`, `tidy`, `bench`, `sim`, `dist`, `setup`.
//!
//! A newcomer types one of the first two on a fresh machine and nothing else; each does its own
//! set-up. This crate stays small so that it builds in seconds: whatever needs the renderer or the
//! network lives in `xtask/bench`, `xtask/e2e` or in the programs themselves.

mod bench;
mod cross;
mod demo;
mod dist;
mod fuzz;
mod run;
mod setup;
mod sim;
mod test;
mod tidy;

use clap::{Parser, Subcommand};

/// Woolgather's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the whole thing: a coordinator, two volunteers, a sheep rendered, shared and voted on.
    Demo(demo::Options),
    /// Everything that CI runs: fmt, clippy, tidy, unit, integration, end-to-end, browser.
    Test(test::Options),
    /// Hold the workspace to the import table of ARCHITECTURE.md and to the house's rules.
    Tidy,
    /// Measure against a named reference and print a table.
    Bench(bench::Options),
    /// Run a fleet of made-up volunteers over the coordinator's policy and print what came of it.
    #[command(disable_help_flag = true)]
    Sim(sim::Options),
    /// Make a package of the volunteer's program.
    Dist(dist::Options),
    /// Install the system packages that the tests need, or print the line that does.
    Setup,
}

fn main() -> std::process::ExitCode {
    let Err(error) = perform(Cli::parse().command) else {
        return std::process::ExitCode::SUCCESS;
    };
    eprintln!("\nxtask: {error:#}");
    std::process::ExitCode::FAILURE
}

fn perform(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Demo(options) => demo::demo(&options),
        Command::Test(options) => test::test(&options),
        Command::Tidy => tidy::tidy(),
        Command::Bench(options) => bench::bench(&options),
        Command::Sim(options) => sim::sim(&options),
        Command::Dist(options) => dist::dist(&options),
        Command::Setup => setup::install(setup::FOR_TESTS),
    }
}
