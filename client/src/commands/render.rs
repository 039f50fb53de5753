//! `woolgather render`: genomes to pictures.
//!
//! ```text
//! files -> flames -> shots (sized, planned: refused here if too large) -> frames -> PNG or EXR
//! ```
//!
//! Every file is read and every picture planned before the first is drawn; what cannot be drawn is said
//! and the others are drawn all the same.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use woolgather_genome::{Genome, genome_at, print_flame};
use woolgather_render_kernel::export::{Depth, Notes, exr, png};
use woolgather_render_kernel::{
    FramePlan, OutputSettings, RenderControl, Renderer, StillSettings, plan_still, with_threads,
};

use super::failures::Failures;
use super::flames::{Flame, Source, read_all, stem};
use super::interrupt::Interrupt;
use super::output::{Draft, is_folder, place};
use super::progress::{Progress, duration, samples};
use crate::cli::{PictureArgs, PictureKind, RenderArgs, ending};
use crate::say::{bytes, plain};

pub(crate) fn render(args: &RenderArgs) -> anyhow::Result<()> {
    let mut failures = Failures::of(args.input.genomes.len());
    let sources = read_all(&args.input, &mut failures)?;
    let shots = shots(args, sources, &mut failures)?;
    with_threads(args.picture.threads, || {
        draw_all(args, &shots, &mut failures);
    })?;
    Ok(failures.end()?)
}

/// One picture to draw.
struct Shot {
    /// At the size and from where it is to be drawn.
    genome: Genome,
    out: PathBuf,
    samples: u64,
}

/// Sizes and plans every flame. Plans are large and are made again when they are needed.
fn shots(
    args: &RenderArgs,
    sources: Vec<Source>,
    failures: &mut Failures,
) -> anyhow::Result<Vec<Shot>> {
    let mut flames: Vec<Flame> = Vec::new();
    for source in sources {
        match args.time {
            None => flames.extend(source.flames),
            Some(time) => match between(source, time) {
                Ok(flame) => flames.push(flame),
                Err(error) => failures.note(&error),
            },
        }
    }
    if flames.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = flames.iter().map(|flame| flame.name.as_str()).collect();
    let places = place(&names, &args.out, kind(args).ending())?;
    let mut shots = Vec::new();
    for (flame, out) in flames.into_iter().zip(places) {
        let genome = framed(flame.genome, &args.picture);
        match plan(&genome, args).with_context(|| out.display().to_string()) {
            Ok(plan) => shots.push(Shot {
                samples: plan.samples(),
                genome,
                out,
            }),
            Err(error) => failures.note(&error),
        }
    }
    Ok(shots)
}

/// The one genome of a keyframed file at `time`.
fn between(source: Source, time: f64) -> anyhow::Result<Flame> {
    let name = stem(&source.path);
    let mut keys: Vec<Genome> = source
        .flames
        .into_iter()
        .map(|flame| flame.genome)
        .collect();
    keys.sort_by(|one, other| one.time.total_cmp(&other.time));
    let genome = genome_at(&keys, time).with_context(|| source.path.display().to_string())?;
    Ok(Flame { genome, name })
}

/// What kind of picture is asked for: a file says it with its ending.
fn kind(args: &RenderArgs) -> PictureKind {
    if !is_folder(&args.out) && ending(&args.out) == PictureKind::Exr.ending() {
        return PictureKind::Exr;
    }
    args.format
}

/// The genome at the size, from where and at the quality that is asked for.
pub(crate) fn framed(genome: Genome, args: &PictureArgs) -> Genome {
    let times = |side: u32| {
        let side = f64::from(side) * args.scale.unwrap_or(1.0);
        side.round().max(1.0) as u32
    };
    let [old_width, old_height] = genome.size;
    let (width, height) = args.size.unwrap_or((old_width, old_height));
    let size = [times(width), times(height)];
    Genome {
        // The same height of the world.
        scale: genome.scale * f64::from(size[1]) / f64::from(old_height),
        size,
        zoom: genome.zoom + args.zoom.unwrap_or(0.0),
        quality: args.quality.unwrap_or(genome.quality),
        supersample: args.supersample.unwrap_or(genome.supersample),
        ..genome
    }
}

