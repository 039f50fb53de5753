//! WGSL text; knows no GPU API.
//!
//! The text lies in `wgsl/` as whole files that an editor and a validator understand; this crate
//! joins the pieces and describes the structs that travel in buffers. Whoever owns a GPU device
//! compiles the text: the player today, the GPU renderer and the website's live preview later.
//! Every text here is parsed and validated in unit tests, without a GPU.
//!
//! * [`assemble`]: the chaos game, for one structure of genome.
//! * [`variations`]: a text for every variation of the catalogue.
//! * [`develop`]: from the histogram to pixels and planes.
//! * [`present`]: pictures to the screen, with text laid over them.
//! * [`layout`]: the structs that travel in buffers, compared with the text's own offsets by a test.

pub mod assemble;
pub mod develop;
pub mod present;

pub mod layout;

pub mod variations;
