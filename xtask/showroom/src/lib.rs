//! The real player on a screen that nobody sees.
//!
//! * [`films`]: clips between two sheep, drawn and encoded by the program itself and kept for the next time; and a data
//!   folder as `sync` would leave it, with a manifest that vouches for them.
//! * [`watch`]: plays them, and notes what that costs and what reached the screen.

pub mod films;
pub mod watch;
