//! `woolgather breed`: new genomes out of nothing, of one, of two.
//!
//! ```text
//! parents, operation, rng_seed -> child -> its file (with its genealogy) -> preview
//! ```
//!
//! The rng_seeds of a litter follow each other, so any child of it can be bred again alone. How a child came
//! to be stands in its file as an `<edit>`, as flam3's own tools write it, with its parents' genealogies
//! inside.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use woolgather_genome::limits::{EDIT_DEPTH_MAX, NAME_CHARS_MAX, is_name_char};
use woolgather_genome::{
    BreedSettings, Child, CrossMethod, Edit, GeneMutation, Genome, MutateMethod, Operation,
    breed as make, palette_library, print_flame, starter_flock,
};
use woolgather_render_kernel::export::{Depth, Notes, png};
use woolgather_render_kernel::{
    Examiner, RenderControl, StillSettings, plan_still, render, with_threads,
};

use super::failures::Failures;
use super::flames::{Flame, Reader};
use super::output::{Draft, place};
use super::progress::Progress;
use super::random;
use crate::cli::{BreedArgs, BreedHow, CrossHow, LitterArgs, MutateArgs, MutateHow, with_ending};

/// Height of a preview in pixels, and its samples per pixel.
const PREVIEW: (u32, f64) = (240, 60.0);
/// How far genes move where nobody says it, in spreads of the population.
const GENES_SIGMA: f64 = 0.5;
/// How far coefficients move where nobody says it; flam3's.
const COEFS_SPEED: f64 = 0.1;

pub(crate) fn breed(args: &BreedArgs) -> anyhow::Result<()> {
    let litter = args.how.litter();
    let reader = Reader::new(&litter.reading)?;
    let parents = args
        .how
        .parents()
        .into_iter()
        .map(|path| reader.read_first(path))
        .collect::<anyhow::Result<Vec<Flame>>>()?;
    let operation = operation(&args.how, &reader)?;
    let cradles = cradles(&args.how, &parents, litter)?;
    let mut failures = Failures::of(cradles.len());
    with_threads(litter.threads, || {
        let progress = Progress::new(cradles.len() as u64, 0);
        for cradle in &cradles {
            progress.begin(&cradle.name);
            if let Err(error) = bear(&operation, &parents, cradle, litter, &progress) {
                progress.aside(|| failures.note(&error));
            }
            progress.end(1);
        }
    })?;
    Ok(failures.end()?)
}

/// What a child is drawn with and where it goes.
struct Cradle {
    rng_seed: u64,
    name: String,
    place: PathBuf,
}

fn cradles(how: &BreedHow, parents: &[Flame], litter: &LitterArgs) -> anyhow::Result<Vec<Cradle>> {
    // Numbers that a person can type.
    let first = litter.rng_seed.unwrap_or_else(|| random() >> 40);
    let rng_seeds = (0..u64::from(litter.count)).map(|index| first.wrapping_add(index));
    let stems: Vec<&str> = parents.iter().map(|parent| parent.name.as_str()).collect();
    let stem = match (how, stems.as_slice()) {
        (BreedHow::Random { .. }, _) => "random".into(),
        (BreedHow::Mutate { .. }, [one]) => format!("{one}-mutant"),
        _ => stems.join("-"),
    };
    let named: Vec<(u64, String)> = rng_seeds
        .map(|rng_seed| (rng_seed, format!("{stem}-{rng_seed}")))
        .collect();
    let names: Vec<&str> = named.iter().map(|(_, name)| name.as_str()).collect();
    let places = place(&names, &litter.out, "flam3")?;
    let cradles = named.into_iter().zip(places);
    Ok(cradles
        .map(|((rng_seed, name), place)| Cradle {
            rng_seed,
            name,
            place,
        })
        .collect())
}

fn operation(how: &BreedHow, reader: &Reader) -> anyhow::Result<Operation> {
    Ok(match how {
        BreedHow::Random { symmetry, .. } => Operation::Random {
            symmetry: *symmetry,
        },
        BreedHow::Mutate(args) => mutation(args, reader)?,
        BreedHow::Cross { method, .. } => Operation::Cross {
            method: method.map(|method| match method {
                CrossHow::Union => CrossMethod::Union,
                CrossHow::Interpolate => CrossMethod::Interpolate,
                CrossHow::Alternate => CrossMethod::Alternate,
            }),
            genes: None,
        },
        BreedHow::Clone { .. } => Operation::Clone,
    })
}

fn mutation(args: &MutateArgs, reader: &Reader) -> anyhow::Result<Operation> {
    let method = args.method.map(|method| match method {
        MutateHow::AllVars => Some(MutateMethod::AllVars),
        MutateHow::OneXform => Some(MutateMethod::OneXform),
        MutateHow::AddSymmetry => Some(MutateMethod::AddSymmetry),
        MutateHow::PostXforms => Some(MutateMethod::PostXforms),
        MutateHow::ColorPalette => Some(MutateMethod::ColorPalette),
        MutateHow::DeleteXform => Some(MutateMethod::DeleteXform),
        MutateHow::AllCoefs => Some(MutateMethod::AllCoefs),
        MutateHow::Genes => None,
    });
    if let Some(None) = method {
        let population = population(&args.flock, reader)?;
        return Ok(Operation::Genes(GeneMutation {
            sigma: args.speed.unwrap_or(GENES_SIGMA),
            ..GeneMutation::of(&population)
        }));
    }
    Ok(Operation::Mutate {
        method: method.flatten(),
        speed: args.speed.unwrap_or(COEFS_SPEED),
        symmetry: args.symmetry,
    })
}

