//! `woolgather dist-files`: manual pages and completions, for whoever makes a package.
//!
//! Both come from the definition of the command line, which only this program knows.

use std::fs;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::{Cli, DistFilesArgs};

/// Where a shell looks for completions below `share`.
const COMPLETIONS: [(Shell, &str, &str); 3] = [
    (Shell::Bash, "bash-completion/completions", "woolgather"),
    (Shell::Zsh, "zsh/vendor-completions", "_woolgather"),
    (Shell::Fish, "fish/vendor_completions.d", "woolgather.fish"),
];

pub(crate) fn dist_files(args: &DistFilesArgs) -> anyhow::Result<()> {
    let mut command = Cli::command();
    for (shell, folder, name) in COMPLETIONS {
        let folder = args.out.join(folder);
        fs::create_dir_all(&folder)?;
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut command, "woolgather", &mut text);
        fs::write(folder.join(name), text)?;
    }
    let folder = args.out.join("man/man1");
    fs::create_dir_all(&folder)?;
    clap_mangen::generate_to(command, &folder)?;
    Ok(())
}
