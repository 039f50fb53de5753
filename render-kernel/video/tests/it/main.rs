//! The crate through its public seam, with frames that look like flames.

mod flames;
