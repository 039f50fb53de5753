//! Measurements against named references: flam3's pictures and speed, the processor's pictures for the graphics card's,
//! and the promise about upload sizes. And the picture of all variations, which is looked at rather than measured.
//!
//! `cargo xtask bench oracle`, `cpu`, `gpu`, `parity`, `upload` and `variations` run this program in release. Results go to
//! standard output, progress to standard error; the exit status is 1 when a promise is missed.

mod args;
mod artist;
mod cpu;
mod flam3;
mod gpu;
mod oracle;
mod parity;
mod picture;
#[cfg(feature = "upload")]
mod upload;
mod variations;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

fn main() -> anyhow::Result<ExitCode> {
    let kept = match Args::parse().command {
        Command::Oracle(options) => oracle::run(&options)?,
        Command::Cpu(options) => cpu::run(&options).map(|()| true)?,
        Command::Draw(options) => cpu::draw(&options).map(|()| true)?,
        Command::Gpu(options) => gpu::run(&options).map(|()| true)?,
        Command::FirstFrame(options) => gpu::first_frame(&options).map(|()| true)?,
        Command::Parity(options) => parity::run(&options)?,
        #[cfg(feature = "upload")]
        Command::Upload(options) => upload::run(&options)?,
        Command::Variations(options) => variations::run(&options)?,
    };
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
