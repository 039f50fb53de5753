//! `woolgather install-hack` and `uninstall-hack`: one line in `~/.xscreensaver`, and nothing else.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use woolgather_platform::xscreensaver::{with_hack, without_hack};

use crate::cli::HackArgs;
use crate::library::replace;

/// Where packages put hacks; what lies there needs no path.
const HACKS: [&str; 2] = ["/usr/libexec/xscreensaver", "/usr/lib/xscreensaver"];

pub(crate) fn install(args: &HackArgs) -> anyhow::Result<()> {
    let (file, text) = read(args)?;
    let command = command()?;
    let Some(changed) = with_hack(&text, "Woolgather", &command) else {
        println!("{} has it already.", file.display());
        return Ok(());
    };
    keep_first(&file, &text)?;
    replace(&file, changed.as_bytes())
        .with_context(|| format!("could not write {}", file.display()))?;
    println!(
        "Added \"{command}\" to {}. Choose Woolgather in xscreensaver-settings; \
         `woolgather uninstall-hack` takes it out again.",
        file.display()
    );
    Ok(())
}

pub(crate) fn uninstall(args: &HackArgs) -> anyhow::Result<()> {
    let (file, text) = read(args)?;
    let Some(changed) = without_hack(&text, &command()?) else {
        println!("{} does not have it.", file.display());
        return Ok(());
    };
    replace(&file, changed.as_bytes())
        .with_context(|| format!("could not write {}", file.display()))?;
    println!("Removed it from {}.", file.display());
    Ok(())
}

/// The file, at the end of all links, and what is in it.
fn read(args: &HackArgs) -> anyhow::Result<(PathBuf, String)> {
    let file = match &args.file {
        Some(file) => file.clone(),
        None => std::env::home_dir()
            .context("no home folder is set: name the file with --file")?
            .join(".xscreensaver"),
    };
    let file = file.canonicalize().unwrap_or(file);
    match fs::read_to_string(&file) {
        Ok(text) => Ok((file, text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((file, String::new())),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
    }
}

/// Keeps the file as it was before the first change beside it.
fn keep_first(file: &Path, text: &str) -> anyhow::Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".before-woolgather");
    let kept = PathBuf::from(name);
    if !text.is_empty() && !kept.exists() {
        fs::write(&kept, text).with_context(|| format!("could not write {}", kept.display()))?;
    }
    Ok(())
}

/// How the daemon calls this program.
fn command() -> anyhow::Result<String> {
    let is_there = |folder: &&str| Path::new(folder).join("woolgather").exists();
    if HACKS.iter().any(is_there) {
        return Ok("woolgather --root".to_owned());
    }
    let program = std::env::current_exe()?;
    let program = program.to_str().context("this program's path is odd")?;
    // With these the daemon would ask a shell.
    if program.contains(|c: char| c.is_whitespace() || "*?$&!<>[];`'\"=\\".contains(c)) {
        bail!(
            "XScreenSaver cannot call {program}: its path has blanks or signs that a shell would read"
        );
    }
    Ok(format!("{program} --root"))
}
