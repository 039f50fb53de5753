//! The chaos game's speed on one core, beside flam3's on the same genomes, and what a second thread adds.
//!
//! Both sides are whole processes that read the same file and write a PNG, started in turn, and both are measured in
//! the processor time that the system booked for them: a busy machine stretches wall-clock time, and much less
//! processor time. flam3 renders in double precision with one thread (`bits=64`, the faster of its modes).
//!
//! The genomes are the oracle's that look most like sheep: two of flam3's classic making (swirl, spherical, julian, linear; one
//! with everything usual turned on) and three with two to five variations in every xform, drawn by chance.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use woolgather_genome::{Genome, print_flame};
use woolgather_render_kernel::{
    FramePlan, RenderControl, StillSettings, plan_still, render, scatter_rate, with_threads,
};

use crate::args::{CpuOptions, DrawOptions};
use crate::flam3;
use crate::oracle;
use crate::picture::Picture;

/// The genomes that are measured unless others are asked for.
pub(crate) const GENOMES: [&str; 5] = [
    "25_sheep_defaults",
    "26_legacy_syntax",
    "27_random_s3",
    "28_random_s4",
    "32_random_s28",
];

/// What a run of a program cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Seconds of processor time.
    pub(crate) cpu_s: f64,
    /// Seconds on the clock.
    pub(crate) wall_s: f64,
}

/// The figures of one genome.
struct Row {
    ours: f64,
    theirs: Option<f64>,
    two_threads: f64,
}

/// Measures every genome and prints the table with what was promised. Timings never fail.
pub(crate) fn run(options: &CpuOptions) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let flam3 = flam3::renderer();
    if flam3.is_none() {
        println!("flam3-render is not installed: no ratio (apt-get install flam3-utils)");
    }
    println!(
        "{}x{}, quality {}, {} runs of each in turn, million samples per second of processor time",
        options.width, options.height, options.quality, options.runs
    );
    println!(
        "{:<20} {:>8} {:>8} {:>7}   {:>15}",
        "genome", "ours", "flam3", "ratio", "2 threads, wall"
    );
    let mut rows = Vec::new();
    let names: Vec<&str> = match &options.genome {
        Some(name) => vec![name],
        None => GENOMES.to_vec(),
    };
    for name in names {
        let row = measure(name, options, flam3.as_deref(), folder.path())?;
        let theirs = row.theirs.map_or("-".into(), |rate| format!("{rate:.2}"));
        let ratio = row
            .theirs
            .map_or("-".into(), |rate| format!("{:.1}", row.ours / rate));
        println!(
            "{name:<20} {:8.2} {theirs:>8} {ratio:>7}   {:>15.2}",
            row.ours, row.two_threads
        );
        rows.push(row);
    }
    let ratios = sorted(
        rows.iter()
            .filter_map(|row| row.theirs.map(|theirs| row.ours / theirs)),
    );
    let second = sorted(rows.iter().map(|row| row.two_threads));
    if let (Some(least), Some(median)) = (ratios.first(), median(&ratios)) {
        println!("median ratio {median:.1} (wanted: 6), least {least:.1} (wanted: 4)");
    }
    if let Some(median) = median(&second) {
        println!("two threads: {median:.2} times one (wanted: 1.8)");
    }
    print_bound(options);
    Ok(())
}

/// What the histogram alone allows: hits spread over the whole picture, and hits on a small part of it.
fn print_bound(options: &CpuOptions) {
    for (what, spread) in [("the whole picture", 1.0), ("a hundredth of it", 0.01)] {
        let rate = scatter_rate(options.width, options.height, spread, 1 << 26);
        println!(
            "histogram alone, hits over {what}: {:.0} million hits a second on one core",
            rate / 1e6
        );
    }
}

/// A file to draw.
pub(crate) struct Task {
    pub(crate) file: PathBuf,
    /// Samples that it asks for.
    pub(crate) samples: f64,
}

/// Writes an oracle genome of another size and quality into `folder`.
pub(crate) fn task(
    name: &str,
    size: [u32; 2],
    quality: f64,
    folder: &Path,
) -> anyhow::Result<Task> {
    let [width, height] = size.map(f64::from);
    let sized = sized(name, size, quality)?;
    let file = folder.join(format!("{name}.flam3"));
    std::fs::write(&file, print_flame(&sized))?;
    Ok(Task {
        file,
        samples: quality * width * height * 4_f64.powf(sized.zoom),
    })
}

