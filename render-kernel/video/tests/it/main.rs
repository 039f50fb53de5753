//! The crate through its public seam, with frames that look like flames.

#![cfg(all(feature = "encode", feature = "decode"))]

mod flames;

mod round_trip;

mod damage;

mod any_bytes;

mod clip;

mod players;
