//! The program `woolgather-coordinator`: reads the command line, starts logging, calls the library.

use std::future::Future;

use anyhow::Context;
use tokio::signal;
use tracing_subscriber::EnvFilter;
use woolgather_coordinator::checks::child;
use woolgather_coordinator::cli::{Command, LogFormat, ServeArgs};
use woolgather_coordinator::config::Config;
use woolgather_coordinator::{operator, serve, settings};

/// What is logged unless `RUST_LOG` says otherwise: our own news, and others' warnings.
const LOG_DEFAULT: &str = "warn,woolgather_coordinator=info";

fn main() -> anyhow::Result<()> {
    let cli = settings::command_line(std::env::args_os())?;
    start_logging(&cli.command);
    match cli.command {
        Command::Serve(args) => runtime()?.block_on(serve_until_told(*args)),
        Command::Doctor(args) => runtime()?.block_on(operator::doctor(*args)),
        Command::Config => {
            print!("{}", settings::documented());
            Ok(())
        }
        Command::Entry(args) => runtime()?.block_on(operator::entry(args)),
        Command::Backup(args) => runtime()?.block_on(operator::backup(args)),
        Command::Restore(args) => runtime()?.block_on(operator::restore(args)),
        Command::Migrate(args) => runtime()?.block_on(operator::migrate(args)),
        Command::CheckSegment(args) => child::check_segment(&args),
    }
}

fn start_logging(command: &Command) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| LOG_DEFAULT.into());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match command {
        Command::Serve(args) if args.logging.log_format == LogFormat::Json => {
            lines.json().flatten_event(true).init();
        }
        _ => lines.init(),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Runtime::new().context("cannot start the runtime")
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
