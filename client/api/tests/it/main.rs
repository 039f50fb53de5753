//! The client against a small HTTP server on loopback that plays the coordinator.

mod calls;
mod downloads;
mod server;
mod trust;
