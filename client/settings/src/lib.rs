//! The settings window: what a person may choose, on one page.
//!
//! ```text
//! Store ──text──> Model ──Shown──> page, welcome ──> the person
//!   ^               │  ^                │
//!   └──── text ─────┘  └─── changes ────┘
//! ```
//!
//! * [`store`]: where the file is; the caller brings one.
//! * [`model`]: what is shown, what a change writes and when, what is wrong. Pure: time is an argument.
//! * `page` and `welcome`: the one page, and the two questions of a first start.
//! * `window`: what joins them and talks to the desktop; `front`: in front of whose window it stays; `look`, `controls`,
//!   `picture`: how it looks.
//!
//! There is no button that saves: a change is written a moment after it was made, and a file that somebody
//! else changes is read again. What may be chosen comes from `woolgather-agent`'s table.

pub mod store;

pub mod model;

mod front;
mod page;
mod welcome;
mod window;

mod controls;
mod look;
mod picture;

pub use model::Model;
pub use store::Store;
pub use window::{NoWindow, show};
