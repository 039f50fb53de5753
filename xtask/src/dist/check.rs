//! Whether the package is a good one: by Debian's own tools, and by installing it, running what was installed under real
//! hosts of savers, and taking it away again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::{deb, output};
use crate::run;

/// Makes a package of the program as the tests have built it, and checks it.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn check() -> anyhow::Result<()> {
    let out = run::target("dist-check");
    let package = deb(&run::target("debug").join("woolgather"), &out)?;
    run::step(
        "lintian",
        Command::new("lintian")
            .args(["--fail-on", "error"])
            .arg(&package),
    )?;
    let tree = out.join("unpacked");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    output(Command::new("dpkg-deb").arg("-x").arg(&package).arg(&tree))?;
    words(&tree)?;
    if is_root()? {
        come_and_go(&package)?;
    } else {
        eprintln!(
            "NOT CHECKED: whether it installs, shows under hosts of savers and goes again; for that, run as root: \
             cargo xtask test --package"
        );
    }
    fs::remove_dir_all(&out)?;
    Ok(())
}

/// Desktop entries, metadata, the saver's page, completions.
fn words(tree: &Path) -> anyhow::Result<()> {
    let share = tree.join("usr/share");
    let desktop = [
        share.join("applications/org.woolgather.Woolgather.desktop"),
        share.join("applications/screensavers/woolgather.desktop"),
        tree.join("etc/xdg/autostart/org.woolgather.Agent.desktop"),
    ];
    run::step(
        "desktop entries",
        Command::new("desktop-file-validate").args(&desktop),
    )?;
    let metadata = share.join("metainfo/org.woolgather.Woolgather.metainfo.xml");
    let mut appstream = Command::new("appstreamcli");
    run::step(
        "metadata",
        appstream.args(["validate", "--no-net"]).arg(metadata),
    )?;
    let page = share.join("xscreensaver/config/woolgather.xml");
    run::step(
        "the saver's page",
        Command::new("xmllint").arg("--noout").arg(page),
    )?;
    let completions = share.join("bash-completion/completions/woolgather");
    run::step(
        "completions",
        Command::new("bash").arg("-n").arg(completions),
    )
}

/// Installs the package, looks, and takes it away: nothing of it may stay.
fn come_and_go(package: &Path) -> anyhow::Result<()> {
    ensure!(
        output(Command::new("dpkg-query").args(["-W", "woolgather"])).is_err(),
        "woolgather is installed on this machine: take it away first (dpkg -P woolgather)"
    );
    let before = ours()?;
    run::step("install", Command::new("dpkg").arg("-i").arg(package))?;
    let looked = look().and_then(|()| show());
    run::step("purge", Command::new("dpkg").args(["-P", "woolgather"]))?;
    looked?;
    let after = ours()?;
    ensure!(
        after == before,
        "left behind: {:?}",
        after.difference(&before).collect::<Vec<_>>()
    );
    Ok(())
}

fn look() -> anyhow::Result<()> {
    let version = output(Command::new("woolgather").arg("--version"))?;
    ensure!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    let listed = output(Command::new("dpkg").args(["-L", "woolgather"]))?;
    for file in listed.lines() {
        // Debian's small images leave documents out.
        let is_document =
            file.starts_with("/usr/share/doc/") || file.starts_with("/usr/share/man/");
        ensure!(
            is_document || Path::new(file).exists(),
            "{file} is not there"
        );
    }
    output(Command::new("dpkg").args(["-V", "woolgather"]))?;
    let hack = Path::new("/usr/libexec/xscreensaver/woolgather").canonicalize()?;
    ensure!(
        hack == Path::new("/usr/bin/woolgather"),
        "{}",
        hack.display()
    );
    Ok(())
}

/// The installed program under hosts of savers.
fn show() -> anyhow::Result<()> {
    let args = [
        "test",
        "--package",
        "woolgather-e2e",
        "--features",
        "installed",
        "--test",
        "installed",
        "--",
        // What it measures is printed, and nothing else runs meanwhile.
        "--nocapture",
        "--test-threads=1",
    ];
    run::step("hosts of savers", &mut run::cargo(&args))
}

/// Everything on the system that is called after us.
fn ours() -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut find = Command::new("find");
    find.args([
        "/usr",
        "/etc",
        "/var/lib/dpkg/info",
        "/opt",
        "-iname",
        "*woolgather*",
    ]);
    let found = output(&mut find).context("looking for what is ours")?;
    Ok(found.lines().map(PathBuf::from).collect())
}

fn is_root() -> anyhow::Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}
