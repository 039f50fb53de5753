//! The program as artists use it: the real binary, real files.

mod adapters;
mod animate;
mod breed;
mod compare;
mod genome;
mod hosts;
mod render;
mod settings;
mod support;