/// An oracle genome of another size and quality.
pub(crate) fn sized(name: &str, size: [u32; 2], quality: f64) -> anyhow::Result<Genome> {
    let genome = oracle::genome(name)?;
    Ok(Genome {
        size,
        scale: genome.scale * f64::from(size[1]) / f64::from(genome.size[1]),
        quality,
        ..genome
    })
}

fn measure(
    name: &str,
    options: &CpuOptions,
    flam3: Option<&Path>,
    folder: &Path,
) -> anyhow::Result<Row> {
    let size = [options.width, options.height];
    let Task { file, samples } = task(name, size, options.quality, folder)?;

    let (mut ours, mut theirs, mut two) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..options.runs {
        eprint!("\r{name}: run {} of {} ", run + 1, options.runs);
        if let Some(flam3) = flam3 {
            theirs.push(samples / cost(&mut flam3_render(flam3, &file, folder))?.cpu_s / 1e6);
        }
        let one = cost(&mut our_render(&file, folder, 1)?)?;
        ours.push(samples / one.cpu_s / 1e6);
        two.push(one.wall_s / cost(&mut our_render(&file, folder, 2)?)?.wall_s);
    }
    eprint!("\r{:40}\r", "");
    let middle = |rates: Vec<f64>| median(&sorted(rates));
    Ok(Row {
        ours: middle(ours).context("no runs")?,
        theirs: middle(theirs),
        two_threads: middle(two).context("no runs")?,
    })
}

pub(crate) fn sorted(numbers: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// The middle of sorted numbers.
pub(crate) fn median(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}

pub(crate) fn flam3_render(flam3: &Path, file: &Path, folder: &Path) -> Command {
    let mut command = Command::new(flam3);
    command
        .env("in", file)
        .env("out", folder.join("flam3.png"))
        .env("bits", "64")
        .env("nthreads", "1")
        .env("isaac_seed", "woolgather");
    command
}

pub(crate) fn our_render(file: &Path, folder: &Path, threads: usize) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("draw")
        .arg(file)
        .arg(folder.join("ours.png"))
        .args(["--threads", &threads.to_string()]);
    Ok(command)
}

/// Runs `command` and returns what it cost.
pub(crate) fn cost(command: &mut Command) -> anyhow::Result<Cost> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let before = children_cpu_s()?;
    let start = Instant::now();
    let status = command.status()?;
    let wall_s = start.elapsed().as_secs_f64();
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(Cost {
        cpu_s: children_cpu_s()? - before,
        wall_s,
    })
}

/// Processor time of the children that have ended in seconds.
fn children_cpu_s() -> anyhow::Result<f64> {
    booked_s(13)
}

/// Processor time of this process, all its threads, in seconds.
pub(crate) fn own_cpu_s() -> anyhow::Result<f64> {
    booked_s(11)
}

/// User and system time from field `place` after the program's name on, in seconds; Linux counts it in hundredths.
fn booked_s(place: usize) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("this needs Linux")?;
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, fields) = stat.rsplit_once(')').context("no fields")?;
    let ticks = fields.split_whitespace().skip(place).take(2);
    let ticks = ticks.map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Plans the first flame of a file at its own size and quality.
pub(crate) fn plan_of(file: &Path) -> anyhow::Result<FramePlan> {
    let xml = std::fs::read_to_string(file)?;
    plan(&woolgather_genome::parse_flames(&xml)?[0])
}

/// Plans a genome at its own size and quality.
pub(crate) fn plan(genome: &Genome) -> anyhow::Result<FramePlan> {
    let [width, height] = genome.size;
    let settings = StillSettings {
        width,
        height,
        quality: genome.quality,
        rng_seed: 1,
        ..StillSettings::default()
    };
    Ok(plan_still(genome, &settings)?)
}

/// Draws the first flame of a file at its own size and quality; what [`run`] starts for our side.
pub(crate) fn draw(options: &DrawOptions) -> anyhow::Result<()> {
    let plan = plan_of(&options.genome)?;
    let frame = with_threads(options.threads, || {
        render(&plan, &RenderControl::unattended())
    })??;
    let picture = Picture {
        width: plan.width(),
        height: plan.height(),
        rgb: frame.to_rgb8(),
    };
    picture.write(&options.out)
}
