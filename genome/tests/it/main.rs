//! Tests of the flame model through its public seam.

mod data;

mod breed;
mod canonical;
mod edits;
mod foreign;
mod hostile;
mod interp;
mod keyframes;
mod meaning;
mod oracle;
mod palettes;
mod roundtrip;
mod sequence;
mod starter;
mod template;
mod variations_page;
