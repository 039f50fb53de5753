//! `woolgather render`: genomes to PNG pictures.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use image::{ExtendedColorType, ImageEncoder as _};
use indicatif::{ProgressBar, ProgressStyle};
use woolgather_genome::{Genome, limits::GENOME_BYTES_MAX, parse_flames};
use woolgather_render_kernel::{
    Frame, RenderControl, StillSettings, plan_still, render as render_frame, with_threads,
};

use crate::cli::RenderArgs;

/// Steps of the progress bar for one picture.
const BAR_STEPS: f64 = 1000.0;

/// One flame of one file.
struct Picture {
    genome: Genome,
    out: PathBuf,
}

pub(crate) fn render(args: &RenderArgs) -> anyhow::Result<()> {
    let pictures = pictures(args)?;
    with_threads(args.threads, || {
        pictures.iter().try_for_each(|picture| draw(picture, args))
    })?
}

/// Reads every genome before the first is drawn, so that a mistake shows at once.
fn pictures(args: &RenderArgs) -> anyhow::Result<Vec<Picture>> {
    let mut flames = Vec::new();
    for file in &args.genomes {
        let found = read(file)?;
        let stem = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let count = found.len();
        let named = found.into_iter().enumerate().map(|(index, genome)| {
            let name = if count == 1 {
                stem.clone()
            } else {
                format!("{stem}-{}", index + 1)
            };
            (genome, name)
        });
        flames.extend(named);
    }
    let into_folder = flames.len() > 1 || args.out.is_dir();
    if into_folder {
        fs::create_dir_all(&args.out).with_context(|| {
            format!(
                "{} is no folder for {} pictures",
                args.out.display(),
                flames.len()
            )
        })?;
    }
    let place = |name: String| {
        if into_folder {
            args.out.join(format!("{name}.png"))
        } else {
            args.out.clone()
        }
    };
    Ok(flames
        .into_iter()
        .map(|(genome, name)| Picture {
            genome,
            out: place(name),
        })
        .collect())
}

fn read(file: &Path) -> anyhow::Result<Vec<Genome>> {
    let name = file.display();
    let size = fs::metadata(file)
        .with_context(|| format!("could not read {name}"))?
        .len();
    if size > GENOME_BYTES_MAX as u64 {
        bail!("{name} is {size} bytes long; a genome has at most {GENOME_BYTES_MAX}");
    }
    let text = fs::read_to_string(file).with_context(|| format!("could not read {name}"))?;
    let genomes = parse_flames(&text).with_context(|| name.to_string())?;
    if genomes.is_empty() {
        bail!("{name} has no <flame> in it");
    }
    Ok(genomes)
}

fn draw(picture: &Picture, args: &RenderArgs) -> anyhow::Result<()> {
    let genome = &picture.genome;
    let (width, height) = args.size.unwrap_or((genome.size[0], genome.size[1]));
    let quality = args.quality.unwrap_or(genome.quality);
    let settings = StillSettings {
        width,
        height,
        quality,
        rng_seed: args.rng_seed,
    };
    let name = picture.out.display();
    let plan = plan_still(genome, &settings).with_context(|| name.to_string())?;
    let bar = ProgressBar::new(BAR_STEPS as u64)
        .with_style(bar_style()?)
        .with_message(name.to_string());
    let furthest = AtomicU64::new(0);
    let progress = |share: f64| {
        let step = (share * BAR_STEPS) as u64;
        if furthest.fetch_max(step, Ordering::Relaxed) < step {
            bar.set_position(step);
        }
    };
    let frame = render_frame(
        &plan,
        &RenderControl {
            cancelled: &|| false,
            progress: &progress,
        },
    )?;
    write(&frame, args.bits, &picture.out)?;
    bar.finish_and_clear();
    let seconds = bar.elapsed().as_secs_f64();
    println!(
        "{name}: {width}×{height}, {:.1} million samples, {seconds:.1} s",
        plan.samples() as f64 / 1e6
    );
    Ok(())
}

fn bar_style() -> anyhow::Result<ProgressStyle> {
    Ok(
        ProgressStyle::with_template("{msg} [{bar:32}] {percent:>3} %, {eta} left")?
            .progress_chars("=> "),
    )
}

fn write(frame: &Frame, bits: u8, out: &Path) -> anyhow::Result<()> {
    let wide = bits > 8;
    let (pixels, colour) = if wide {
        let samples = frame.to_rgb16();
        (
            samples
                .iter()
                .flat_map(|sample| sample.to_ne_bytes())
                .collect(),
            ExtendedColorType::Rgb16,
        )
    } else {
        (frame.to_rgb8(), ExtendedColorType::Rgb8)
    };
    let file =
        fs::File::create(out).with_context(|| format!("could not write {}", out.display()))?;
    image::codecs::png::PngEncoder::new(std::io::BufWriter::new(file))
        .write_image(&pixels, frame.width(), frame.height(), colour)
        .with_context(|| format!("could not write {}", out.display()))
}
