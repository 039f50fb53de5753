//! The graphics card's speed: the chaos game, the stages after it, and the way back, beside the processor's and flam3's.
//!
//! ```text
//! genome -> plan -> GpuRenderer::render_timed -> stages       (medians of several frames, pipelines compiled before)
//!                -> our renderer and flam3-render, as processes (see `cpu`)
//!                -> first-frame, as a process of an empty cache -> what compiling costs
//!        -> the same with no hits, or with fewer bins -> what bounds the game
//!        -> LiveRenderer, frame after frame -> how smooth live mode is
//! ```
//!
//! An *iteration* is a plotted sample. The game's figure counts the time of the iterate stage only; every other one
//! counts whole frames. On a software adapter the processor draws in disguise, so a row also says what a core second
//! brings; such figures say nothing about a graphics card.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use woolgather_genome::{Estimator, Genome};
use woolgather_render_kernel::RenderControl;
use woolgather_render_kernel::gpu::{GpuRenderer, StageTimes};

use crate::args::{FirstFrameOptions, GpuOptions};
use crate::artist;
use crate::cpu::{self, GENOMES, median, sorted};
use crate::flam3;

/// Size and quality on a graphics card, and on the processor in disguise.
const HARDWARE: ([u32; 2], f64) = ([1920, 1080], 1000.0);
const SOFTWARE: ([u32; 2], f64) = ([640, 360], 20.0);
/// The qualities at which the processor's renderers are timed: their rates hardly depend on it, and they are slow.
const PROCESSOR_QUALITY: (f64, f64) = (50.0, 100.0);
/// Size and quality of a first frame: little else than compiling.
const FIRST: ([u32; 2], f64) = ([320, 180], 5.0);

/// Samples a pixel and frames of live mode: the most that it draws, and on the processor in disguise the least.
const LIVE: (f64, u32) = (20.0, 60);
const LIVE_SOFTWARE: (f64, u32) = (2.0, 5);
/// Frames that compile and find out how much the device does at a time.
const LIVE_WARM_UP: u32 = 5;

/// What is measured, and with what.
struct Measurement<'a> {
    size: [u32; 2],
    quality: f64,
    runs: u32,
    adapter: Option<&'a str>,
    flam3: Option<&'a Path>,
    folder: &'a Path,
}

/// Frames of one genome on the card.
struct CardRow {
    /// Medians of the stages.
    stages: StageTimes,
    /// Plotted samples, and those of the fuse too.
    samples: f64,
    iterations: f64,
    /// Samples per second of processor time, whole frames.
    per_core_s: Option<f64>,
    longest_dispatch: Duration,
}

/// Rates of whole processes in million samples per second.
struct ProcessorRow {
    one: f64,
    all: f64,
    flam3: Option<f64>,
}

/// Measures every genome and prints the tables. Timings never fail.
pub(crate) fn run(options: &GpuOptions) -> anyhow::Result<()> {
    let adapter = options.adapter.as_deref();
    let mut card = artist::open(adapter)?;
    let software = card.adapter().is_software();
    let (size, quality) = if software { SOFTWARE } else { HARDWARE };
    let folder = tempfile::tempdir()?;
    let flam3 = flam3::renderer();
    let measurement = Measurement {
        size: options.size.unwrap_or(size),
        quality: options.quality.unwrap_or(quality),
        runs: options.runs.max(1),
        adapter,
        flam3: flam3.as_deref(),
        folder: folder.path(),
    };
    let genomes: Vec<&str> = match &options.genomes[..] {
        [] => GENOMES.to_vec(),
        chosen => chosen.iter().map(String::as_str).collect(),
    };
    print_heading(&card, &measurement);
    let (mut against_flam3, mut against_all) = (Vec::new(), Vec::new());
    for name in &genomes {
        let row = measurement.card(&mut card, name, software)?;
        let processor = measurement.processor(name)?;
        print_row(name, &row, &processor);
        against_all.push(row.frame_rate() / processor.all);
        against_flam3.extend(processor.flam3.map(|flam3| row.frame_rate() / flam3));
    }
    for (reference, ratios) in [
        ("flam3-render on one thread", against_flam3),
        ("our processor backend on all threads", against_all),
    ] {
        let ratios = sorted(ratios);
        if let (Some(least), Some(median)) = (ratios.first(), median(&ratios)) {
            println!("against {reference}: median ratio {median:.2}, least {least:.2}");
        }
    }
    print_bounds(&mut card, &genomes, &measurement)?;
    print_live(&genomes, &measurement)?;
    print_first_frames(&genomes, &measurement)
}

