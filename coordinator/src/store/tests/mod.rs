//! Stories about the store, told on real SQLite files with a clock we turn ourselves.

mod admins;
mod appeals;
mod audits;
mod clips;
mod company;
mod copies;
mod crashes;
mod crowd;
mod differential;
mod entries;
mod family;
mod gallery;
mod jobs;
mod leases;
mod operators;
mod people;
mod questions;
mod refit;
mod renewal;
mod support;
mod votes;