fn plan(genome: &Genome, args: &RenderArgs) -> anyhow::Result<FramePlan> {
    let settings = StillSettings {
        width: genome.size[0],
        height: genome.size[1],
        quality: genome.quality,
        rng_seed: args.picture.rng_seed,
        output: OutputSettings {
            transparency: args.develop.transparent,
            early_clip: args.develop.early_clip,
            true_filter_shapes: args.develop.true_filters,
            memory_bytes_max: args.picture.memory,
        },
    };
    Ok(plan_still(genome, &settings)?)
}

fn draw_all(args: &RenderArgs, shots: &[Shot], failures: &mut Failures) {
    if shots.is_empty() {
        return;
    }
    let mut renderer = args.machine.renderer();
    let work = shots.iter().map(|shot| shot.samples).sum();
    let progress = Progress::new(work, 0);
    say_note(&mut renderer, &progress);
    let interrupt = Interrupt::listen();
    for (index, shot) in shots.iter().enumerate() {
        let number = match shots.len() {
            1 => String::new(),
            count => format!("[{}/{count}] ", index + 1),
        };
        if let Err(error) = draw(args, shot, &number, &mut renderer, &progress, &interrupt) {
            progress.aside(|| failures.note(&error.context(shot.out.display().to_string())));
        }
        if interrupt.is_asked() {
            break;
        }
        progress.end(shot.samples);
    }
}

fn draw(
    args: &RenderArgs,
    shot: &Shot,
    number: &str,
    renderer: &mut Renderer,
    progress: &Progress,
    interrupt: &Interrupt,
) -> anyhow::Result<()> {
    let start = Instant::now();
    let plan = plan(&shot.genome, args)?;
    let draft = Draft::new(&shot.out)?;
    let name = shot.out.display();
    progress.begin(&format!("{number}{name}"));
    progress.line(&format!("{number}{name}: {}", cost(&plan)));
    let control = RenderControl {
        cancelled: &|| interrupt.is_asked(),
        progress: &|share| progress.show(share * shot.samples as f64),
    };
    let picture = file(&plan, args, &shot.genome, renderer, &control);
    say_note(renderer, progress);
    draft.publish(&picture?)?;
    let seconds = start.elapsed().as_secs_f64();
    progress.line(&format!(
        "{number}{name}: done in {}{}",
        duration(seconds),
        on(renderer)
    ));
    Ok(())
}

/// The picture's bytes, with its genome in them.
fn file(
    plan: &FramePlan,
    args: &RenderArgs,
    genome: &Genome,
    renderer: &mut Renderer,
    control: &RenderControl<'_>,
) -> anyhow::Result<Vec<u8>> {
    let xml = print_flame(genome);
    let notes = Notes {
        genome_xml: Some(&xml),
        title: (!genome.name.is_empty()).then_some(&genome.name),
        samples: Some(plan.samples()),
        ..Notes::default()
    };
    let bytes = match kind(args) {
        PictureKind::Png => png(&renderer.render(plan, control)?, depth(args.bits), &notes),
        PictureKind::Exr => exr(&renderer.render_linear(plan, control)?, &notes),
    };
    Ok(bytes?)
}

/// Says on standard error what the person should know about what draws.
pub(crate) fn say_note(renderer: &mut Renderer, progress: &Progress) {
    if let Some(note) = renderer.take_note() {
        progress.aside(|| eprintln!("note: {}", plain(&note)));
    }
}

/// Which graphics card drew, for the end of a line: ` on GeForce 1080 (Vulkan)`; nothing for the processor.
pub(crate) fn on(renderer: &Renderer) -> String {
    if renderer.is_gpu() {
        format!(" on {}", renderer.name())
    } else {
        String::new()
    }
}

/// 8 or 16 bits a channel.
pub(crate) fn depth(bits: u8) -> Depth {
    if bits > 8 {
        Depth::Sixteen
    } else {
        Depth::Eight
    }
}

/// What a picture will cost: `1280×720, 92.2 million samples, 160 MB of memory`.
pub(crate) fn cost(plan: &FramePlan) -> String {
    format!(
        "{}×{}, {}, {} of memory",
        plan.width(),
        plan.height(),
        samples(plan.samples()),
        bytes(plan.memory_bytes())
    )
}
