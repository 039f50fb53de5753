//! Every oracle picture of flam3 against ours, in four legs.
//!
//! | leg | ours | flam3's |
//! |---|---|---|
//! | `still` | 32 genomes as they stand | the same |
//! | `fine` | six of them at four times the quality | the same |
//! | `blur` | a frame of three key genomes, for each shutter, and one of keys that differ in everything | flam3-animate's |
//! | `export` | our print of the 32 genomes, drawn by flam3 | the genomes drawn by flam3 |
//!
//! flam3 differs from itself when it starts from another random number; that distance is the *floor*. A picture
//! of ours passes when its distance to flam3's picture is the floor, within the tolerances below. The pictures
//! and the floors in `data/oracle` were made with flam3 3.1.1 in double precision; those of `blur` are the mean of
//! four random numbers. An export is drawn from the picture's own random number: where our print says the same to
//! the last bit, the two pictures are identical.
//!
//! With `--gpu` the pictures are drawn on a graphics adapter, and `export`, which draws none of ours, is left out.
//!
//! A floor is one draw of a random quantity. A picture that misses it is judged again by the mean of several pairs of
//! flam3's pictures; its row says so. See `docs/decisions/0011-a-floor-is-the-mean-of-several-pairs.md`.

mod data;
mod legs;

use std::path::Path;

use anyhow::Context;
use clap::ValueEnum;

use crate::args::OracleOptions;
use crate::artist::Artist;
use crate::flam3;
use crate::picture::{Distance, Picture};
use data::{Reference, references};
use legs::{Drawing, draw, draw_export};

pub(crate) use data::{genome, names};

/// How far below the floor a picture may be, in dB: in general, where the floor itself is above
/// [`QUIET_FLOOR`], and after averaging.
const PSNR_TOLERANCE: f64 = 0.5;
const QUIET_TOLERANCE: f64 = 1.0;
const PSNR4_TOLERANCE: f64 = 1.0;
/// Above this floor there is so little noise that rounding shows.
const QUIET_FLOOR: f64 = 44.0;
/// Largest difference of the means in steps of 8 bits.
const BIAS_MAX: f64 = 0.25;

/// What is compared with flam3's pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Leg {
    /// Stills at their own quality
    Still,
    /// Stills at four times their quality
    Fine,
    /// Frames with motion blur
    Blur,
    /// What flam3 draws of the genomes as we print them
    Export,
}

/// flam3's distance from itself.
#[derive(Clone, Copy)]
struct Floor {
    psnr: f64,
    psnr4: f64,
}

impl Floor {
    fn admits(&self, distance: &Distance) -> bool {
        let tolerance = if self.psnr > QUIET_FLOOR {
            QUIET_TOLERANCE
        } else {
            PSNR_TOLERANCE
        };
        distance.psnr >= self.psnr - tolerance
            && distance.psnr4 >= self.psnr4 - PSNR4_TOLERANCE
            && distance.bias.abs() <= BIAS_MAX
    }
}

/// Pictures that passed, and all of them.
#[derive(Default)]
struct Tally {
    passed: usize,
    all: usize,
}

/// Renders and compares every picture, prints the table, and returns whether all of them pass.
pub(crate) fn run(options: &OracleOptions) -> anyhow::Result<bool> {
    let mut artist = if options.gpu {
        let artist = Artist::on_card(options.adapter.as_deref())?;
        println!("drawn by {artist}");
        artist
    } else {
        Artist::Processor
    };
    println!(
        "{:<6}  {:<24}  {:>6} {:>6}  {:>6} {:>6}  {:>6}  {:>9}",
        "leg", "genome", "psnr", "floor", "psnr4", "floor4", "bias", "Msample/s"
    );
    let legs = match &options.leg[..] {
        // Nothing of ours is drawn for an export.
        [] if options.gpu => &[Leg::Still, Leg::Fine, Leg::Blur],
        [] => Leg::value_variants(),
        chosen => chosen,
    };
    let mut tally = Tally::default();
    for &leg in legs {
        let mut references = references(leg)?;
        let wanted = options.filter.as_deref().unwrap_or("");
        references.retain(|reference| reference.name.contains(wanted));
        if leg == Leg::Export {
            judge_exports(&references, &mut tally)?;
        } else {
            for reference in &references {
                judge_ours(leg, reference, options, &mut artist, &mut tally)?;
            }
        }
    }
    println!("{} of {} pictures pass", tally.passed, tally.all);
    Ok(tally.passed == tally.all && tally.all > 0)
}

/// Draws one picture of ours and prints its row.
fn judge_ours(
    leg: Leg,
    reference: &Reference,
    options: &OracleOptions,
    artist: &mut Artist,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    eprint!("\r{:<24} …", reference.name);
    let theirs = Picture::read(&reference.picture)?;
    let Drawing { picture, rate } = draw(leg, reference, options.rng_seed, artist)?;
    if let Some(folder) = &options.save {
        picture.write(&folder.join(format!("{}.{}.png", reference.name, word(leg))))?;
    }
    let distance = picture.distance(&theirs)?;
    tally.add(leg, reference, &distance, &format!("{:9.1}", rate / 1e6));
    Ok(())
}

/// Lets flam3 draw our prints, as many at a time as there are cores, and prints their rows.
fn judge_exports(references: &[Reference], tally: &mut Tally) -> anyhow::Result<()> {
    let Some(renderer) = flam3::renderer() else {
        println!("export: flam3-render is not installed (apt-get install flam3-utils), left out");
        return Ok(());
    };
    let folder = tempfile::tempdir().context("no folder for flam3's pictures")?;
    let at_a_time = std::thread::available_parallelism().map_or(1, usize::from);
    for some in references.chunks(at_a_time) {
        eprint!("\r{:<24} …", some[0].name);
        let pictures = exports(&renderer, some, folder.path());
        for (reference, picture) in some.iter().zip(pictures) {
            let distance = picture?.distance(&Picture::read(&reference.picture)?)?;
            tally.add(Leg::Export, reference, &distance, "-");
        }
    }
    Ok(())
}

/// One flam3 for each of `references`, all at once.
fn exports(
    renderer: &Path,
    references: &[Reference],
    folder: &Path,
) -> Vec<anyhow::Result<Picture>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = references
            .iter()
            .map(|reference| scope.spawn(|| draw_export(renderer, reference, folder)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a drawing thread returns its errors"))
            .collect()
    })
}

impl Tally {
    /// Judges a distance and prints its row.
    fn add(&mut self, leg: Leg, reference: &Reference, distance: &Distance, rate: &str) {
        let by_mean = reference.mean.filter(|_| !reference.floor.admits(distance));
        let floor = by_mean.unwrap_or(reference.floor);
        let pass = floor.admits(distance);
        self.all += 1;
        self.passed += usize::from(pass);
        eprint!("\r{:<30}\r", "");
        println!(
            "{:<6}  {:<24}  {:6.2} {:6.2}  {:6.2} {:6.2}  {:+6.3}  {rate:>9}  {}{}",
            word(leg),
            reference.name,
            distance.psnr,
            floor.psnr,
            distance.psnr4,
            floor.psnr4,
            distance.bias,
            if pass { "pass" } else { "MISS" },
            match by_mean {
                Some(_) => ", by the mean of several pairs",
                None if distance.is_none() => ", identical",
                None => "",
            },
        );
    }
}

/// The leg as the command line says it.
fn word(leg: Leg) -> &'static str {
    match leg {
        Leg::Still => "still",
        Leg::Fine => "fine",
        Leg::Blur => "blur",
        Leg::Export => "export",
    }
}
