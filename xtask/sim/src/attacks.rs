//! What liars do, and what we assume of our eyes.
//!
//! The numbers in [`ATTACKS`] are assumptions, each with its reason. `cargo xtask bench sabotage` measures
//! them with real frames, and runs fleets with what it measured instead.

/// A way to cheat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attack {
    /// What it is called in reports.
    pub name: &'static str,
    /// How many of a segment's frames are doctored; all of them when the segment has fewer.
    pub frames: u32,
    /// How often a doctored frame does not fit between its neighbours, so that continuity names it.
    pub discontinuous: f64,
    /// How often a doctored frame that somebody renders again is seen to be another picture.
    pub shows: f64,
    /// Share of the liar's segments that are doctored.
    pub how_often: f64,
    /// It behaves until so many of its units were accepted.
    pub after_units: u64,
    /// What else it does.
    pub way: Way,
}

/// What kind of cheat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Doctored frames, and honest audits of others.
    Frames,
    /// Doctored frames, and every other colluder's frames are passed unseen. They are all one
    /// ring, which is worse than pairs.
    Collusion,
    /// Doctored frames, and a fresh key as soon as one of its submissions is refused.
    FreshKeys,
    /// Doctored frames, and a fresh key for every segment.
    KeyForEach,
    /// Honest frames; half of the audits it is given are disputed, whatever they show.
    AuditLies,
    /// Bytes that are no segment: refused by the checks.
    Garbage,
}

/// A cheat with pictures, every segment, from the start.
const fn frames(name: &'static str, frames: u32, discontinuous: f64, shows: f64) -> Attack {
    Attack {
        name,
        frames,
        discontinuous,
        shows,
        how_often: 1.0,
        after_units: 0,
        way: Way::Frames,
    }
}

/// The attacks, with the assumptions.
pub const ATTACKS: &[Attack] = &[
    // Another flame differs in every block; the smallest jump we saw between neighbours is three
    // times the floor.
    frames("wrong frame", 1, 0.98, 1.0),
    // Every second frame repeated: each jump is twice the usual one, which fast sheep hide.
    frames("neighbour frames", 16, 0.3, 0.99),
    // Something painted over a part of one frame.
    frames("one doctored frame", 1, 0.95, 0.99),
    // Fades are made to be continuous.
    frames("logo faded in", 10, 0.02, 0.99),
    // A small logo flashes in few blocks.
    frames("logo in one frame", 1, 0.9, 0.97),
    // The means of blocks hardly change where the picture is smooth.
    frames("blurred", 32, 0.0, 0.9),
    // A tenth of the samples: digests differ between processors, means with cards on most genomes.
    frames("fewer samples", 32, 0.0, 0.85),
    frames("palette shift", 32, 0.0, 0.99),
    // The digests are right, the decoded frames are not: means decide.
    frames("honest digest, other video", 32, 0.0, 1.0),
    // Another unit's segment.
    frames("stale submission", 32, 0.0, 1.0),
    Attack {
        after_units: 20,
        ..frames("sleeper", 10, 0.02, 0.99)
    },
    Attack {
        how_often: 0.02,
        ..frames("now and then", 10, 0.02, 0.99)
    },
    Attack {
        after_units: 20,
        way: Way::Collusion,
        ..frames("colluding ring", 10, 0.02, 0.99)
    },
    Attack {
        way: Way::FreshKeys,
        ..frames("fresh key when refused", 10, 0.02, 0.99)
    },
    Attack {
        after_units: 20,
        way: Way::FreshKeys,
        ..frames("sleeper, fresh key when refused", 10, 0.02, 0.99)
    },
    Attack {
        way: Way::KeyForEach,
        ..frames("a key for each segment", 10, 0.02, 0.99)
    },
    Attack {
        way: Way::AuditLies,
        ..frames("audit liar", 0, 0.0, 0.0)
    },
    Attack {
        way: Way::Garbage,
        ..frames("garbage AV1", 0, 0.0, 0.0)
    },
    Attack {
        way: Way::Garbage,
        ..frames("bomb", 0, 0.0, 0.0)
    },
];

/// What goes wrong without anybody's intent, for each frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accidents {
    /// An honest frame is taken for another picture by everybody who renders it again: the floor is
    /// wrong. The promise is one refused submission of a thousand; this is what we expect.
    pub false_alarm: f64,
    /// A frame of a machine in order is wrong: bad memory.
    pub memory: f64,
    /// The same of hardware that is broken.
    pub broken_hardware: f64,
    /// The same of the driver that turns bad in the middle of a run.
    pub broken_driver: f64,
    /// An honest frame is named by continuity.
    pub discontinuous: f64,
}

/// The accidents, as assumed.
pub const ACCIDENTS: Accidents = Accidents {
    false_alarm: 2e-5,
    memory: 2e-6,
    broken_hardware: 0.02,
    broken_driver: 0.3,
    discontinuous: 1e-4,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_at_least_fourteen_attacks_and_all_have_names_of_their_own() {
        let mut names: Vec<&str> = ATTACKS.iter().map(|attack| attack.name).collect();
        names.sort_unstable();
        names.dedup();
        assert!(names.len() >= 14 && names.len() == ATTACKS.len());
    }

    #[test]
    fn every_assumption_is_a_probability() {
        for attack in ATTACKS {
            let shares = [attack.discontinuous, attack.shows, attack.how_often];
            assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}
