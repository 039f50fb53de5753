//! `/feeds/…`: what is new, for feed readers.
//!
//! [`sheep`]: new sheep. [`status`]: for whom the coordinator began to fail, and works again. [`atom`]: how it is
//! written.

mod atom;
pub mod sheep;
pub mod status;
