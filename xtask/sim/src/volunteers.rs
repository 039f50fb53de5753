//! Who takes part.

use std::collections::BTreeSet;

use rand_chacha::ChaCha8Rng;
use woolgather_coordinator_core::grid::{DeviceNumber, LeaseNumber, LeasedWork};
use woolgather_coordinator_core::random::{below, normal, unit};
use woolgather_protocol::work::{DeviceKind, DrawingDevice, LeaseRequest};

use crate::attacks::ATTACKS;

/// What somebody is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Character {
    /// Does what the client does.
    Honest,
    /// Twenty times slower than others.
    Slow,
    /// Goes away in the middle of work, again and again, without a word.
    Vanishing,
    /// Has a clock that is a day off: its first request after every start is refused and signed
    /// again by the coordinator's time.
    Skewed,
    /// Means well, with memory or a card that is broken.
    BrokenHardware,
    /// Means well, with a driver that turns bad in the middle of the run.
    BrokenDriver,
    /// Lies, by the attack at this place of [`ATTACKS`].
    Liar(usize),
}

impl Character {
    /// Means well, and its machine is in order.
    #[must_use]
    pub fn is_honest(self) -> bool {
        matches!(
            self,
            Self::Honest | Self::Slow | Self::Vanishing | Self::Skewed
        )
    }
}

/// Somebody with a machine.
#[derive(Debug, Clone)]
pub struct Volunteer {
    /// The machine's key of now.
    pub device: DeviceNumber,
    /// What they are like.
    pub character: Character,
    /// Speed of the machine, in samples per second.
    pub speed: f64,
    /// What it draws with, as its requests say.
    pub drawing: DrawingDevice,
    /// The machine is on.
    pub online: bool,
    /// It is rendering.
    pub busy: bool,
    /// The leases it works on, first one first.
    pub leases: Vec<LeasedWork>,
    /// Leases whose work is finished, handed in or on its way.
    pub handed_in: BTreeSet<LeaseNumber>,
    /// Goes up when it is switched off, so that what it was doing is not done.
    pub session: u32,
    /// Segments it doctored under this key.
    pub doctored: u32,
    /// Whether a submission under this key was refused.
    pub refused: bool,
    /// Whether this key was found bad.
    pub found_bad: bool,
    /// Whether it is about to throw this key away.
    pub leaves_key: bool,
}

/// Card drivers in the fleet besides the one that turns bad.
const DRIVERS: usize = 12;

/// The driver that turns bad.
const BROKEN_DRIVER: &str = "card 9 driver 9.9";

impl Volunteer {
    /// The volunteer of this number (from 0). `bad` is the share of liars; they do `only`,
    /// or each attack in turn.
    pub fn new(
        number: usize,
        device: u64,
        bad: f64,
        only: Option<usize>,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let character = character(number, bad, only, rng);
        // Three times faster or slower than the median is one standard deviation.
        let mut speed = 60e6 * libm::exp(normal(rng));
        if character == Character::Slow {
            speed /= 20.0;
        }
        let kind = if unit(rng) < 0.4 || character == Character::BrokenDriver {
            DeviceKind::Gpu
        } else {
            DeviceKind::Cpu
        };
        let driver = below(rng, DRIVERS);
        let name = match (kind, character) {
            (DeviceKind::Cpu, _) => "processor".to_owned(),
            (_, Character::BrokenDriver) => BROKEN_DRIVER.to_owned(),
            _ => format!("card {driver} driver {driver}.0"),
        };
        Self {
            device: DeviceNumber(device),
            character,
            speed,
            drawing: DrawingDevice {
                kind,
                name,
                samples_per_second: speed,
            },
            online: false,
            busy: false,
            leases: Vec::new(),
            handed_in: BTreeSet::new(),
            session: 0,
            doctored: 0,
            refused: false,
            found_bad: false,
            leaves_key: false,
        }
    }

    /// What it asks for: two minutes of work.
    #[must_use]
    pub fn request(&self) -> LeaseRequest {
        LeaseRequest {
            seconds_wanted: 120,
            samples_per_second: self.speed,
            units_max: 16,
            devices: vec![self.drawing.clone()],
        }
    }

    /// The same person with a fresh key.
    pub fn begin_anew(&mut self, device: u64) {
        self.device = DeviceNumber(device);
        self.leases.clear();
        self.handed_in.clear();
        self.doctored = 0;
        self.refused = false;
        self.found_bad = false;
        self.leaves_key = false;
    }
}

fn character(number: usize, bad: f64, only: Option<usize>, rng: &mut ChaCha8Rng) -> Character {
    let liars_before = (number as f64 * bad) as usize;
    if (number as f64 + 1.0) * bad >= liars_before as f64 + 1.0 {
        return Character::Liar(only.unwrap_or(liars_before % ATTACKS.len()));
    }
    // Of those who mean well; the rest is honest and in order.
    const SHARES: &[(Character, f64)] = &[
        (Character::Slow, 0.03),
        (Character::Vanishing, 0.03),
        (Character::Skewed, 0.03),
        (Character::BrokenHardware, 0.01),
        (Character::BrokenDriver, 0.05),
    ];
    let mut draw = unit(rng);
    for (character, share) in SHARES {
        if draw < *share {
            return *character;
        }
        draw -= share;
    }
    Character::Honest
}
