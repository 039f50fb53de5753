//! Holds the workspace to the house's rules.
//!
//! * The import table of ARCHITECTURE.md: which of our crates a crate may import, and which
//!   outside crates it must not know, however indirectly. Development dependencies are free. A crate
//!   is judged as it is built for itself: features that others turn on do not count.
//! * Every Rust file opens with its `//!` page.
//! * Nothing is left open: no unfinished code, no notes to come back, no test that is skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::run;

/// Where the programs run.
const PLATFORMS: &[&str] = &[
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-gnu",
    "aarch64-apple-darwin",
];

/// One row of the table.
#[derive(Debug, Default)]
struct Row {
    may_import: BTreeSet<String>,
    must_not_know: BTreeSet<String>,
}

/// Checks everything and prints what is wrong.
///
/// # Errors
///
/// When anything is wrong.
pub(crate) fn tidy() -> anyhow::Result<()> {
    let root = run::root();
    let metadata = MetadataCommand::new()
        .current_dir(&root)
        .exec()
        .context("cargo metadata failed")?;
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md"))
        .context("ARCHITECTURE.md cannot be read")?;
    let table = read_table(&architecture);
    let mut faults = check_imports(&metadata, &table)?;
    faults.extend(check_files(&root)?);
    if faults.is_empty() {
        eprintln!("tidy: {} crates keep to the table", table.len());
        return Ok(());
    }
    bail!("tidy:\n  {}", faults.join("\n  "));
}

/// Reads the rows `| crate | may import | must not know |` that follow the heading `## Imports`.
fn read_table(text: &str) -> BTreeMap<String, Row> {
    let section = text.split("\n## Imports").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut table = BTreeMap::new();
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [name, may_import, must_not_know] = cells[..] else {
            continue;
        };
        let row = Row {
            may_import: names(may_import),
            must_not_know: names(must_not_know),
        };
        table.extend(names(name).into_iter().next().map(|name| (name, row)));
    }
    table
}

/// What stands between backticks.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn check_imports(
    metadata: &Metadata,
    table: &BTreeMap<String, Row>,
) -> anyhow::Result<Vec<String>> {
    let ours: BTreeSet<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut faults = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let Some(row) = table.get(name) else {
            faults.push(format!(
                "{name} has no row in the import table of ARCHITECTURE.md"
            ));
            continue;
        };
        let imports = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development);
        for import in imports.filter(|dependency| ours.contains(dependency.name.as_str())) {
            if !row.may_import.contains(&import.name) {
                faults.push(format!("{name} must not import {}", import.name));
            }
        }
        if row.must_not_know.is_empty() {
            continue;
        }
        let known = known(name)?;
        for banned in row.must_not_know.intersection(&known) {
            faults.push(format!(
                "{name} must not know {banned}, not even indirectly"
            ));
        }
    }
    for name in table.keys().filter(|name| !ours.contains(name.as_str())) {
        faults.push(format!(
            "the import table names {name}, which is no crate of ours"
        ));
    }
    Ok(faults)
}

/// Names of all crates that `package` is built from, with its own default features.
///
/// Asked of `cargo tree`, because the workspace's metadata has the features of all its packages together.
fn known(package: &str) -> anyhow::Result<BTreeSet<String>> {
    let output = run::cargo(&["tree", "--package", package])
        .args([
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .args(PLATFORMS.iter().flat_map(|platform| ["--target", platform]))
        .output()
        .context("cargo tree cannot be run")?;
    if !output.status.success() {
        bail!(
            "cargo tree failed for {package}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let tree = String::from_utf8_lossy(&output.stdout);
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    Ok(names.map(str::to_owned).collect())
}

fn check_files(root: &Path) -> anyhow::Result<Vec<String>> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "*.rs"])
        .current_dir(root)
        .output()?;
    let mut faults = Vec::new();
    for file in String::from_utf8_lossy(&output.stdout).lines() {
        let path = PathBuf::from(file);
        let Ok(text) = std::fs::read_to_string(root.join(&path)) else {
            continue;
        };
        if !text.starts_with("//!") {
            faults.push(format!("{file} does not open with its //! page"));
        }
        for (number, line) in text.lines().enumerate() {
            if OPEN_ENDS.iter().any(|open| line.contains(&open.concat())) {
                faults.push(format!(
                    "{file}:{} is left open: {}",
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    Ok(faults)
}

/// Signs of unfinished work, in two halves so that this file does not find itself.
const OPEN_ENDS: &[[&str; 2]] = &[
    ["todo", "!("],
    ["unimple", "mented!("],
    ["TO", "DO"],
    ["FIX", "ME"],
    ["#[ign", "ore"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_from_its_section_alone() {
        let text = "| `x` | `y` | – |\n## Imports\n\n| crate | a | b |\n|---|---|---|\n| `one` | `two`, `three` | `wgpu` |\n| `two` | – | – |\n## Next\n| `four` | – | – |";
        let table = read_table(text);
        assert_eq!(table.keys().collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(table["one"].may_import, names("`two` `three`"));
        assert_eq!(table["one"].must_not_know, names("`wgpu`"));
        assert!(table["two"].may_import.is_empty());
    }
}
