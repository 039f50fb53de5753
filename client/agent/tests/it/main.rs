//! The agent through the seam its callers use.

mod file;
