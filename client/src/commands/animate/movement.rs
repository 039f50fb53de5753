//! Genomes in movement: every frame of an animation, each of which can be planned by itself.
//!
//! ```text
//! flames -> Movement -> plan(frame) -> FramePlan
//!                    -> genome(frame) -> Genome
//! ```
//!
//! A movement is a row of parts. Loops and edges are planned exactly as the flock's clips are, so that a
//! film of a sheep has the pixels of its clip. Edges with a stagger or another pace, and key genomes, are
//! planned as flam3-animate does: the shutter sees what lies between neighbouring key genomes.

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};
use woolgather_genome::{
    Easing, EdgeOptions, Genome, TemporalFilter, edge_genome_with, edge_window, genome_at,
    loop_genome,
};
use woolgather_render_kernel::{
    ClipGenomes, ClipSettings, FramePlan, KeyframeSettings, plan_clip_frame, plan_keyframes,
};

use crate::cli::{MotionArgs, MotionKind, Pace, PictureArgs};
use crate::commands::flames::Flame;
use crate::commands::render::framed;

/// Most frames of an animation: twenty minutes at 30 a second.
const FRAMES_MAX: u32 = 36_000;
/// Moments of a frame's motion blur in loops and edges, as in the flock's clips.
const TEMPORAL_SAMPLES: u32 = 8;

/// An animation.
pub(super) struct Movement {
    parts: Vec<Part>,
    settings: Settings,
    /// What it shows, for people.
    pub(super) title: String,
}

/// What all frames have in common.
#[derive(Clone, Copy)]
struct Settings {
    size: [u32; 2],
    quality: f64,
    temporal_samples: Option<u32>,
    shutter: Option<f64>,
    edge: EdgeOptions,
    rng_seed: u64,
}

/// Frames that are planned alike.
struct Part {
    frames: u32,
    shows: Shows,
}

#[expect(
    clippy::large_enum_variant,
    reason = "an animation holds a few of them at a time"
)]
enum Shows {
    Loop(Genome),
    Edge(Genome, Genome),
    Keys {
        keys: Vec<Genome>,
        begin: f64,
        step: f64,
    },
}

impl Movement {
    /// What the flames become by the options, or by their number and times where those say nothing.
    ///
    /// # Errors
    ///
    /// One sentence that says what does not fit together.
    pub(super) fn new(
        mut flames: Vec<Flame>,
        motion: &MotionArgs,
        picture: &PictureArgs,
        from_one_file: bool,
    ) -> anyhow::Result<Self> {
        let kind = motion.what.unwrap_or_else(|| told(&flames, from_one_file));
        if kind == MotionKind::Keyframes {
            in_time(&mut flames);
        }
        let first = flames.first().context("there is no genome to animate")?;
        let size = picture.size.unwrap_or(first.genome.size.into());
        let names: Vec<String> = flames.iter().map(|flame| flame.name.clone()).collect();
        let picture = PictureArgs {
            size: Some(size),
            ..picture.clone()
        };
        let genomes: Vec<Genome> = flames
            .into_iter()
            .map(|flame| framed(flame.genome, &picture))
            .collect();
        let settings = Settings {
            size: genomes[0].size,
            quality: genomes[0].quality,
            temporal_samples: motion.temporal_samples,
            shutter: motion.shutter,
            edge: edge_options(motion),
            rng_seed: picture.rng_seed,
        };
        let title = title(kind, &names);
        let genomes = genomes
            .into_iter()
            .map(|genome| settings.with_shutter(genome, None));
        let parts = parts(kind, genomes.collect(), motion)?;
        let movement = Self {
            parts,
            settings,
            title,
        };
        let frames: u64 = movement
            .parts
            .iter()
            .map(|part| u64::from(part.frames))
            .sum();
        ensure!(
            frames <= FRAMES_MAX.into(),
            "{frames} frames are too many; legal: at most {FRAMES_MAX}"
        );
        Ok(movement)
    }

    /// How many frames.
    pub(super) fn frames(&self) -> u32 {
        self.parts.iter().map(|part| part.frames).sum()
    }

    /// Width and height in pixels.
    pub(super) fn size(&self) -> [u32; 2] {
        self.settings.size
    }

    /// What decides the pixels, as far as the movement does.
    pub(super) fn label(&self) -> Value {
        let parts: Vec<Value> = self.parts.iter().map(Part::label).collect();
        let settings = &self.settings;
        json!({
            "parts": parts,
            "size": settings.size,
            "quality": settings.quality,
            "temporal_samples": settings.temporal_samples,
            "shutter": settings.shutter,
            "stagger": settings.edge.stagger,
            "easing": format!("{:?}", settings.edge.easing),
            "rng_seed": settings.rng_seed,
        })
    }

