//! The worker's tests, over one small clip: `fixtures` describes it and plays its coordinator.

mod assignments;
mod days;
mod fixtures;
mod segments;
