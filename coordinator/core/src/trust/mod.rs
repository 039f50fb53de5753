//! Trust: what is known of a device, and what follows from it.
//!
//! Trust belongs to a (device key, kind of device, driver class): the same machine may draw well
//! with its processor and badly with a card whose driver is broken. Nothing here punishes on one
//! mismatch, because bad memory looks exactly like a lie; only what the coordinator's own referee
//! rendered counts against anybody. `docs/decisions/0021-trust.md` derives the numbers.
//!
//! # In reading order
//!
//! * [`evidence`]: how much audited frames say against a device, as one number.
//! * [`record`]: what is known, the [`Standing`] that follows, and what a standing means.
//! * [`auditors`]: who may audit whom.
//! * [`referee`]: what the coordinator renders itself.
//! * [`drawing`]: what a device says that it draws with.
//! * [`classes`]: a driver that fails everywhere is at fault, not the people who use it.

pub mod auditors;
pub mod classes;
pub mod drawing;
pub mod evidence;
pub mod record;
pub mod referee;

pub use auditors::{AuditorRule, Party, Pool};
pub use classes::{ClassCounts, ClassStanding, DriverClass};
pub use drawing::Drawing;
pub use evidence::Suspicion;
pub use record::{Record, Standing};
