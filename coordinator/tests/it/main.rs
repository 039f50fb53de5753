//! The coordinator as its clients see it: a listening server, a real database in a temporary
//! folder, a clock that stands still, and no volunteer but the test.

mod admin;
mod admission;
mod api;
mod audits;
mod backups;
mod buckets;
mod checks;
mod collecting;
mod evolution;
mod gallery;
mod health;
mod hostile;
mod keys;
mod moving_in;
mod offering;
mod openapi;
mod pages;
mod passkeys;
mod people;
mod program;
mod publishing;
mod refusals;
mod repair;
mod screening;
mod seen;
mod stuffing;
mod support;
mod third_party;
mod tracker;
mod votes;
