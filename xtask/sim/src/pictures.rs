//! What volunteers hand in: which frames of a segment are wrong, and which of those anybody sees.

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator_core::grid::Digest;
use woolgather_coordinator_core::random::{below, distinct_below, unit};

use crate::attacks::{ACCIDENTS, ATTACKS, Way};
use crate::volunteers::Character;

/// A segment of at most 64 frames, a bit for each.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    /// Frames that are not what they should be.
    pub wrong: u64,
    /// Frames that everybody who renders them again takes for another picture.
    pub seen: u64,
    /// Frames that continuity names.
    pub suspicious: u64,
    /// It does not decode.
    pub garbage: bool,
    /// Which attack made it, by its place in [`ATTACKS`].
    pub attack: Option<usize>,
    /// Who drew it.
    pub volunteer: usize,
}

/// A doctored segment as it was measured with real frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measured {
    /// Frames that look wrong.
    pub wrong: u64,
    /// Frames that whoever renders them again takes for another picture.
    pub seen: u64,
    /// Frames that continuity names.
    pub suspicious: u64,
}

/// Every segment that was ever drawn; its place is its digest.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    segments: Vec<Segment>,
    /// By [`ATTACKS`]: what the attack's segments were measured to be; where there are none, the
    /// table's numbers decide.
    measured: Vec<Vec<Measured>>,
}

impl Pictures {
    /// Nothing drawn yet, and what attacks were measured to look like, by [`ATTACKS`].
    #[must_use]
    pub fn with_measured(measured: Vec<Vec<Measured>>) -> Self {
        Self {
            segments: Vec::new(),
            measured,
        }
    }

    /// Draws a segment.
    pub fn draw(
        &mut self,
        volunteer: usize,
        character: Character,
        accepted_units: u64,
        driver_is_broken: bool,
        frame_count: u32,
        rng: &mut ChaCha8Rng,
    ) -> Digest {
        let mut segment = Segment {
            wrong: 0,
            seen: 0,
            suspicious: 0,
            garbage: false,
            attack: None,
            volunteer,
        };
        if let Character::Liar(place) = character {
            let attack = &ATTACKS[place];
            let turned = accepted_units >= attack.after_units;
            if turned && unit(rng) < attack.how_often && attack.way != Way::AuditLies {
                segment.attack = Some(place);
                segment.garbage = attack.way == Way::Garbage;
                self.doctor(place, &mut segment, frame_count, rng);
            }
        }
        let broken = match character {
            Character::BrokenHardware => ACCIDENTS.broken_hardware,
            Character::BrokenDriver if driver_is_broken => ACCIDENTS.broken_driver,
            _ => ACCIDENTS.memory,
        };
        for frame in 0..frame_count {
            let bit = 1 << frame;
            if unit(rng) < broken {
                segment.wrong |= bit;
                segment.seen |= bit;
            }
            if unit(rng) < ACCIDENTS.false_alarm {
                segment.seen |= bit;
            }
            if unit(rng) < ACCIDENTS.discontinuous {
                segment.suspicious |= bit;
            }
        }
        self.segments.push(segment);
        Digest(self.segments.len() as u64 - 1)
    }

    fn doctor(&self, place: usize, segment: &mut Segment, frame_count: u32, rng: &mut ChaCha8Rng) {
        match self.measured.get(place) {
            Some(measured) if !measured.is_empty() => {
                let drawn = measured[below(rng, measured.len())];
                segment.wrong = drawn.wrong;
                segment.seen = drawn.seen;
                segment.suspicious = drawn.suspicious;
            }
            _ => doctor(segment, frame_count, rng),
        }
    }

    /// A segment; `None` for a clip's file.
    #[must_use]
    pub fn get(&self, digest: Digest) -> Option<&Segment> {
        self.segments.get(usize::try_from(digest.0).ok()?)
    }
}

impl Segment {
    /// Whether whoever renders this frame again takes it for another picture.
    #[must_use]
    pub fn is_seen(&self, frame: u32) -> bool {
        self.seen >> frame & 1 == 1
    }

    /// The frames that continuity names.
    #[must_use]
    pub fn suspicious_frames(&self) -> Vec<u32> {
        (0..64)
            .filter(|frame| self.suspicious >> frame & 1 == 1)
            .collect()
    }

    /// How many frames are not what they should be.
    #[must_use]
    pub fn wrong_frames(&self) -> u64 {
        u64::from(self.wrong.count_ones())
    }
}

/// Doctors a segment by the table's numbers: frames in a row, at a random place.
fn doctor(segment: &mut Segment, frame_count: u32, rng: &mut ChaCha8Rng) {
    let Some(attack) = segment.attack.map(|place| &ATTACKS[place]) else {
        return;
    };
    let count = attack.frames.min(frame_count);
    let places = (frame_count - count + 1) as usize;
    let first = distinct_below(rng, places, 1)[0];
    for frame in first..first + count as usize {
        let bit = 1 << frame;
        segment.wrong |= bit;
        if unit(rng) < attack.shows {
            segment.seen |= bit;
        }
        if unit(rng) < attack.discontinuous {
            segment.suspicious |= bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn what_was_measured_goes_before_the_tables_numbers() {
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let measured = Measured {
            wrong: 5,
            seen: 4,
            suspicious: 1,
        };
        let mut pictures = Pictures::with_measured(vec![vec![measured]]);
        let drawn = pictures.draw(0, Character::Liar(0), 0, false, 32, rng);
        let segment = pictures.get(drawn).unwrap();
        assert_eq!((segment.wrong, segment.seen & 4), (5, 4));
        let drawn = pictures.draw(0, Character::Liar(1), 0, false, 32, rng);
        assert_eq!(
            pictures.get(drawn).unwrap().wrong.count_ones(),
            ATTACKS[1].frames
        );
    }

    #[test]
    fn an_honest_segment_is_right_and_a_doctored_one_as_its_attack_says() {
        let rng = &mut ChaCha8Rng::seed_from_u64(1);
        let mut pictures = Pictures::default();
        let honest = pictures.draw(0, Character::Honest, 0, false, 32, rng);
        assert_eq!(pictures.get(honest).unwrap().wrong, 0);
        for (place, attack) in ATTACKS.iter().enumerate() {
            let liar = Character::Liar(place);
            let asleep = pictures.draw(
                0,
                liar,
                attack.after_units.saturating_sub(1),
                false,
                32,
                rng,
            );
            if attack.after_units > 0 {
                assert_eq!(pictures.get(asleep).unwrap().attack, None);
            }
            let drawn = pictures.draw(0, liar, attack.after_units, false, 32, rng);
            let segment = pictures.get(drawn).unwrap();
            if segment.attack.is_some() {
                assert_eq!(segment.wrong.count_ones(), attack.frames);
            }
        }
    }
}
