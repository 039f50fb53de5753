//! The player through the seam its callers use: clips in, a window with moving pictures out.
//!
//! These tests need an X server of their own and a keyboard to press; without the programs they
//! fail with the line that installs them.

mod film;
mod layer;
mod live;
mod window;
