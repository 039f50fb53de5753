//! How a flock renews itself: who has children, who is born when, who goes.
//!
//! Everything here is a small function over plain structs; whoever keeps the flock (a store, a
//! simulation) reads them from its rows and carries out what they say.
//!
//! # In reading order
//!
//! * [`Niches`]: who looks like whom, and how crowded it is around each sheep.
//! * [`births_due`]: how many births are due now. [`next_kind`], [`next_entry`]: what kind the next
//!   one is, and which artist's turn it is.
//! * [`choose_parents`]: a draw from beliefs, niches and the quota.
//! * [`bear`]: genome and screening of a child that may join. [`BirthRecord`]: how to breed it again.
//! * [`deaths`]: who makes room. [`fame`], [`hall_of_fame`]: who is remembered.
//!
//! Which edges the changed flock needs is [`crate::planning`]'s, what is rendered first
//! [`crate::leases`]' (posters before everything else).

mod births;
mod deaths;
mod kinds;
mod niches;
mod pace;
mod parents;
mod record;

pub use births::{Birth, bear, operation_of};
pub use deaths::{Mortal, deaths, fame, hall_of_fame};
pub use kinds::{Kind, RecentBirths, Waiting, next_entry, next_kind};
pub use niches::Niches;
pub use pace::{Pace, births_due};
pub use parents::{Parent, choose_parents, may_have_another};
pub use record::{BirthRecord, BirthRecordError, BreedAgainError};
