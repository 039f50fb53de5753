//! WGSL text; knows no GPU API.
//!
//! The text lies in `wgsl/` as whole files that an editor and a validator understand; this crate
//! joins the pieces and describes the structs that travel in buffers. Whoever owns a GPU device
//! compiles the text: the player today, the GPU renderer and the website's live preview later.
//! Every text here is parsed and validated in unit tests, without a GPU.
//!
//! * [`present`]: decoded planes to the screen, with text laid over them.
//! * [`layout`]: the uniform structs, compared with the text's own offsets by a test.
//!
//! The shaders that draw flames (`wgsl/{shared,stages,variations}`) come with the GPU renderer.

pub mod present;

pub mod layout;
