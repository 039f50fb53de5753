//! An animation as a folder of PNG frames: `00000.png`, `00001.png`, ...

use std::time::Instant;

use woolgather_genome::print_flame;
use woolgather_render_kernel::Renderer;
use woolgather_render_kernel::export::{Notes, png};

use super::movement::Movement;
use super::resume::Pieces;
use super::{Work, label, plan};
use crate::cli::AnimateArgs;
use crate::commands::output::Draft;
use crate::commands::progress::duration;
use crate::commands::render::{depth, on, say_note};

/// Draws the frames that are not there yet.
pub(super) fn draw(movement: &Movement, args: &AnimateArgs) -> anyhow::Result<()> {
    let start = Instant::now();
    // Planned first: what cannot be drawn leaves no folder behind.
    plan(movement, args, 0)?;
    let pieces = Pieces::open(&args.out, "png", &label(movement, args))?;
    let missing: Vec<u32> = (0..movement.frames())
        .filter(|&frame| !pieces.has(frame))
        .collect();
    let drawn = missing.len() as u32;
    let work = Work::begin(movement, args, movement.frames() - drawn)?;
    let mut renderer = args.machine.renderer();
    say_note(&mut renderer, &work.progress);
    for frame in missing {
        work.begin_frame(movement, frame);
        draw_frame(movement, args, &pieces, frame, &mut renderer, &work)?;
        work.end_frame();
    }
    let seconds = start.elapsed().as_secs_f64();
    work.progress.line(&format!(
        "{}: {drawn} frames drawn in {}{}",
        args.out.display(),
        duration(seconds),
        on(&renderer)
    ));
    Ok(())
}

fn draw_frame(
    movement: &Movement,
    args: &AnimateArgs,
    pieces: &Pieces,
    frame: u32,
    renderer: &mut Renderer,
    work: &Work,
) -> anyhow::Result<()> {
    let plan = plan(movement, args, frame)?;
    let draft = Draft::new(&pieces.place(frame))?;
    let picture = work.draw(renderer, &plan)?;
    let genome = print_flame(&movement.genome(frame)?);
    let notes = Notes {
        genome_xml: Some(&genome),
        samples: Some(plan.samples()),
        ..Notes::default()
    };
    draft.publish(&png(&picture, depth(args.bits), &notes)?)
}