fn print_heading(card: &GpuRenderer, measurement: &Measurement<'_>) {
    let adapter = card.adapter();
    println!("{adapter}, {} adapter", adapter.kind);
    if adapter.is_software() {
        println!(
            "A SOFTWARE ADAPTER: the processor draws in disguise, small pictures; this says nothing about a graphics card."
        );
    }
    let [width, height] = measurement.size;
    println!(
        "{width}x{height}, quality {}, medians of {}; the processor's renderers at quality {}. Millions of iterations (plotted \
         samples) a second: of the game's time (and with the fuse), of the whole frame's; flam3 on one thread. Longest dispatch, each waited for.",
        measurement.quality,
        measurement.runs,
        measurement.processor_quality(),
    );
    if measurement.flam3.is_none() {
        println!("flam3-render is not installed: no ratio (apt-get install flam3-utils)");
    }
    println!(
        "{:<20} {:>8} {:>8}  {:>8} {:>10} {:>8}  {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  {:>10} {:>11}",
        "genome",
        "game",
        "w. fuse",
        "game ms",
        "develop ms",
        "read ms",
        "frame",
        "cpu 1",
        "cpu all",
        "flam3",
        "/cpu all",
        "/flam3",
        "core-second",
        "dispatch ms"
    );
}

fn print_row(name: &str, row: &CardRow, processor: &ProcessorRow) {
    let game = row.stages.iterate.as_secs_f64();
    let or_none = |number: Option<f64>| number.map_or("-".into(), |number| format!("{number:.2}"));
    println!(
        "{name:<20} {:8.2} {:8.2}  {:8.1} {:10.1} {:8.2}  {:8.2} {:8.2} {:8.2} {:>8} {:8.2} {:>8}  {:>10} {:11.1}",
        row.samples / game / 1e6,
        row.iterations / game / 1e6,
        game * 1e3,
        row.stages.develop.as_secs_f64() * 1e3,
        row.stages.read_back.as_secs_f64() * 1e3,
        row.frame_rate(),
        processor.one,
        processor.all,
        or_none(processor.flam3),
        row.frame_rate() / processor.all,
        or_none(processor.flam3.map(|flam3| row.frame_rate() / flam3)),
        or_none(row.per_core_s.map(|rate| rate / 1e6)),
        row.longest_dispatch.as_secs_f64() * 1e3,
    );
}

/// What the game's time goes into: the same orbits with every point outside the picture cost what moving points costs,
/// and into a sixteenth of the bins what adding hits costs that stay in a cache.
fn print_bounds(
    card: &mut GpuRenderer,
    genomes: &[&str],
    measurement: &Measurement<'_>,
) -> anyhow::Result<()> {
    println!(
        "what bounds the game, millions of iterations a second: as it is, with every hit outside the picture, with as many \
         hits on a sixteenth of the bins"
    );
    println!(
        "{:<20} {:>8} {:>8} {:>8}",
        "genome", "game", "no hits", "1/16"
    );
    let control = RenderControl::unattended();
    for name in genomes {
        let whole = cpu::sized(name, measurement.size, measurement.quality)?;
        let away = Genome {
            center: [1e6, 1e6],
            ..whole.clone()
        };
        let [width, height] = measurement.size;
        let small = cpu::sized(name, [width / 4, height / 4], 16.0 * measurement.quality)?;
        let mut rates = Vec::new();
        for genome in [&whole, &away, &small] {
            let plan = cpu::plan(genome)?;
            let mut times = Vec::new();
            for _ in 0..measurement.runs {
                times.push(card.render_timed(&plan, &control)?.1.iterate.as_secs_f64());
            }
            let middle = median(&sorted(times)).context("no runs")?;
            rates.push(plan.samples() as f64 / middle / 1e6);
        }
        let [game, away, small] = rates[..] else {
            anyhow::bail!("three rates were measured");
        };
        println!("{name:<20} {game:8.2} {away:8.2} {small:8.2}");
    }
    Ok(())
}

