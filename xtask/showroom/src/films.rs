//! Films to play: the loops of two starter sheep and the edges between them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::json;
use sha2::{Digest as _, Sha256 as Hasher};
use woolgather_protocol::manifest::{Manifest, ManifestClip, ManifestSheep};
use woolgather_protocol::work::ClipKind;
use woolgather_protocol::{DeviceSecret, InfoHash, Recipe, Sha256, SheepId, Signed};

/// The starter sheep that are shown.
const SHEEP: [&str; 2] = ["01-cinder-star", "03-abalone"];
/// The clips: names, and which sheep they lead from and to.
const CLIPS: [(&str, usize, usize); 4] = [
    ("first-loop", 0, 0),
    ("first-to-second", 0, 1),
    ("second-loop", 1, 1),
    ("second-to-first", 1, 0),
];

/// What the films look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Frames of each clip.
    pub frames: u32,
    /// Samples per pixel.
    pub quality: u32,
}

impl Look {
    /// 1920×1080, grainier than a flock's films, and so harder to decode.
    pub const HD: Self = Self {
        size: (1920, 1080),
        frames: 64,
        quality: 24,
    };
    /// Made within seconds.
    pub const SMALL: Self = Self {
        size: (320, 180),
        frames: 32,
        quality: 20,
    };

    fn name(self) -> String {
        let Self {
            size: (width, height),
            frames,
            quality,
        } = self;
        format!("{width}x{height}-{frames}-{quality}")
    }
}

/// Films in a folder.
#[derive(Clone, Debug)]
pub struct Films {
    folder: PathBuf,
    look: Look,
}

impl Films {
    /// The films of this look in `folder`; `program`, which is `woolgather`, makes those that are not there yet. `genomes` is
    /// the folder of the starter sheep.
    ///
    /// # Errors
    ///
    /// When the program fails.
    pub fn make(program: &Path, genomes: &Path, folder: &Path, look: Look) -> anyhow::Result<Self> {
        let folder = folder.join(look.name());
        fs::create_dir_all(&folder)?;
        for (name, from, to) in CLIPS {
            let file = folder.join(format!("{name}.mp4"));
            if file.exists() {
                continue;
            }
            let genome = |sheep: usize| genomes.join(format!("{}.flam3", SHEEP[sheep]));
            let mut ends = vec![genome(from)];
            if to != from {
                ends.push(genome(to));
            }
            let (width, height) = look.size;
            let status = Command::new(program)
                .args(["animate", "--backend", "cpu", "--fps", "30"])
                .args(["--as", if from == to { "loop" } else { "edge" }])
                .args(["--size", &format!("{width}x{height}")])
                .args(["--quality", &look.quality.to_string()])
                .args(["--temporal-samples", "4", "--quantizer", "100"])
                .args(["--frames", &look.frames.to_string()])
                .arg("--out")
                .arg(&file)
                .args(ends)
                .stdout(Stdio::null())
                .status()
                .with_context(|| format!("could not start {}", program.display()))?;
            ensure!(status.success(), "{} was not made", file.display());
        }
        Ok(Self { folder, look })
    }

    /// Puts the films into a data folder as `sync` would, with a manifest of the coordinator at `url`; returns the clips'
    /// files.
    ///
    /// # Errors
    ///
    /// When the folder takes no files.
    pub fn stock(&self, data: &Path, url: &str) -> anyhow::Result<Vec<PathBuf>> {
        let clips = data.join("clips");
        fs::create_dir_all(&clips)?;
        let id = |sheep: usize| SheepId::from_random([sheep as u8 + 1; 10]);
        let mut files = Vec::new();
        let mut listed = Vec::new();
        for (name, from, to) in CLIPS {
            let bytes = fs::read(self.folder.join(format!("{name}.mp4")))?;
            let clip = ManifestClip {
                id: name.parse()?,
                version: 1,
                kind: if from == to {
                    ClipKind::Loop
                } else {
                    ClipKind::Edge
                },
                from: id(from),
                to: id(to),
                frames: self.look.frames,
                bytes: bytes.len() as u64,
                sha256: Sha256(Hasher::digest(&bytes).into()),
                info_hash: InfoHash([0; 20]),
                volunteers: vec!["Ada".to_owned(), "Ben".to_owned()],
                published_at_ms: 0,
            };
            let file = clips.join(format!("{}-1.mp4", clip.id));
            fs::write(&file, &bytes)?;
            files.push(file);
            listed.push(clip);
        }
        let operator = DeviceSecret::from_bytes(&[1; 32]);
        let sheep = SHEEP
            .iter()
            .enumerate()
            .map(|(number, title)| ManifestSheep {
                id: id(number),
                title: (*title).to_owned(),
                artist: "Woolgather".to_owned(),
                genome: "0".repeat(64),
                licence: "CC0-1.0".to_owned(),
                parents: Vec::new(),
                rating: 0.0,
            });
        let manifest = Manifest {
            coordinator: operator.public(),
            sequence: 1,
            made_at_ms: 0,
            flock: "Showroom".to_owned(),
            recipe: Recipe::small(),
            sheep: sheep.collect(),
            clips: listed,
        };
        let kept = json!({
            "coordinator": url,
            "key": operator.public(),
            "manifest": Signed::seal(&manifest, &operator),
        });
        fs::write(data.join("manifest.json"), serde_json::to_vec(&kept)?)?;
        Ok(files)
    }
}
