//! The program `woolgather`: render, animate, breed, genome for artists; work, sync, play, vote for
//! volunteers.
//!
//! Here is only wiring. The rooms beside this one do the work: `worker` renders for the grid,
//! `swarm` shares, `player` shows, `api` talks to the coordinator, `platform` knows the operating
//! system. What a volunteer owns lies in one data folder: the device key ([`identity`]) and the
//! local flock ([`library`]). What a volunteer chose is a file of its own ([`settings`]).

mod agent;
mod cli;
mod commands;
mod company;
mod connect;
mod hosts;
mod identity;
mod library;
mod say;
mod settings;
mod votes;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;
use woolgather_platform::Environment;

use cli::{Cli, Command};

/// What is logged unless somebody asks for more.
const QUIET: &str = "warn,librqbit=error,winit=error,wgpu_hal=off,wgpu_core=error,\
     wgpu_core::indirect_validation=off,gpu_allocator=error";

fn main() -> ExitCode {
    let given = hosts::arguments(std::env::args_os(), &Environment::of_this_process());
    let cli = match given {
        Ok(Some(arguments)) => Cli::parse_from(arguments),
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("woolgather: {error}");
            return ExitCode::from(2);
        }
    };
    // A graphics driver that fails is said by whoever wanted to draw; what else wgpu tries is nobody's business.
    let filter =
        EnvFilter::try_from_env("WOOLGATHER_LOG").unwrap_or_else(|_| EnvFilter::new(QUIET));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    if cli.leash {
        commands::end_with_standard_input();
    }
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let said = error.downcast_ref::<commands::Said>();
            if !said.is_some_and(commands::Said::is_enough) {
                eprintln!("woolgather: {}", say::plain_lines(&format!("{error:#}")));
            }
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let data = cli.data.as_deref();
    let config = cli.config.as_deref();
    match cli.command {
        Command::Render(args) => commands::render::render(&args),
        Command::Animate(args) => commands::animate::animate(&args),
        Command::Breed(args) => commands::breed::breed(&args),
        Command::Genome(args) => commands::genome::genome(&args),
        Command::Compare(args) => commands::compare::compare(&args),
        Command::Work(args) => wait(commands::work::work(data, args)),
        Command::Sync(args) => wait(commands::sync::sync(data, args)),
        Command::Play(args) => commands::play::play(data, config, &args),
        Command::Vote(args) => match args.playing {
            Some(thumb) => commands::seen::vote(thumb, args.sheep.as_deref()),
            None => wait(commands::vote::vote(data, &args)),
        },
        Command::Link(args) => wait(commands::link::link(data, &args)),
        Command::Adapters(args) => commands::adapters::adapters(&args),
        Command::Settings(args) => commands::settings::settings(config, &args),
        Command::Config(args) => commands::config::config(config, &args),
        Command::Agent(args) => commands::agent::agent(data, config, &args),
        Command::Status(args) => commands::agent::status(&args),
        Command::Pause(args) => commands::agent::pause(&args),
        Command::Seen(args) => commands::seen::seen(&args),
        Command::Resume => commands::agent::resume(),
        Command::Doctor(args) => commands::doctor::doctor(data, config, &args),
        #[cfg(not(windows))]
        Command::InstallHack(args) => commands::hack::install(&args),
        #[cfg(not(windows))]
        Command::UninstallHack(args) => commands::hack::uninstall(&args),
        #[cfg(windows)]
        Command::InstallSaver(args) => commands::saver::install(&args),
        #[cfg(windows)]
        Command::UninstallSaver => commands::saver::uninstall(),
        Command::DistFiles(args) => commands::dist_files::dist_files(&args),
        Command::Identity => commands::identity::identity(data),
    }
}

/// Runs an asynchronous command to its end.
fn wait(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(command)
}