/// How long a frame of live mode takes, on the finest rung that its pace has.
fn print_live(genomes: &[&str], measurement: &Measurement<'_>) -> anyhow::Result<()> {
    let [width, height] = measurement.size;
    let mut live = artist::open_live(measurement.adapter)?;
    let (quality, frames) = if live.adapter().is_software() {
        LIVE_SOFTWARE
    } else {
        LIVE
    };
    println!(
        "live, {width}x{height}, {quality} samples a pixel and frame, medians of {frames} frames without a window"
    );
    println!("{:<20} {:>8} {:>8}", "genome", "frame ms", "frames/s");
    for name in genomes {
        let genome = Genome {
            supersample: 1,
            passes: 1,
            temporal_samples: 1,
            filter_radius: 0.6,
            estimator: Estimator {
                radius: 9.0,
                minimum: 0.0,
                curve: 0.4,
            },
            ..cpu::sized(name, measurement.size, quality)?
        };
        let plan = cpu::plan(&genome)?;
        let mut times = Vec::new();
        for frame in 0..LIVE_WARM_UP + frames {
            let start = Instant::now();
            live.advance(&plan, 0.8)?;
            live.wait()?;
            if frame >= LIVE_WARM_UP {
                times.push(start.elapsed().as_secs_f64());
            }
        }
        let middle = median(&sorted(times)).context("no frames")?;
        println!("{name:<20} {:8.2} {:8.1}", middle * 1e3, middle.recip());
    }
    Ok(())
}

/// What a genome costs that this machine has not drawn before, each with an empty cache of its own.
fn print_first_frames(genomes: &[&str], measurement: &Measurement<'_>) -> anyhow::Result<()> {
    let ([width, height], quality) = FIRST;
    println!(
        "first frame ({width}x{height}, quality {quality}) in ms: of a new genome, of the same genome again, and of a renderer \
         opened anew with what was compiled on disk"
    );
    println!(
        "{:<20} {:>8}  {:>8} {:>8}  {:>8} {:>8}",
        "genome", "open", "first", "again", "reopen", "first"
    );
    for name in genomes {
        let cache = tempfile::tempdir()?;
        let task = cpu::task(name, FIRST.0, FIRST.1, measurement.folder)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("first-frame").arg(&task.file);
        command.args(measurement.adapter.map(|name| format!("--adapter={name}")));
        // Our cache and the driver's own.
        for variable in ["XDG_CACHE_HOME", "LOCALAPPDATA"] {
            command.env(variable, cache.path());
        }
        let output = command.stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "{command:?} ended badly");
        let text = String::from_utf8(output.stdout)?;
        let times: Vec<f64> = text
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        let [open, first, again, reopen, warm] = times[..] else {
            anyhow::bail!("{command:?} printed {text}");
        };
        println!("{name:<20} {open:8.1}  {first:8.1} {again:8.1}  {reopen:8.1} {warm:8.1}");
    }
    Ok(())
}