    /// The plan of a frame.
    ///
    /// # Errors
    ///
    /// What is illegal or too large about it.
    pub(super) fn plan(&self, frame: u32) -> anyhow::Result<FramePlan> {
        let (index, part, frame) = self.part(frame);
        let rng_seed = self.settings.rng_seed.wrapping_add(index as u64);
        match &part.shows {
            Shows::Loop(genome) => {
                self.plan_clip(&ClipGenomes::Loop(genome.clone()), part, frame, rng_seed)
            }
            Shows::Edge(from, to) if self.settings.edge == EdgeOptions::default() => {
                let genomes = ClipGenomes::Edge(from.clone(), to.clone());
                self.plan_clip(&genomes, part, frame, rng_seed)
            }
            Shows::Edge(from, to) => {
                let keys = edge_window(from, to, frame, part.frames, &self.settings.edge);
                let keys = keys.map(|key| self.settings.with_shutter(key, Some(TEMPORAL_SAMPLES)));
                self.plan_keys(&keys, f64::from(frame), rng_seed)
            }
            Shows::Keys { keys, begin, step } => {
                self.plan_keys(keys, begin + step * f64::from(frame), rng_seed)
            }
        }
    }

    /// The genome of a frame, at the frame's number as its time.
    pub(super) fn genome(&self, frame: u32) -> anyhow::Result<Genome> {
        let number = f64::from(frame);
        let (_, part, frame) = self.part(frame);
        let blend = f64::from(frame) / f64::from(part.frames);
        let genome = match &part.shows {
            Shows::Loop(genome) => loop_genome(genome, blend),
            Shows::Edge(from, to) => edge_genome_with(from, to, blend, &self.settings.edge),
            Shows::Keys { keys, begin, step } => genome_at(keys, begin + step * f64::from(frame))?,
        };
        Ok(Genome {
            time: number,
            name: number.to_string(),
            ..genome
        })
    }

    /// The part that a frame belongs to, with its number and the frame's number in it.
    fn part(&self, frame: u32) -> (usize, &Part, u32) {
        let mut rest = frame;
        for (index, part) in self.parts.iter().enumerate() {
            if rest < part.frames {
                return (index, part, rest);
            }
            rest -= part.frames;
        }
        panic!("frame {frame} of {}", self.frames());
    }
}

impl Movement {
    /// Plans a frame of a loop or of an edge as the flock does.
    fn plan_clip(
        &self,
        genomes: &ClipGenomes,
        part: &Part,
        frame: u32,
        rng_seed: u64,
    ) -> anyhow::Result<FramePlan> {
        let leader = match genomes {
            ClipGenomes::Loop(genome) | ClipGenomes::Edge(genome, _) => genome,
        };
        let settings = ClipSettings {
            width: self.settings.size[0],
            height: self.settings.size[1],
            frames: part.frames,
            quality: self.settings.quality,
            temporal_samples: self.settings.temporal_samples.unwrap_or(TEMPORAL_SAMPLES),
            temporal_filter: TemporalFilter {
                width: self
                    .settings
                    .shutter
                    .unwrap_or(leader.temporal_filter.width),
                ..leader.temporal_filter
            },
            rng_seed,
        };
        Ok(plan_clip_frame(genomes, &settings, frame)?)
    }

    /// Plans the frame at `time` between key genomes.
    fn plan_keys(&self, keys: &[Genome], time: f64, rng_seed: u64) -> anyhow::Result<FramePlan> {
        let settings = KeyframeSettings {
            size: Some(self.settings.size),
            rng_seed,
            ..KeyframeSettings::default()
        };
        Ok(plan_keyframes(keys, time, &settings)?)
    }
}

impl Settings {
    /// The genome with the shutter that is asked for; `moments` where nobody asks.
    fn with_shutter(&self, genome: Genome, moments: Option<u32>) -> Genome {
        let moments = self.temporal_samples.or(moments);
        Genome {
            temporal_samples: moments.unwrap_or(genome.temporal_samples),
            temporal_filter: TemporalFilter {
                width: self.shutter.unwrap_or(genome.temporal_filter.width),
                ..genome.temporal_filter
            },
            ..genome
        }
    }
}

impl Part {
    fn label(&self) -> Value {
        let frames = self.frames;
        let id = |genome: &Genome| genome.id().to_string();
        match &self.shows {
            Shows::Loop(genome) => json!({"loop": id(genome), "frames": frames}),
            Shows::Edge(from, to) => json!({"edge": [id(from), id(to)], "frames": frames}),
            Shows::Keys { keys, begin, step } => {
                let keys: Vec<String> = keys.iter().map(id).collect();
                json!({"keys": keys, "begin": begin, "step": step, "frames": frames})
            }
        }
    }
}

