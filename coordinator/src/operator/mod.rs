//! The operator's commands: they open the same store as the server and may run beside it, unless
//! they say otherwise.

mod backup;
mod doctor;
mod entries;
mod trust;

pub use backup::{backup, migrate, restore};
pub use doctor::doctor;
pub use entries::entry;
pub use trust::{credit, device, unit};
