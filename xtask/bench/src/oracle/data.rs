//! The oracle's files: genomes, flam3's pictures of them, and the floors.
//!
//! ```text
//! data/oracle/ref/NAME.png        a still at the genome's own quality
//! data/oracle/hq/NAME.png         the same at four times the quality
//! data/oracle/animate/NAME.flam3  three key genomes
//! data/oracle/animate/NAME.png    the frame at time 1 of their animation, with motion blur
//! data/oracle/FLOOR.json          how far flam3 is from itself, for each picture
//! ```

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;
use woolgather_genome::{Genome, parse_flames};

use super::{Floor, Leg};

/// flam3's picture of a genome, with its floor.
pub(super) struct Reference {
    pub(super) name: String,
    pub(super) picture: PathBuf,
    /// The distance of the pair that was measured first.
    pub(super) floor: Floor,
    /// The mean distance of several pairs, where they were measured.
    pub(super) mean: Option<Floor>,
}

/// The references of a leg, in the order of their names.
pub(super) fn references(leg: Leg) -> anyhow::Result<Vec<Reference>> {
    let floors = data().join("FLOOR.json");
    let floors = std::fs::read_to_string(&floors).context("cannot read the floors")?;
    let floors: Value = serde_json::from_str(&floors).context("cannot parse the floors")?;
    let (folder, ending) = match leg {
        Leg::Still | Leg::Export => ("ref", ""),
        Leg::Fine => ("hq", "_hq"),
        Leg::Blur => ("animate", ""),
    };
    let mut references = Vec::new();
    for entry in std::fs::read_dir(data().join(folder)).context("cannot list the references")? {
        let picture = entry?.path();
        if picture
            .extension()
            .is_none_or(|extension| extension != "png")
        {
            continue;
        }
        let stem = picture.file_stem().context("a picture without a name")?;
        let name = stem.to_string_lossy().into_owned();
        let numbers = &floors[&name];
        let floor = floor(numbers, ending).with_context(|| format!("no floor for {name}"))?;
        let mean = match leg {
            Leg::Still | Leg::Export => self::floor(numbers, "_mean"),
            Leg::Fine | Leg::Blur => None,
        };
        references.push(Reference {
            name,
            picture,
            floor,
            mean,
        });
    }
    references.sort_by(|one, two| one.name.cmp(&two.name));
    Ok(references)
}

/// The names of the oracle's genomes, sorted.
pub(crate) fn names() -> anyhow::Result<Vec<String>> {
    let entries = std::fs::read_dir(genomes()).context("cannot list the oracle's genomes")?;
    let mut names = Vec::new();
    for entry in entries {
        let file = entry?.file_name();
        names.extend(
            file.to_string_lossy()
                .strip_suffix(".flam3")
                .map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}

/// The genomes are the parser's test data too.
fn genomes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../genome/tests/data/oracle")
}

/// An oracle genome by its name.
pub(crate) fn genome(name: &str) -> anyhow::Result<Genome> {
    let mut flames = flames(&genomes().join(format!("{name}.flam3")))?;
    ensure!(flames.len() == 1, "{name} holds {} flames", flames.len());
    Ok(flames.remove(0))
}

/// The key genomes of a picture with motion blur.
pub(super) fn keys(name: &str) -> anyhow::Result<Vec<Genome>> {
    flames(&data().join("animate").join(format!("{name}.flam3")))
}

fn flames(path: &Path) -> anyhow::Result<Vec<Genome>> {
    let xml =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(parse_flames(&xml)?)
}

/// Our own data, shipped with the source.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/oracle")
}

fn floor(numbers: &Value, ending: &str) -> Option<Floor> {
    let number = |key: &str| numbers[&format!("{key}{ending}")].as_f64();
    Some(Floor {
        psnr: number("psnr")?,
        psnr4: number("psnr4")?,
    })
}
