//! `woolgather animate`: genomes to a film, a folder of frames, or a file of genomes.
//!
//! ```text
//! files -> flames -> Movement -> frames 0, 1, 2, ... -> film.mp4 | folder/00000.png ... | genomes.flam3
//! ```
//!
//! In reading order: [`movement`] says what each frame shows; [`resume`] keeps what is done already, so
//! that an interrupted animation goes on; [`folder`] and [`film`] draw.

mod film;
mod folder;
mod movement;
mod resume;

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use woolgather_genome::print_flames;
use woolgather_render_kernel::{
    Backend, Frame, FramePlan, Planes, RenderControl, RenderError, Renderer, Started, with_threads,
};

use super::failures::Failures;
use super::flames::{Flame, read_all};
use super::interrupt::{Interrupt, Interrupted};
use super::output::{Draft, is_folder};
use super::progress::{Progress, samples};
use super::render::say_note;
use crate::cli::{AnimateArgs, ending};
use crate::say::bytes;
use movement::Movement;

pub(crate) fn animate(args: &AnimateArgs) -> anyhow::Result<()> {
    let movement = movement(args)?;
    let ending = if is_folder(&args.out) {
        String::new()
    } else {
        ending(&args.out)
    };
    match ending.as_str() {
        "mp4" => with_threads(args.picture.threads, || film::draw(&movement, args))?,
        "flam3" | "flame" => write_genomes(&movement, &args.out),
        "" => with_threads(args.picture.threads, || folder::draw(&movement, args))?,
        other => bail!(
            "{}: no film has the ending .{other}; legal: .mp4, .flam3, or a folder without an ending",
            args.out.display()
        ),
    }
}

/// Reads everything; a film of some of the genomes is not what was asked for.
fn movement(args: &AnimateArgs) -> anyhow::Result<Movement> {
    let mut failures = Failures::of(args.input.genomes.len());
    let sources = read_all(&args.input, &mut failures)?;
    failures.end()?;
    let from_one_file = sources.len() == 1;
    let flames: Vec<Flame> = sources
        .into_iter()
        .flat_map(|source| source.flames)
        .collect();
    Movement::new(flames, &args.motion, &args.picture, from_one_file)
}

/// Writes the frames as genomes that any flam3 program can animate.
fn write_genomes(movement: &Movement, out: &Path) -> anyhow::Result<()> {
    let genomes = (0..movement.frames())
        .map(|frame| movement.genome(frame))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let text = print_flames(&genomes);
    Draft::new(out)?.publish(text.as_bytes())?;
    println!(
        "{}: {}, {} genomes, {}",
        out.display(),
        movement.title,
        genomes.len(),
        bytes(text.len() as u64)
    );
    Ok(())
}

/// What drawing shares between films and folders: the first frame's plan, and a bar over all frames.
struct Work {
    progress: Progress,
    interrupt: Interrupt,
    /// Samples of a frame: the bar takes all frames for as costly as the first.
    frame_samples: u64,
}

impl Work {
    /// Plans the first frame, says what all of them will cost, and begins the bar after `done` frames.
    fn begin(movement: &Movement, args: &AnimateArgs, done: u32) -> anyhow::Result<Self> {
        let name = args.out.display();
        let plan = plan(movement, args, 0)?;
        let frames = movement.frames();
        let frame_samples = plan.samples();
        println!(
            "{name}: {}, {frames} frames of {}×{}, {}, {} of memory",
            movement.title,
            plan.width(),
            plan.height(),
            samples(frame_samples * u64::from(frames)),
            bytes(plan.memory_bytes())
        );
        if done > 0 {
            println!("{name}: {done} frames are there already");
        }
        let progress = Progress::new(
            frame_samples * u64::from(frames),
            frame_samples * u64::from(done),
        );
        Ok(Self {
            progress,
            interrupt: Interrupt::listen(),
            frame_samples,
        })
    }
}

impl Work {
    fn begin_frame(&self, movement: &Movement, frame: u32) {
        let of = movement.frames();
        self.progress.begin(&format!("frame {}/{of}", frame + 1));
    }

    fn end_frame(&self) {
        self.progress.end(self.frame_samples);
    }

    /// Draws a frame.
    fn draw(&self, renderer: &mut Renderer, plan: &FramePlan) -> anyhow::Result<Frame> {
        self.attend(renderer, |renderer, control| renderer.render(plan, control))
    }

    /// Begins a frame of a film; the next may be begun before this one is finished.
    fn start(&self, renderer: &mut Renderer, plan: FramePlan) -> anyhow::Result<Started> {
        self.attend(renderer, |renderer, control| renderer.start(plan, control))
    }

    /// Waits for a frame that was begun.
    fn finish(&self, renderer: &mut Renderer, started: Started) -> anyhow::Result<Planes> {
        self.attend(renderer, |renderer, control| {
            renderer.finish(started, control)
        })
    }

    /// Lets `work` draw, shows how far it is, stops it when that is asked for, and says what happened to the
    /// graphics card.
    fn attend<T>(
        &self,
        renderer: &mut Renderer,
        work: impl FnOnce(&mut Renderer, &RenderControl<'_>) -> Result<T, RenderError>,
    ) -> anyhow::Result<T> {
        let control = RenderControl {
            cancelled: &|| self.interrupt.is_asked(),
            progress: &|share| self.progress.show(share * self.frame_samples as f64),
        };
        let result = work(renderer, &control);
        say_note(renderer, &self.progress);
        result.map_err(|error| match error {
            RenderError::Cancelled => {
                Interrupted("; the same command goes on where it was interrupted").into()
            }
            error @ RenderError::Threads(_) => error.into(),
        })
    }
}

/// What decides the pixels of an animation, for [`resume::Pieces`].
fn label(movement: &Movement, args: &AnimateArgs) -> Value {
    json!({
        "woolgather": env!("CARGO_PKG_VERSION"),
        "movement": movement.label(),
        "bits": args.bits,
        // Frames of cards and processors go together to the eye, but not where the same bits are asked for.
        "same_bits": args.machine.backend == Backend::Cpu,
        "film": {
            "fps": args.film.fps,
            "quantizer": args.film.quantizer,
            "encoder_speed": args.film.encoder_speed,
        },
    })
}

/// The plan of a frame within the memory that is allowed.
fn plan(movement: &Movement, args: &AnimateArgs, frame: u32) -> anyhow::Result<FramePlan> {
    let context = || format!("{}: frame {frame}", args.out.display());
    let plan = movement.plan(frame).with_context(context)?;
    let (needed, allowed) = (plan.memory_bytes(), args.picture.memory);
    if needed > allowed {
        bail!(
            "{}: a frame takes {} of memory, and --memory allows {}: lower the size or the supersample",
            args.out.display(),
            bytes(needed),
            bytes(allowed)
        );
    }
    Ok(plan)
}
