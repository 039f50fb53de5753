//! What the desktop agent decides, and the one sentence that says why.
//!
//! ```text
//! config.toml ──> Settings ──┐
//! the machine ──> Situation ─┼─> decide ──> Decision ──> Agent::step ──> [Effect]
//!                 Memory ────┘                 └── one sentence
//! ```
//!
//! * [`settings`]: what the person chose, and the file that holds it; [`schedule`]: when.
//! * [`situation`]: what the machine looks like at a moment.
//! * [`memory`]: what has to be remembered from one moment to the next so that nothing flaps.
//! * [`decision`] and [`reason`]: what follows from these three, and how it is said.
//! * [`agent`] and [`state`]: the steps from one moment to the next, and what survives a restart.
//! * [`talk`] and [`savers`]: the messages on the agent's socket, and who shows the flock; [`seen`]: what they showed.
//! * [`tray`]: the icon in the panel and its menu.
//!
//! This room is pure: it has no clock, files, threads, windows or network. Time is an argument, and
//! whoever calls carries out the effects. Words are those of `docs/glossary.md`.

pub mod settings;

pub mod schedule;

pub mod situation;

pub mod memory;

pub mod decision;

pub mod reason;

pub mod agent;

pub mod state;

pub mod talk;

pub mod savers;

pub mod seen;

pub mod tray;

pub use agent::{Agent, Effect};
pub use decision::{Decision, Effort, Line, Network, Saver, Work, decide};
pub use memory::{Memory, Pause};
pub use reason::{Reason, Why};
pub use savers::Savers;
pub use schedule::{LocalTime, Schedule, Weekday};
pub use settings::{CardUse, Consent, RenderWhen, Settings};
pub use situation::Situation;
pub use state::State;
