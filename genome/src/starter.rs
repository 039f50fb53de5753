//! The starter flock: sixteen sheep that every Woolgather knows from the first minute.
//!
//! The client draws them when it has no network and no cache; a new coordinator publishes them
//! first. They are our own, under CC0 1.0: `starter/README.md` says what each is made of. The
//! files are part of the program, so they cannot be missing.

use crate::{Genome, parse_flames};

/// One sheep of the flock, as its file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StarterSheep {
    /// What people call it.
    pub title: &'static str,
    /// Who is credited.
    pub artist: &'static str,
    /// The flam3 file, with one flame.
    pub xml: &'static str,
}

/// Who made the starter flock.
const ARTIST: &str = "Woolgather flock";

/// A row of the flock: the title, and the file in `starter/` without its ending.
macro_rules! sheep {
    ($title:literal, $file:literal) => {
        StarterSheep {
            title: $title,
            artist: ARTIST,
            xml: include_str!(concat!("../starter/", $file, ".flam3")),
        }
    };
}

const FLOCK: &[StarterSheep] = &[
    sheep!("Cinder Star", "01-cinder-star"),
    sheep!("Lightning Rose", "02-lightning-rose"),
    sheep!("Abalone", "03-abalone"),
    sheep!("Three Lanterns", "04-three-lanterns"),
    sheep!("Gilded Cage", "05-gilded-cage"),
    sheep!("Delft Tide", "06-delft-tide"),
    sheep!("Owl in the Reeds", "07-owl-in-the-reeds"),
    sheep!("Honeycomb Moon", "08-honeycomb-moon"),
    sheep!("Nautilus Lamp", "09-nautilus-lamp"),
    sheep!("Foxfire", "10-foxfire"),
    sheep!("Seahorse Lane", "11-seahorse-lane"),
    sheep!("Ribbon Dancers", "12-ribbon-dancers"),
    sheep!("Lily in Sparks", "13-lily-in-sparks"),
    sheep!("Urchin Window", "14-urchin-window"),
    sheep!("Glassblower", "15-glassblower"),
    sheep!("Seven Veils", "16-seven-veils"),
];

impl StarterSheep {
    /// The genome in the file.
    ///
    /// # Panics
    ///
    /// If the file that was built in does not hold exactly one legal flame, which is our bug and
    /// which the tests of this crate would show.
    #[must_use]
    pub fn genome(&self) -> Genome {
        let flames = parse_flames(self.xml);
        match flames.as_deref() {
            Ok([genome]) => genome.clone(),
            other => panic!("{} is not one flame: {other:?}", self.title),
        }
    }
}

/// The sixteen, in the order in which they are shown.
#[must_use]
pub fn starter_flock() -> &'static [StarterSheep] {
    FLOCK
}