/// The genomes that say how much genes differ: those in the files, or the starter flock.
fn population(files: &[PathBuf], reader: &Reader) -> anyhow::Result<Vec<Genome>> {
    if files.is_empty() {
        let flock = starter_flock().iter();
        return Ok(flock.map(woolgather_genome::StarterSheep::genome).collect());
    }
    let mut population = Vec::new();
    for path in files {
        let source = reader.read(path)?;
        population.extend(source.flames.into_iter().map(|flame| flame.genome));
    }
    Ok(population)
}

/// Breeds one child, writes it and says how it came to be.
fn bear(
    operation: &Operation,
    parents: &[Flame],
    cradle: &Cradle,
    litter: &LitterArgs,
    progress: &Progress,
) -> anyhow::Result<()> {
    let genomes: Vec<Genome> = parents.iter().map(|it| it.genome.clone()).collect();
    let palettes = palette_library().iter().map(|it| it.palette.clone());
    let settings = BreedSettings {
        palettes: palettes.collect(),
        ..BreedSettings::default()
    };
    let child = make(operation, &genomes, cradle.rng_seed, &Examiner, &settings)
        .with_context(|| format!("{}: rng seed {}", cradle.name, cradle.rng_seed))?;
    let genome = with_genealogy(&child, parents, &cradle.name);
    Draft::new(&cradle.place)?.publish(print_flame(&genome).as_bytes())?;
    let place = cradle.place.display();
    progress.line(&format!(
        "{place}: {}, rng seed {}",
        child.action, child.rng_seed
    ));
    for (parent, id) in parents.iter().zip(&child.parents) {
        let id = id.to_string();
        progress.line(&format!("  of {} ({})", title(parent), &id[..12]));
    }
    if litter.previews {
        preview(&genome, &cradle.place)?;
    }
    Ok(())
}

fn title(parent: &Flame) -> &str {
    match parent.genome.name.as_str() {
        "" => &parent.name,
        name => name,
    }
}

/// The child with its name and an `<edit>` that says how it came to be.
fn with_genealogy(child: &Child, parents: &[Flame], name: &str) -> Genome {
    let name: String = name.chars().filter(|&c| is_name_char(c)).collect();
    let named = Genome {
        name: name.chars().take(NAME_CHARS_MAX).collect(),
        ..child.genome.clone()
    };
    let with_levels = |levels| Genome {
        edits: vec![pruned(&edit(child, parents), levels)],
        ..named.clone()
    };
    // Genealogies grow from generation to generation: the oldest that no longer fit are left to the parents'
    // files. Two levels, the child and its parents, always fit.
    let fitting = (2..=EDIT_DEPTH_MAX).rev().map(with_levels);
    fitting
        .into_iter()
        .find(|genome| genome.check().is_ok())
        .unwrap_or(named)
}

/// The edit without what lies deeper than `levels`.
fn pruned(edit: &Edit, levels: usize) -> Edit {
    let children = edit.children.iter().filter(|_| levels > 1);
    Edit {
        children: children.map(|child| pruned(child, levels - 1)).collect(),
        ..edit.clone()
    }
}

/// What was done, with which number, to whom; with the parents' own edits.
fn edit(child: &Child, parents: &[Flame]) -> Edit {
    let attribute = |name: &str, value: String| (name.to_owned(), value);
    let sheep = |(parent, id): (&Flame, &woolgather_genome::GenomeId)| Edit {
        element: "sheep".into(),
        attributes: vec![
            attribute("type", "parent".into()),
            attribute("id", id.to_string()),
            attribute("name", parent.genome.name.clone()),
        ],
        children: parent.genome.edits.clone(),
        ..Edit::default()
    };
    Edit {
        element: "edit".into(),
        attributes: vec![
            attribute("action", child.action.clone()),
            attribute("rng_seed", child.rng_seed.to_string()),
            attribute(
                "program",
                concat!("woolgather ", env!("CARGO_PKG_VERSION")).into(),
            ),
        ],
        children: parents.iter().zip(&child.parents).map(sheep).collect(),
        ..Edit::default()
    }
}

/// Draws the child small, beside its file.
fn preview(genome: &Genome, place: &Path) -> anyhow::Result<()> {
    let (height, quality) = PREVIEW;
    let [full_width, full_height] = genome.size.map(f64::from);
    let width = (full_width * f64::from(height) / full_height)
        .round()
        .max(1.0);
    let settings = StillSettings {
        width: width as u32,
        height,
        quality,
        ..StillSettings::default()
    };
    let plan = plan_still(genome, &settings)?;
    let frame = render(&plan, &RenderControl::unattended())?;
    let xml = print_flame(genome);
    let notes = Notes {
        genome_xml: Some(&xml),
        ..Notes::default()
    };
    let bytes = png(&frame, Depth::Eight, &notes)?;
    Draft::new(&with_ending(&place.with_extension(""), "png"))?.publish(&bytes)
}
