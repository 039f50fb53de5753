//! `woolgather genome`: looking after genome files, a file for each thing that can be done with them.

mod check;
mod convert;
mod floor;
mod info;

use crate::cli::{GenomeArgs, GenomeWhat};

pub(crate) fn genome(args: &GenomeArgs) -> anyhow::Result<()> {
    match &args.what {
        GenomeWhat::Check {
            input,
            strict,
            screen,
            json,
        } => check::check(input, *strict, *screen, *json),
        GenomeWhat::Info { input, json } => info::info(input, *json),
        GenomeWhat::Convert { input, split, out } => convert::convert(input, *split, out),
        GenomeWhat::Floor {
            input,
            size,
            quality,
            threads,
        } => floor::floor(input, *size, *quality, *threads),
    }
}
