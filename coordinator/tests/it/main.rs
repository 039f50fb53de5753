//! The coordinator as its clients see it: a listening server, a real database in a temporary
//! folder, a clock that stands still, and no volunteer but the test.

mod api;
mod pages;
mod refusals;
mod support;
mod tracker;
mod votes;
