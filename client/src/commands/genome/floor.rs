//! `woolgather genome floor`: how far apart honest pictures of a genome lie.

use anyhow::Context as _;
use woolgather_render_kernel::compare::measure_floor;
use woolgather_render_kernel::{RenderControl, StillSettings, plan_still, with_threads};

use crate::cli::InputArgs;
use crate::commands::failures::Failures;
use crate::commands::flames::{Flame, read_all};
use crate::commands::progress::Progress;

/// Steps of the bar for one genome.
const STEPS: u64 = 1000;

/// Measures every genome's floor and prints it.
pub(super) fn floor(
    args: &InputArgs,
    size: (u32, u32),
    quality: f64,
    threads: usize,
) -> anyhow::Result<()> {
    let mut failures = Failures::of(args.genomes.len());
    let flames: Vec<Flame> = read_all(args, &mut failures)?
        .into_iter()
        .flat_map(|source| source.flames)
        .collect();
    let progress = Progress::new(STEPS * flames.len() as u64, 0);
    with_threads(threads, || {
        for flame in &flames {
            if let Err(error) = measure(flame, size, quality, &progress) {
                progress.aside(|| failures.note(&error));
            }
            progress.end(STEPS);
        }
    })?;
    Ok(failures.end()?)
}

fn measure(
    flame: &Flame,
    (width, height): (u32, u32),
    quality: f64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let name = &flame.name;
    progress.begin(name);
    let plan = |rng_seed| {
        let settings = StillSettings {
            width,
            height,
            quality,
            rng_seed,
            ..StillSettings::default()
        };
        plan_still(&flame.genome, &settings)
    };
    let control = RenderControl {
        cancelled: &|| false,
        progress: &|share| progress.show(share * STEPS as f64),
    };
    let floor = measure_floor(&plan, 0, &control).with_context(|| name.clone())?;
    progress.line(&format!("{name}: {width}×{height}, quality {quality}"));
    for line in floor.to_string().lines() {
        progress.line(&format!("  {line}"));
    }
    Ok(())
}
