//! `cargo xtask dist app`: the folder that is a program for macOS.
//!
//! ```text
//! Woolgather.app/Contents/Info.plist            what macOS wants to know
//!                         MacOS/woolgather      the program
//!                         Resources/            icon, starter flock, licences
//!                         Library/LaunchAgents  what starts the agent with the session
//! ```
//!
//! The program is built on a Mac, the rest anywhere. Nothing here signs.
//!
//! # Source
//!
//! Apple, *Bundle Programming Guide*, *Information Property List*; `launchd.plist(5)`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use icns::{IconFamily, Image};

use super::{make_readable, notices, place, place_starters};
use crate::run;

/// Whose crates are in the program; those for Intel's processors are the same.
const TARGET: &str = "aarch64-apple-darwin";

/// The icon's pictures, in `installer/`. Of what macOS has a place for, 64 pixels are missing; it makes them itself.
const PICTURES: [&str; 5] = [
    "icons/hicolor/32x32/org.woolgather.Woolgather.png",
    "icons/hicolor/128x128/org.woolgather.Woolgather.png",
    "icons/hicolor/256x256/org.woolgather.Woolgather.png",
    "icons/hicolor/512x512/org.woolgather.Woolgather.png",
    "macos/icon-1024.png",
];

/// Lays the bundle out in `out` around the program `binary`, anew where there is one; returns its folder.
///
/// # Errors
///
/// When there is no such program, or a file cannot be written.
pub(super) fn app(binary: &Path, out: &Path) -> anyhow::Result<PathBuf> {
    ensure!(
        binary.is_file(),
        "{} is no program: build it on a Mac first (cargo build --release --package woolgather)",
        binary.display()
    );
    let bundle = out.join("Woolgather.app");
    if bundle.exists() {
        fs::remove_dir_all(&bundle)?;
    }
    let contents = bundle.join("Contents");
    let resources = contents.join("Resources");
    let installer = run::root().join("installer");
    place(binary, &contents.join("MacOS/woolgather"), 0o755)?;
    let info = fs::read_to_string(installer.join("macos/Info.plist"))?;
    let info = info.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    fs::write(contents.join("Info.plist"), info)?;
    fs::write(contents.join("PkgInfo"), "APPL????")?;
    let agent = "org.woolgather.Agent.plist";
    place(
        &installer.join("macos").join(agent),
        &contents.join("Library/LaunchAgents").join(agent),
        0o644,
    )?;
    place_starters(&resources.join("starters"))?;
    for text in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
        place(&run::root().join(text), &resources.join(text), 0o644)?;
    }
    fs::write(resources.join("THIRD-PARTY"), notices::notices(TARGET)?)?;
    icon(&installer, &resources.join("Woolgather.icns"))?;
    make_readable(&bundle)?;
    Ok(bundle)
}

/// Puts the pictures of all sizes into one file.
fn icon(installer: &Path, to: &Path) -> anyhow::Result<()> {
    let mut family = IconFamily::new();
    for picture in PICTURES {
        let file = File::open(installer.join(picture))?;
        let image = Image::read_png(BufReader::new(file))
            .with_context(|| format!("{picture} cannot be read"))?;
        family
            .add_icon(&image)
            .with_context(|| format!("{picture} has no place in an icon"))?;
    }
    Ok(family.write(File::create(to)?)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use plist::Value;

    use super::*;

    #[track_caller]
    fn dictionary(path: &Path) -> plist::Dictionary {
        Value::from_file(path)
            .unwrap()
            .into_dictionary()
            .expect("a dictionary")
    }

    #[test]
    fn a_bundle_is_whole_around_a_stand_in_for_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("stand-in");
        fs::write(&binary, "#!/bin/sh\n").unwrap();
        app(&binary, folder.path()).unwrap();
        // A second one takes the place of the first.
        let bundle = app(&binary, folder.path()).unwrap();
        let contents = bundle.join("Contents");

        let info = dictionary(&contents.join("Info.plist"));
        let text = |key: &str| info[key].as_string().unwrap().to_owned();
        assert_eq!(info["LSUIElement"].as_boolean(), Some(true));
        assert_eq!(
            text("CFBundleShortVersionString"),
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(text("CFBundleVersion"), env!("CARGO_PKG_VERSION"));
        let program = contents.join("MacOS").join(text("CFBundleExecutable"));
        assert_eq!(fs::read(&program).unwrap(), b"#!/bin/sh\n");
        let mode = program.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);

        let resources = contents.join("Resources");
        let icon = resources.join(text("CFBundleIconFile") + ".icns");
        let family = IconFamily::read(File::open(icon).unwrap()).unwrap();
        let sizes = family.available_icons().into_iter().map(|kind| {
            let image = family.get_icon_with_type(kind).unwrap();
            assert!(image.data().iter().any(|&byte| byte != 0));
            (image.width(), image.height())
        });
        let sizes: Vec<_> = sizes.collect();
        for size in [32, 128, 256, 512, 1024] {
            assert!(sizes.contains(&(size, size)), "{size} of {sizes:?}");
        }

        let starters = fs::read_dir(resources.join("starters")).unwrap();
        assert_eq!(starters.count(), 16);
        let licences = fs::read_to_string(resources.join("THIRD-PARTY")).unwrap();
        // What is in the program on macOS alone, and what is not in it there.
        assert!(licences.contains("* objc2-core-graphics "));
        assert!(!licences.contains("* zbus "));
    }

    #[test]
    fn the_agent_starts_with_the_session_from_where_programs_lie() {
        let agent = run::root().join("installer/macos/org.woolgather.Agent.plist");
        let agent = dictionary(&agent);
        assert_eq!(agent["Label"].as_string(), Some("org.woolgather.Agent"));
        assert_eq!(agent["RunAtLoad"].as_boolean(), Some(true));
        let words: Vec<_> = agent["ProgramArguments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_string().unwrap())
            .collect();
        let program = "/Applications/Woolgather.app/Contents/MacOS/woolgather";
        assert_eq!(words, [program, "agent", "--autostarted"]);
    }

    #[test]
    fn without_a_program_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nothing");
        let error = app(&missing, folder.path()).unwrap_err();
        assert!(error.to_string().contains("build it on a Mac"), "{error}");
    }
}
