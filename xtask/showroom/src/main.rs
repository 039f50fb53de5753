//! Plays 1080p at 30 frames a second for a while and prints what that costs, beside what we promise. It fails where memory is
//! not what we promise; times depend on what else the machine does.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use woolgather_showroom::films::{Films, Look};
use woolgather_showroom::watch::{Part, watch};

/// The most memory, in MB, and the most that it may grow in the last third of the time.
const MEMORY_MAX: u64 = 300;
const GROWTH_MAX: i64 = 10;
/// The most of a core that everything beside decoder and driver may use.
const REST_MAX: f64 = 0.10;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// The program `woolgather`
    #[arg(long)]
    program: PathBuf,
    /// The folder of the starter sheep
    #[arg(long)]
    genomes: PathBuf,
    /// Where films are kept
    #[arg(long)]
    films: PathBuf,
    /// Seconds to play
    #[arg(long, default_value_t = 120)]
    secs: u64,
    /// Fail also where times are not what we promise
    #[arg(long)]
    strict: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let look = Look::HD;
    eprintln!("Films of {}×{} …", look.size.0, look.size.1);
    let films = Films::make(&args.program, &args.genomes, &args.films, look)?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    films.stock(&data, "http://127.0.0.1:9/")?;
    eprintln!("Playing for {} s …", args.secs);
    let seen = watch(
        &args.program,
        &data,
        look.size,
        Duration::from_secs(args.secs),
    )?;

    println!(
        "1920×1080, 30 frames a second, {} s, Xvfb\n",
        seen.noted.as_secs()
    );
    println!("{:<44} {:>10}  {:>8}", "what", "figure", "wanted");
    let mut kept = true;
    let mut row = |what: &str, figure: String, wanted: String, is_kept: bool| {
        kept &= is_kept;
        let mark = if is_kept { "" } else { "  MISSED" };
        println!("{what:<44} {figure:>10}  {wanted:>8}{mark}");
    };
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let none = String::new;
    row(
        "pictures on the screen",
        seen.presented.to_string(),
        none(),
        true,
    );
    row(
        "pictures dropped",
        seen.dropped.to_string(),
        "0".to_owned(),
        seen.dropped == 0,
    );
    row(
        "first picture",
        format!("{:.0} ms", seen.first_ms),
        "2000 ms".to_owned(),
        seen.first_ms <= 2000.0,
    );
    let rest = seen.share(Part::Rest);
    row(
        "of one core: decoder",
        percent(seen.share(Part::Decoder)),
        none(),
        true,
    );
    row(
        "of one core: everything beside the decoder",
        percent(rest),
        percent(REST_MAX),
        rest <= REST_MAX,
    );
    row(
        "of one core: graphics driver in software",
        percent(seen.share(Part::Driver)),
        none(),
        true,
    );
    row(
        "of one core: X server",
        percent(seen.server / seen.noted.as_secs_f64()),
        none(),
        true,
    );
    let memory = seen.memory_max();
    row(
        "memory, most",
        format!("{memory} MB"),
        format!("{MEMORY_MAX} MB"),
        memory <= MEMORY_MAX,
    );
    let growth = seen.growth();
    row(
        "memory, growth over the last third",
        format!("{growth} MB"),
        format!("{GROWTH_MAX} MB"),
        growth <= GROWTH_MAX,
    );
    println!("\nmemory by the second: {:?}", seen.memory);
    // Memory does not depend on what else the machine does.
    let sound = memory <= MEMORY_MAX && growth <= GROWTH_MAX;
    Ok(if sound && (kept || !args.strict) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
