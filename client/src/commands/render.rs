//! `woolgather render`: genomes to PNG pictures.

use std::collections::HashSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf, is_separator};
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
    place(flames, &args.out)
}

/// Gives every picture its file: `out`, or one in it where it is a folder or there are several.
fn place(flames: Vec<(Genome, String)>, out: &Path) -> anyhow::Result<Vec<Picture>> {
    let named_as_folder = out.as_os_str().to_string_lossy().ends_with(is_separator);
    if flames.len() == 1 && !named_as_folder && !out.is_dir() {
        let pictures = flames.into_iter().map(|(genome, _)| Picture {
            genome,
            out: out.to_owned(),
        });
        return Ok(pictures.collect());
    }
    let mut taken = HashSet::new();
    let mut pictures = Vec::new();
    for (genome, name) in flames {
        let out = out.join(format!("{name}.png"));
        if !taken.insert(out.clone()) {
            bail!("two pictures would be called {}", out.display());
        }
        pictures.push(Picture { genome, out });
    }
    fs::create_dir_all(out).with_context(|| format!("{} is no folder", out.display()))?;
    Ok(pictures)
}

fn read(file: &Path) -> anyhow::Result<Vec<Genome>> {
    let name = file.display();
    let unreadable = || format!("could not read {name}");
    let mut text = String::new();
    fs::File::open(file)
        .with_context(unreadable)?
        .take(GENOME_BYTES_MAX as u64 + 1)
        .read_to_string(&mut text)
        .with_context(unreadable)?;
    if text.len() > GENOME_BYTES_MAX {
        bail!("{name} is longer than a genome may be, {GENOME_BYTES_MAX} bytes");
    }
    parse_flames(&text).with_context(|| name.to_string())
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
        ..StillSettings::default()
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;
    use image::{DynamicImage, GenericImageView as _};
    use tempfile::TempDir;
    use woolgather_genome::starter_flock;

    use crate::cli::{Cli, Command};

    /// A folder with three genomes in two files.
    fn some_genomes() -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let [one, two, three] = [0, 1, 2].map(|index| starter_flock()[index].xml);
        let pair = format!("<flames>{}{}</flames>", flame(two), flame(three));
        fs::write(folder.path().join("one.flam3"), one).unwrap();
        fs::write(folder.path().join("pair.flame"), pair).unwrap();
        folder
    }

    /// The `<flame>` in a file.
    fn flame(xml: &str) -> &str {
        let end = "</flame>";
        &xml[xml.find("<flame ").unwrap()..xml.find(end).unwrap() + end.len()]
    }

    /// `woolgather render ARGS`, small unless they say how large; `@` in them is the folder.
    fn run(folder: &TempDir, args: &str) -> anyhow::Result<()> {
        let root = format!("{}/", folder.path().display());
        let small = "--size 32x18 --quality 10";
        let size = if args.contains("--size") { "" } else { small };
        let line = format!("woolgather render {args} {size}");
        let words = line.split_whitespace().map(|word| word.replace('@', &root));
        match Cli::try_parse_from(words)?.command {
            Command::Render(args) => render(&args),
            other => panic!("{other:?}"),
        }
    }

    fn picture(folder: &TempDir, name: &str) -> DynamicImage {
        image::open(folder.path().join(name)).unwrap()
    }

    #[test]
    fn a_genome_becomes_a_picture_that_is_not_dark() {
        let folder = some_genomes();
        run(&folder, "@one.flam3 -o @one.png").unwrap();
        let picture = picture(&folder, "one.png");
        assert_eq!(picture.dimensions(), (32, 18));
        let DynamicImage::ImageRgb8(pixels) = picture else {
            panic!("{:?}", picture.color());
        };
        assert!(pixels.iter().any(|&channel| channel > 64));
    }

    #[test]
    fn sixteen_bits_are_the_same_picture_and_say_more() {
        let folder = some_genomes();
        run(&folder, "@one.flam3 -o @eight.png").unwrap();
        run(&folder, "@one.flam3 --bits 16 -o @sixteen.png").unwrap();
        let DynamicImage::ImageRgb16(wide) = picture(&folder, "sixteen.png") else {
            panic!("not 16 bits");
        };
        let cut: Vec<u8> = wide.iter().map(|channel| (channel >> 8) as u8).collect();
        assert_eq!(cut, picture(&folder, "eight.png").into_rgb8().into_raw());
        assert!(wide.iter().any(|channel| channel & 0xff != 0));
    }

    #[test]
    fn threads_do_not_show_and_the_rng_seed_does() {
        let folder = some_genomes();
        run(&folder, "@one.flam3 --threads 1 -o @a.png").unwrap();
        run(&folder, "@one.flam3 --threads 2 -o @b.png").unwrap();
        run(&folder, "@one.flam3 --rng-seed 1 -o @c.png").unwrap();
        let [a, b, c] = ["a.png", "b.png", "c.png"].map(|name| picture(&folder, name));
        assert_eq!(a, b);
        assert_ne!(a, c);
    }

    #[test]
    fn several_flames_go_into_a_folder_under_their_files_names() {
        let folder = some_genomes();
        run(&folder, "@one.flam3 @pair.flame -o @previews").unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path().join("previews"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["one.png", "pair-1.png", "pair-2.png"]);
        let [first, second] = [1, 2].map(|n| picture(&folder, &format!("previews/pair-{n}.png")));
        assert_ne!(first, second);
    }

    #[test]
    fn a_single_flame_goes_into_a_folder_that_is_one_or_is_written_as_one() {
        let folder = some_genomes();
        run(&folder, "@one.flam3 -o @new/").unwrap();
        fs::create_dir(folder.path().join("old")).unwrap();
        run(&folder, "@one.flam3 -o @old").unwrap();
        let [new, old] = ["new/one.png", "old/one.png"].map(|name| picture(&folder, name));
        assert_eq!(new, old);
    }

    /// Checks that ARGS are refused in words that contain `expected`, before anything is written.
    #[track_caller]
    fn check_refused(args: &str, expected: &str) {
        let folder = some_genomes();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("more")).unwrap();
        put("more/one.flam3", starter_flock()[3].xml);
        put("empty.flam3", "<flames/>");
        put("long.flam3", &" ".repeat(GENOME_BYTES_MAX + 1));
        put("notes.txt", "dear diary");
        let files = || fs::read_dir(folder.path()).unwrap().count();
        let before = files();
        let error = format!("{:#}", run(&folder, args).unwrap_err());
        assert!(error.contains(expected), "{error}");
        assert_eq!(files(), before);
    }

    #[test]
    fn pictures_do_not_overwrite_each_other() {
        check_refused(
            "@one.flam3 @more/one.flam3 -o @out",
            "two pictures would be called",
        );
    }

    #[test]
    fn a_mistake_in_any_file_shows_before_the_first_picture() {
        check_refused("@one.flam3 @absent.flam3 -o @out", "absent.flam3");
        check_refused("@one.flam3 @notes.txt -o @out", "notes.txt");
        check_refused("@empty.flam3 -o @out.png", "empty.flam3");
        check_refused("@long.flam3 -o @out.png", "longer than a genome may be");
    }

    #[test]
    fn a_picture_that_is_too_much_is_refused_by_name() {
        check_refused(
            "@one.flam3 -o @out.png --size 9x9 --quality 1e300",
            "out.png",
        );
        check_refused("@one.flam3 -o @out.png --size 9x9 --quality NaN", "out.png");
        check_refused("@one.flam3 -o @out.png --size 4000000000x9", "out.png");
    }
}