/// What genomes are to each other where nobody says it.
fn told(flames: &[Flame], from_one_file: bool) -> MotionKind {
    let pairs = flames.windows(2);
    let one_by_one = |pair: &[Flame]| pair[0].genome.time < pair[1].genome.time;
    match flames.len() {
        1 => MotionKind::Loop,
        _ if from_one_file && pairs.into_iter().all(one_by_one) => MotionKind::Keyframes,
        2 => MotionKind::Edge,
        _ => MotionKind::Sequence,
    }
}

/// Puts key genomes in the order of their times. The first one's size is that of the animation, and the
/// others' pixels are as large as its own, as in flam3.
fn in_time(flames: &mut [Flame]) {
    flames.sort_by(|one, other| one.genome.time.total_cmp(&other.genome.time));
    if let Some((first, others)) = flames.split_first_mut() {
        for other in others {
            other.genome.size = first.genome.size;
        }
    }
}

fn title(kind: MotionKind, names: &[String]) -> String {
    let list = names.join(", ");
    match (kind, names) {
        (MotionKind::Loop, _) => format!("loop of {list}"),
        (MotionKind::Edge, [from, .., to]) => format!("edge from {from} to {to}"),
        (MotionKind::Keyframes, [first, .., last]) => {
            format!("{} key genomes, {first} to {last}", names.len())
        }
        (MotionKind::Keyframes, _) => format!("key genome {list}"),
        _ if names.len() > 5 => format!("sequence of {} genomes", names.len()),
        _ => format!("sequence of {list}"),
    }
}

fn edge_options(motion: &MotionArgs) -> EdgeOptions {
    EdgeOptions {
        stagger: motion.stagger.unwrap_or(0.0),
        easing: match motion.easing {
            Pace::Smooth => Easing::Smooth,
            Pace::Linear => Easing::Linear,
        },
    }
}

fn parts(kind: MotionKind, genomes: Vec<Genome>, motion: &MotionArgs) -> anyhow::Result<Vec<Part>> {
    let count = genomes.len();
    let part = |shows| Part {
        frames: motion.frames,
        shows,
    };
    match kind {
        MotionKind::Loop => {
            let [genome] = <[Genome; 1]>::try_from(genomes)
                .ok()
                .with_context(|| format!("a loop is of one genome, not {count}"))?;
            Ok(vec![part(Shows::Loop(genome))])
        }
        MotionKind::Edge => {
            let [from, to] = <[Genome; 2]>::try_from(genomes)
                .ok()
                .with_context(|| format!("an edge is between two genomes, not {count}"))?;
            Ok(vec![part(Shows::Edge(from, to))])
        }
        MotionKind::Sequence => {
            let shows = sequence(&genomes, motion);
            ensure!(
                !shows.is_empty(),
                "a sequence without loops needs two genomes"
            );
            Ok(shows.into_iter().map(part).collect())
        }
        MotionKind::Keyframes => Ok(vec![keyframes(genomes, motion)?]),
    }
}

/// Loops and the edges between them, in turn.
fn sequence(genomes: &[Genome], motion: &MotionArgs) -> Vec<Shows> {
    let mut shows = Vec::new();
    let nexts = genomes.iter().skip(1).map(Some);
    let back = genomes
        .first()
        .filter(|_| motion.round && genomes.len() > 1);
    for (genome, next) in genomes.iter().zip(nexts.chain([back])) {
        if !motion.no_loops {
            shows.push(Shows::Loop(genome.clone()));
        }
        if let Some(next) = next {
            shows.push(Shows::Edge(genome.clone(), next.clone()));
        }
    }
    shows
}

/// Key genomes, from `begin` to `end` as flam3-animate counts them.
fn keyframes(keys: Vec<Genome>, motion: &MotionArgs) -> anyhow::Result<Part> {
    // A time that stands there twice is an error with its place.
    genome_at(&keys, keys[0].time)?;
    let begin = motion.begin.unwrap_or(keys[0].time);
    let last = keys[keys.len() - 1].time;
    let end = motion.end.unwrap_or((last - 1.0).max(begin));
    if end < begin {
        bail!("the animation would end at {end}, before it begins at {begin}");
    }
    let frames = ((end - begin) / motion.step).floor() + 1.0;
    ensure!(
        frames <= f64::from(FRAMES_MAX),
        "{frames} frames from {begin} to {end} are too many; legal: at most {FRAMES_MAX}"
    );
    Ok(Part {
        frames: frames as u32,
        shows: Shows::Keys {
            keys,
            begin,
            step: motion.step,
        },
    })
}
