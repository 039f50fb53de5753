//! Builds for other systems on Debian: its second Rust toolchain, which brings the standard library as sources.
//!
//! ```text
//! target/cross/<target>/std        an empty crate, built once together with the standard library
//! target/cross/<target>/sysroot    what came of it, laid out as rustc looks for it
//! target/cross/<target>/build      what cargo builds with that
//! ```
//!
//! The toolchain that builds everything else stays what it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::run;

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";

/// A system to build for.
pub(crate) struct Cross {
    target: &'static str,
    folder: PathBuf,
}

impl Cross {
    /// Has the standard library for `target`, built anew where it is missing or another compiler's.
    ///
    /// # Errors
    ///
    /// When it cannot be built.
    pub(crate) fn to(target: &'static str) -> anyhow::Result<Self> {
        let folder = run::target("cross").join(target);
        let cross = Self { target, folder };
        let compiler = Command::new(RUSTC).arg("-vV").output();
        let compiler = compiler.with_context(|| format!("{RUSTC} cannot be run"))?;
        let stamp = cross.folder.join("compiler");
        if fs::read(&stamp).ok() != Some(compiler.stdout.clone()) {
            cross.build_std()?;
            fs::write(&stamp, compiler.stdout)?;
        }
        Ok(cross)
    }

    /// The folder of everything about this system.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the programs are that `cargo build` makes.
    pub(crate) fn programs(&self) -> PathBuf {
        self.folder.join("build").join(self.target).join("debug")
    }

    /// cargo's command for this system, such as `build`.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = debian_cargo();
        cargo
            .args([command, "--target", self.target])
            .env("CARGO_TARGET_DIR", self.folder.join("build"))
            .env(
                self.variable("RUSTFLAGS"),
                format!("--sysroot={}", self.sysroot().display()),
            );
        cargo
    }

    /// The name of a setting of cargo for this system alone, such as `LINKER`.
    pub(crate) fn variable(&self, name: &str) -> String {
        let target = self.target.to_uppercase().replace('-', "_");
        format!("CARGO_TARGET_{target}_{name}")
    }

    fn sysroot(&self) -> PathBuf {
        self.folder.join("sysroot")
    }

    fn build_std(&self) -> anyhow::Result<()> {
        let empty = self.folder.join("std");
        fs::create_dir_all(empty.join("src"))?;
        fs::write(empty.join("src/lib.rs"), "")?;
        fs::write(
            empty.join("Cargo.toml"),
            "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n",
        )?;
        let mut build = debian_cargo();
        build
            .args(["build", "--release", "--target", self.target])
            .args([
                "-Z",
                "build-std=std,panic_abort,panic_unwind,test,proc_macro",
            ])
            .current_dir(&empty)
            .env("CARGO_TARGET_DIR", empty.join("target"))
            // The library is the compiler's own and may use what is not for everybody yet.
            .env("RUSTC_BOOTSTRAP", "1");
        let headline = format!("the standard library for {}", self.target);
        run::step(&headline, &mut build)?;
        let libraries = self.sysroot().join("lib/rustlib").join(self.target);
        let libraries = libraries.join("lib");
        if libraries.exists() {
            fs::remove_dir_all(&libraries)?;
        }
        fs::create_dir_all(&libraries)?;
        let built = empty.join("target").join(self.target).join("release/deps");
        let mut count = 0;
        for file in fs::read_dir(built)?.collect::<Result<Vec<_>, _>>()? {
            let name = file.file_name().to_string_lossy().into_owned();
            if name.ends_with(".rlib") && !name.starts_with("libempty-") {
                fs::copy(file.path(), libraries.join(&name))?;
                count += 1;
            }
        }
        if count == 0 {
            bail!("{headline}: nothing was built");
        }
        Ok(())
    }
}

/// The second toolchain's cargo, without what the first one's leaves in the environment.
fn debian_cargo() -> Command {
    let mut cargo = Command::new(CARGO);
    cargo
        .current_dir(run::root())
        .env("RUSTC", RUSTC)
        .env_remove("CARGO")
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTFLAGS");
    cargo
}
