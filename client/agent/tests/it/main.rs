//! The agent through the seam its callers use: files, situations, steps, lines.

mod file;
mod invariants;
mod situations;
mod steps;
mod talk;
mod world;
