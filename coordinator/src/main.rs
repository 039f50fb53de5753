//! The program `woolgather-coordinator`: reads the command line, starts logging, calls the library.

use std::future::Future;

use anyhow::Context;
use tokio::runtime::Runtime;
use tokio::signal;
use woolgather_coordinator::checks::child;
use woolgather_coordinator::cli::{Command, ServeArgs};
use woolgather_coordinator::config::Config;
use woolgather_coordinator::logging::Logging;
use woolgather_coordinator::{logging, operator, serve, settings};

fn main() -> anyhow::Result<()> {
    match settings::command_line(std::env::args_os())?.command {
        Command::Serve(args) => serve_with_traces(*args),
        // No threads for the decoder: it gives itself limits.
        Command::CheckSegment(args) => child::check_segment(&args),
        Command::Config => {
            print!("{}", settings::documented());
            Ok(())
        }
        Command::Doctor(args) => operate(operator::doctor(*args)),
        Command::AdminLink(args) => operate(operator::admin_link(args)),
        Command::Entry(args) => operate(operator::entry(args)),
        Command::Device(args) => operate(operator::device(args)),
        Command::Unit(args) => operate(operator::unit(args)),
        Command::Credit(args) => operate(operator::credit(args)),
        Command::Voter(args) => operate(operator::voter(args)),
        Command::Person(args) => operate(operator::person(args)),
        Command::Votes(args) => operate(operator::votes(args)),
        Command::Sheep(args) => operate(operator::sheep(args)),
        Command::Import(args) => operate(operator::import(args)),
        Command::Flock(args) => operate(operator::flock(args)),
        Command::Blobs(args) => operate(operator::blobs(args)),
        Command::Backup(args) => operate(operator::backup(args)),
        Command::Restore(args) => operate(operator::restore(args)),
        Command::Migrate(args) => operate(operator::migrate(args)),
    }
}

/// Does what an operator asked for, with log lines for people.
fn operate(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    logging::start_plain();
    runtime()?.block_on(command)
}

fn runtime() -> anyhow::Result<Runtime> {
    Runtime::new().context("cannot start the runtime")
}

fn serve_with_traces(args: ServeArgs) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let logging = Logging::start(&args.logging, runtime.handle())?;
    let outcome = runtime.block_on(serve_until_told(args));
    logging.finish();
    outcome
}

async fn serve_until_told(args: ServeArgs) -> anyhow::Result<()> {
    let told_to_stop = told_to_stop();
    serve::serve(Config::from_args(args)?, told_to_stop).await
}

/// Completes on Ctrl-C, and on SIGTERM where there is such a thing. Listens from the call on, not from
/// the first poll: whoever reads the coordinator's address may ask it to end at once.
fn told_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminate = signal::unix::signal(signal::unix::SignalKind::terminate());
    async move {
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        // An error means that Ctrl-C cannot be watched; then only a kill ends the program.
        if signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