/// Draws a first frame, that frame again, and as the first one of another renderer; prints the times in milliseconds.
pub(crate) fn first_frame(options: &FirstFrameOptions) -> anyhow::Result<()> {
    let plan = cpu::plan_of(&options.genome)?;
    let control = RenderControl::unattended();
    let mut times = Vec::new();
    let mut start = Instant::now();
    let mut lap = |times: &mut Vec<String>| {
        times.push(format!("{:.3}", start.elapsed().as_secs_f64() * 1e3));
        start = Instant::now();
    };
    for frames in [2, 1] {
        let mut card = artist::open(options.adapter.as_deref())?;
        lap(&mut times);
        for _ in 0..frames {
            card.render(&plan, &control)?;
            lap(&mut times);
        }
    }
    println!("{}", times.join(" "));
    Ok(())
}

impl Measurement<'_> {
    fn processor_quality(&self) -> f64 {
        let (least, most) = PROCESSOR_QUALITY;
        self.quality.clamp(least, most)
    }

    fn card(&self, card: &mut GpuRenderer, name: &str, software: bool) -> anyhow::Result<CardRow> {
        eprint!("\r{name}: the graphics card ");
        let control = RenderControl::unattended();
        // Compiles, and finds out how much the device does at a time.
        let first = cpu::task(name, FIRST.0, FIRST.1, self.folder)?;
        card.render(&cpu::plan_of(&first.file)?, &control)?;
        let task = cpu::task(name, self.size, self.quality, self.folder)?;
        let plan = cpu::plan_of(&task.file)?;
        let mut stages = Vec::new();
        let before = software.then(cpu::own_cpu_s).transpose()?;
        for _ in 0..self.runs {
            stages.push(card.render_timed(&plan, &control)?.1);
        }
        let samples = plan.samples() as f64;
        let per_core_s = match before {
            Some(before) => Some(samples * f64::from(self.runs) / (cpu::own_cpu_s()? - before)),
            None => None,
        };
        let middle = |stage: fn(&StageTimes) -> Duration| {
            let mut times: Vec<Duration> = stages.iter().map(stage).collect();
            times.sort();
            times[times.len() / 2]
        };
        // Only now does the device know how much it does at a time.
        let longest_dispatch = card.longest_dispatch(&plan, &control)?;
        Ok(CardRow {
            longest_dispatch,
            stages: StageTimes {
                iterate: middle(|times| times.iterate),
                develop: middle(|times| times.develop),
                read_back: middle(|times| times.read_back),
            },
            samples,
            iterations: plan.iterations() as f64,
            per_core_s,
        })
    }

    fn processor(&self, name: &str) -> anyhow::Result<ProcessorRow> {
        let task = cpu::task(name, self.size, self.processor_quality(), self.folder)?;
        let cores = std::thread::available_parallelism()?.get();
        let (mut one, mut all, mut flam3) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..self.runs {
            eprint!("\r{name}: the processor, run {} of {} ", run + 1, self.runs);
            let rate = |cost: cpu::Cost| task.samples / cost.wall_s / 1e6;
            let ours = |threads| cpu::cost(&mut cpu::our_render(&task.file, self.folder, threads)?);
            one.push(rate(ours(1)?));
            all.push(rate(ours(cores)?));
            if let Some(program) = self.flam3 {
                let mut command = cpu::flam3_render(program, &task.file, self.folder);
                flam3.push(rate(cpu::cost(&mut command)?));
            }
        }
        eprint!("\r{:50}\r", "");
        let middle = |rates: Vec<f64>| median(&sorted(rates));
        Ok(ProcessorRow {
            one: middle(one).context("no runs")?,
            all: middle(all).context("no runs")?,
            flam3: middle(flam3),
        })
    }
}

impl CardRow {
    /// Million samples a second, all stages together.
    fn frame_rate(&self) -> f64 {
        let stages = &self.stages;
        let frame = stages.iterate + stages.develop + stages.read_back;
        self.samples / frame.as_secs_f64() / 1e6
    }
}
