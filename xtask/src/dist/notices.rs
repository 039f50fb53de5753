//! The licences of everything that is in the program: each crate with its licence, and each licence's text once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand, PackageId};

use crate::run;

/// What licence files are called.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];
/// A larger file is no licence.
const BYTES_MAX: u64 = 256 << 10;

/// The text for the package, of the crates that `woolgather` is built from for systems of this kind.
///
/// # Errors
///
/// When cargo cannot say what they are.
pub(super) fn notices(target: &str) -> anyhow::Result<String> {
    let metadata = MetadataCommand::new()
        .current_dir(run::root())
        .features(CargoOpt::AllFeatures)
        .other_options(["--filter-platform".to_owned(), target.to_owned()])
        .exec()
        .context("cargo metadata failed")?;
    let graph = metadata.resolve.as_ref().context("no dependency graph")?;
    let program = metadata
        .packages
        .iter()
        .find(|package| *package.name == "woolgather");
    let program = program.context("woolgather is not in the workspace")?;
    let mut inside: BTreeSet<&PackageId> = BTreeSet::new();
    let mut waiting = vec![&program.id];
    while let Some(id) = waiting.pop() {
        if !inside.insert(id) {
            continue;
        }
        let node = graph.nodes.iter().find(|node| node.id == *id);
        let needed = node.iter().flat_map(|node| &node.deps);
        let needed = needed.filter(|needed| {
            let kinds = &needed.dep_kinds;
            kinds.is_empty() || kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
        });
        waiting.extend(needed.map(|needed| &needed.pkg));
    }

    let mut text = String::from(
        "Woolgather contains these works of others. Their licences follow, each once.\n\n",
    );
    // The text, and who comes with it.
    let mut licences: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut packages: Vec<_> = metadata.packages.iter().collect();
    packages.sort_by_key(|package| (package.name.to_string(), package.version.clone()));
    for package in packages {
        if package.source.is_none() || !inside.contains(&package.id) {
            continue;
        }
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("see its licence file");
        writeln!(text, "* {name}: {licence}")?;
        let folder = package
            .manifest_path
            .parent()
            .context("a manifest in a folder")?;
        for licence in files(folder.as_std_path())? {
            licences.entry(licence).or_default().push(name.clone());
        }
    }
    for (licence, names) in licences {
        writeln!(text, "\n{}\n{}\n", "=".repeat(72), names.join(", "))?;
        text.push_str(licence.trim());
        text.push('\n');
    }
    Ok(text)
}

/// The licences in a crate's folder.
fn files(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_licence = NAMES.iter().any(|start| name.starts_with(start));
        let metadata = entry.metadata()?;
        if is_licence && metadata.is_file() && metadata.len() <= BYTES_MAX {
            let text = fs::read(entry.path())?;
            let text = String::from_utf8_lossy(&text).replace('\r', "");
            found.push(text.trim().to_owned());
        }
    }
    Ok(found)
}

/// The kind of system that this compiler builds for.
///
/// # Errors
///
/// When it does not say.
pub(super) fn host() -> anyhow::Result<String> {
    let said = super::output(std::process::Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names no host")?.to_owned())
}
