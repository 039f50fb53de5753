//! Who takes part in a simulation, by its number.

use std::sync::Arc;

use crate::coordinator::Founding;
use crate::network::{Network, Weather};
use crate::pictures::{Picture, Pictures};
use crate::volunteer::{Habit, Volunteer};
use crate::wire::Wire;
use crate::world::{World, lock};

/// A day, ms.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Honest devices that stay to the end: as many as a unit's audits need, and some more.
const STAYING: usize = 3;

/// The habits of those who are there besides.
const HABITS: [Habit; 12] = [
    Habit::Steady,
    Habit::Steady,
    Habit::Card,
    Habit::Slow,
    Habit::Slow,
    Habit::Vanishing,
    Habit::Vanishing,
    Habit::Repeating,
    Habit::Fickle,
    Habit::Liar(Picture::Gray),
    Habit::Liar(Picture::GrayAsBlack),
    Habit::FalseWitness,
];

/// What the simulation's number decides before it begins.
#[derive(Debug)]
pub struct Cast {
    /// The flock.
    pub founding: Founding,
    /// The network.
    pub weather: Weather,
    /// How long it goes on like that, in minutes.
    pub minutes: u64,
    /// Every device's habit, its person and what its clock shows too much, ms.
    devices: Vec<(Habit, usize, i64)>,
}

impl Cast {
    /// Draws it.
    #[must_use]
    pub fn draw(world: &World) -> Self {
        let founding = Founding {
            sheep: 1 + world.below(5) as usize,
            loop_frames: 4 << world.below(3),
            edges: world.happens(500),
        };
        let weather = Weather {
            lost: world.below(60),
            doubled: world.below(80),
            torn: world.below(60),
            late: world.below(80),
        };
        let count = STAYING + 2 + world.below(5) as usize;
        let mut people = 0;
        let devices = (0..count).map(|number| {
            let habit = if number < STAYING {
                Habit::Steady
            } else {
                HABITS[world.below(HABITS.len() as u64) as usize]
            };
            // Some people have several devices.
            let person = if number > 0 && world.happens(250) {
                people - 1
            } else {
                people += 1;
                people - 1
            };
            let skew_ms = match world.below(10) {
                0 => DAY_MS,
                1 => -DAY_MS,
                2 => -240_000,
                3 => 240_000,
                _ => 0,
            };
            (habit, person, skew_ms)
        });
        let devices = devices.collect();
        Self {
            founding,
            weather,
            minutes: 60 + world.below(120),
            devices,
        }
    }

    /// How many people there are.
    #[must_use]
    pub fn people(&self) -> usize {
        let people = self.devices.iter().map(|(_, person, _)| person + 1);
        people.max().unwrap_or(0)
    }

    /// The devices, ready to live.
    pub fn volunteers(
        &self,
        world: &Arc<World>,
        network: &Arc<Network>,
        pictures: &'static Pictures,
    ) -> Vec<Volunteer> {
        let devices = self.devices.iter().enumerate();
        devices
            .map(|(number, &(habit, person, skew_ms))| {
                let wire = Wire::new(world, network, number, person, skew_ms);
                if habit.is_honest() {
                    lock(&world.told).honest.push(wire.key());
                }
                Volunteer {
                    habit,
                    wire,
                    world: Arc::clone(world),
                    pictures,
                }
            })
            .collect()
    }
}
