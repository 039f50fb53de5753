//! Tests of the flame model through its public seam.

mod data;

mod canonical;
mod hostile;
mod interp;
mod meaning;
mod oracle;
mod roundtrip;
mod starter;
