//! The coordinator as its clients see it: a listening server, a real database in a temporary
//! folder, a clock that stands still, and no volunteer but the test.

mod api;
mod audits;
mod backups;
mod buckets;
mod checks;
mod keys;
mod pages;
mod publishing;
mod refusals;
mod screening;
mod seen;
mod support;
mod tracker;
mod votes;
