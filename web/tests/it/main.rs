//! Every page, seen from outside: rendered with realistic, empty and hostile data.

mod grid_samples;
mod hostile;
mod pages;
mod people;
mod people_samples;
mod samples;
