//! `cargo xtask dist deb`: the volunteer's program as a Debian package; `dist app`: as one for macOS ([`app`]).
//!
//! ```text
//! build -> woolgather dist-files (manual pages, completions) -> staged tree -> dpkg-deb
//! ```
//!
//! What goes where is the table [`FILES`]; the files themselves lie in `installer/`. The same commit makes the same package:
//! dpkg-deb sorts, and takes its times from the commit.

mod app;
mod check;
mod notices;

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use crate::run;

pub(crate) use check::check;

/// What to make.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    package: Package,
}

#[derive(Subcommand)]
enum Package {
    /// A package for Debian, Ubuntu and their kin
    Deb {
        /// `release`, or `dev` for trying it out
        #[arg(long, default_value = "release")]
        profile: String,
        /// Folder for the package; `target/dist` unless given
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Woolgather.app for macOS, around a program that was built on a Mac; neither signed nor notarised
    App {
        /// The program, such as target/release/woolgather
        #[arg(long, value_name = "PATH")]
        binary: PathBuf,
        /// Folder for the bundle; `target/dist` unless given
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// From `installer/`, and where to.
const FILES: &[(&str, &str)] = &[
    (
        "desktop/org.woolgather.Woolgather.desktop",
        "usr/share/applications",
    ),
    ("desktop/org.woolgather.Agent.desktop", "etc/xdg/autostart"),
    (
        "desktop/org.woolgather.Woolgather.metainfo.xml",
        "usr/share/metainfo",
    ),
    ("deb/copyright", "usr/share/doc/woolgather"),
];

/// The same for files that get another name.
const RENAMED: &[(&str, &str)] = &[
    (
        "desktop/screensaver.desktop",
        "usr/share/applications/screensavers/woolgather.desktop",
    ),
    (
        "desktop/xscreensaver.xml",
        "usr/share/xscreensaver/config/woolgather.xml",
    ),
];

/// What is looked for at run time, so that nothing else tells of it: libraries for windows on X11 and Wayland, drivers, and
/// what opens a page in the browser.
const RECOMMENDS: &str = "libvulkan1, mesa-vulkan-drivers | vulkan-icd, libegl1, libwayland-client0, libxkbcommon0, \
    libxkbcommon-x11-0, libx11-xcb1, libxcursor1, libxi6, xdg-utils";

/// Makes the package.
///
/// # Errors
///
/// When something cannot be built, or a tool of Debian's is missing.
pub(crate) fn dist(options: &Options) -> anyhow::Result<()> {
    let place = |out: &Option<PathBuf>| out.clone().unwrap_or_else(|| run::target("dist"));
    let (profile, out) = match &options.package {
        Package::Deb { profile, out } => (profile, place(out)),
        Package::App { binary, out } => {
            let bundle = app::app(binary, &place(out))?;
            println!("{}", bundle.display());
            return Ok(());
        }
    };
    let mut build = run::cargo(&["build", "--package", "woolgather", "--profile", profile]);
    build.args(run::asm_features(&["woolgather"]));
    run::step("build the program", &mut build)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    let package = deb(&run::target(folder).join("woolgather"), &out)?;
    println!("{}", package.display());
    println!("Install it: sudo apt install {}", package.display());
    Ok(())
}

/// Packs `program`, which was built; returns the package's path.
///
/// # Errors
///
/// As [`dist`].
fn deb(program: &Path, out: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(out)?;
    let out = out.canonicalize()?;
    let tree = out.join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    fill(&tree, program)?;
    let (version, arch) = (
        env!("CARGO_PKG_VERSION"),
        output(Command::new("dpkg").arg("--print-architecture"))?,
    );
    let arch = arch.trim();
    control(&tree, version, arch, &out)?;
    let package = out.join(format!("woolgather_{version}_{arch}.deb"));
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--root-owner-group", "--build"])
        .arg(&tree)
        .arg(&package)
        .env("SOURCE_DATE_EPOCH", commit_time()?);
    run::step("pack", &mut pack)?;
    fs::remove_dir_all(&tree)?;
    Ok(package)
}

/// Puts every file where it goes.
fn fill(tree: &Path, program: &Path) -> anyhow::Result<()> {
    let installer = run::root().join("installer");
    for (from, folder) in FILES {
        let name = Path::new(from).file_name().context("a file has a name")?;
        place(&installer.join(from), &tree.join(folder).join(name), 0o644)?;
    }
    for size in fs::read_dir(installer.join("icons/hicolor"))? {
        let size = size?;
        let folder = tree.join("usr/share/icons/hicolor").join(size.file_name());
        for icon in fs::read_dir(size.path())? {
            let icon = icon?;
            place(
                &icon.path(),
                &folder.join("apps").join(icon.file_name()),
                0o644,
            )?;
        }
    }
    for (from, to) in RENAMED {
        place(&installer.join(from), &tree.join(to), 0o644)?;
    }
    let installed = tree.join("usr/bin/woolgather");
    place(program, &installed, 0o755)?;
    let mut strip = Command::new("strip");
    strip.args(["--strip-unneeded", "--remove-section=.comment"]);
    run::step("strip", strip.arg(&installed))?;
    fs::create_dir_all(tree.join("usr/libexec/xscreensaver"))?;
    symlink(
        "../../bin/woolgather",
        tree.join("usr/libexec/xscreensaver/woolgather"),
    )?;

    place_starters(&tree.join("usr/share/woolgather/starters"))?;
    // The program knows its own options best.
    let share = tree.join("usr/share");
    run::step(
        "manual and completions",
        Command::new(program)
            .arg("dist-files")
            .arg("--out")
            .arg(&share),
    )?;
    let docs = tree.join("usr/share/doc/woolgather");
    let changes = format!(
        "woolgather ({}) unstable; urgency=medium\n\n  * See /usr/share/doc/woolgather/CHANGELOG.md.gz.\n\n \
         -- The Woolgather project <packages@woolgather.example>  {}\n",
        env!("CARGO_PKG_VERSION"),
        output(
            Command::new("date")
                .args(["-u", "-R", "-d"])
                .arg(format!("@{}", commit_time()?))
        )?
        .trim()
    );
    fs::write(docs.join("changelog"), changes)?;
    fs::write(
        docs.join("THIRD-PARTY"),
        notices::notices(&notices::host()?)?,
    )?;
    place(
        &run::root().join("CHANGELOG.md"),
        &docs.join("CHANGELOG.md"),
        0o644,
    )?;
    let manual = tree.join("usr/share/man/man1");
    let pages = fs::read_dir(&manual)?.map(|page| Ok(page?.path()));
    let pages: Vec<PathBuf> = pages.collect::<std::io::Result<_>>()?;
    for file in pages
        .into_iter()
        .chain(["changelog", "THIRD-PARTY", "CHANGELOG.md"].map(|name| docs.join(name)))
    {
        output(Command::new("gzip").arg("-9n").arg(file))?;
    }
    make_readable(tree)
}

/// Copies the starter flock's genomes into a folder.
fn place_starters(folder: &Path) -> anyhow::Result<()> {
    for file in fs::read_dir(run::root().join("genome/starter"))? {
        let file = file?.path();
        if file.extension().is_some_and(|ending| ending == "flam3") {
            let name = file.file_name().context("a file has a name")?;
            place(&file, &folder.join(name), 0o644)?;
        }
    }
    Ok(())
}

/// Copies a file to its place.
fn place(from: &Path, to: &Path, mode: u32) -> anyhow::Result<()> {
    let folder = to.parent().context("a place in a folder")?;
    fs::create_dir_all(folder)?;
    fs::copy(from, to).with_context(|| format!("could not copy {}", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

/// Folders 0755, and files 0644 unless they can be run.
fn make_readable(folder: &Path) -> anyhow::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            make_readable(&entry.path())?;
        } else if kind.is_file() {
            let runs = entry.metadata()?.permissions().mode() & 0o100 != 0;
            let mode = if runs { 0o755 } else { 0o644 };
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

/// Writes what dpkg wants to know.
fn control(tree: &Path, version: &str, arch: &str, out: &Path) -> anyhow::Result<()> {
    let folder = tree.join("DEBIAN");
    fs::create_dir_all(&folder)?;
    let size = output(Command::new("du").args(["-k", "-s"]).arg(tree))?;
    let size = size.split_whitespace().next().unwrap_or("0");
    let description = fs::read_to_string(run::root().join("installer/deb/description"))?;
    let text = format!(
        "Package: woolgather\nVersion: {version}\nArchitecture: {arch}\n\
         Maintainer: The Woolgather project <packages@woolgather.example>\nInstalled-Size: {size}\nDepends: {}\n\
         Recommends: {RECOMMENDS}\nSuggests: xscreensaver | mate-screensaver, xscreensaver-gl\n\
         Section: graphics\nPriority: optional\nDescription: {description}",
        depends(&tree.join("usr/bin/woolgather"), out)?
    );
    fs::write(folder.join("control"), text)?;
    fs::write(
        folder.join("conffiles"),
        "/etc/xdg/autostart/org.woolgather.Agent.desktop\n",
    )?;
    let mut sums = Command::new("sh");
    sums.args(["-c", "find usr -type f -print0 | sort -z | xargs -0 md5sum"]);
    fs::write(folder.join("md5sums"), output(sums.current_dir(tree))?)?;
    Ok(())
}

/// The packages whose libraries the program is linked with, as Debian's own tool finds them.
fn depends(program: &Path, out: &Path) -> anyhow::Result<String> {
    // It wants to find a source package around it.
    let source = out.join("source");
    fs::create_dir_all(source.join("debian"))?;
    fs::write(
        source.join("debian/control"),
        "Source: woolgather\n\nPackage: woolgather\nArchitecture: any\n",
    )?;
    let found = output(
        Command::new("dpkg-shlibdeps")
            .arg("-O")
            .arg(program)
            .current_dir(&source),
    )?;
    fs::remove_dir_all(&source)?;
    let found = found.trim().strip_prefix("shlibs:Depends=");
    Ok(found.context("dpkg-shlibdeps found nothing")?.to_owned())
}

/// Seconds since 1970 of the commit; of now outside a repository.
fn commit_time() -> anyhow::Result<String> {
    let commit = output(
        Command::new("git")
            .args(["log", "-1", "--format=%ct"])
            .current_dir(run::root()),
    );
    match commit {
        Ok(seconds) if !seconds.trim().is_empty() => Ok(seconds.trim().to_owned()),
        _ => Ok(output(Command::new("date").arg("+%s"))?.trim().to_owned()),
    }
}

/// What a command prints.
fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().display().to_string();
    let output = command
        .output()
        .with_context(|| format!("could not start {name} (apt-get install dpkg-dev binutils)"))?;
    if !output.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
