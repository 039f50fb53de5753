//! System packages: what the builds and tests need, installed when we may.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::run;

/// A Debian package and a sign that it is there.
pub(crate) struct Package {
    name: &'static str,
    sign: Sign,
    why: &'static str,
}

enum Sign {
    Program(&'static str),
    Library(&'static str),
    PythonModule(&'static str),
    FileStartingWith {
        folder: &'static str,
        start: &'static str,
    },
}

const fn program(name: &'static str, file: &'static str, why: &'static str) -> Package {
    Package {
        name,
        sign: Sign::Program(file),
        why,
    }
}

const fn library(name: &'static str, file: &'static str, why: &'static str) -> Package {
    Package {
        name,
        sign: Sign::Library(file),
        why,
    }
}

const fn python(name: &'static str, module: &'static str, why: &'static str) -> Package {
    Package {
        name,
        sign: Sign::PythonModule(module),
        why,
    }
}

const fn file(
    name: &'static str,
    folder: &'static str,
    start: &'static str,
    why: &'static str,
) -> Package {
    Package {
        name,
        sign: Sign::FileStartingWith { folder, start },
        why,
    }
}

/// Makes the AV1 encoder and decoder three to eight times faster.
pub(crate) const FOR_DEMO: &[Package] =
    &[program("nasm", "nasm", "faster AV1 encoder and decoder")];

/// What `cargo xtask bench` compares with; without it those measurements are left out.
pub(crate) const FOR_BENCH: &[Package] = &[program(
    "flam3-utils",
    "flam3-render",
    "flam3 itself, to measure against",
)];

const XVFB: Package = program("xvfb", "Xvfb", "a screen that nobody sees");
const XDOTOOL: Package = program("xdotool", "xdotool", "key presses on it");
const X11_UTILS: Package = program("x11-utils", "xwininfo", "finding windows on it");
const IMAGEMAGICK: Package = program("imagemagick", "import", "looking at windows");
const SOFTWARE_GPU: Package = file(
    "mesa-vulkan-drivers",
    "/usr/share/vulkan/icd.d",
    "lvp_icd",
    "a software GPU",
);
const VULKAN: Package = library("libvulkan1", "libvulkan.so.1", "the GPU's loader");

/// Everything that `cargo xtask test` uses.
pub(crate) const FOR_TESTS: &[Package] = &[
    program("nasm", "nasm", "faster AV1 encoder and decoder"),
    program("g++", "c++", "the fuzzer"),
    program("ffmpeg", "ffprobe", "an independent reader of our clips"),
    program("chromium", "chromium", "the website's tests"),
    program("nodejs", "node", "the website's tests"),
    program("python3", "python3", "a client that somebody else wrote"),
    python("python3-venv", "ensurepip", "schemathesis"),
    program("npm", "npm", "the website's tests"),
    XVFB,
    XDOTOOL,
    program(
        "dbus-daemon",
        "dbus-daemon",
        "a message bus of a test's own",
    ),
    program("postgresql", "pg_ctlcluster", "the store's other database"),
    program("sway", "sway", "a Wayland desktop without a screen"),
    program("wtype", "wtype", "key presses on sway"),
    program(
        "kwin-wayland",
        "kwin_wayland",
        "a desktop for the tests of idleness and savers",
    ),
    program("mutter", "mutter", "a desktop for the tests of idleness"),
    X11_UTILS,
    IMAGEMAGICK,
    program("xscreensaver", "xscreensaver", "a host of savers"),
    program("xserver-xephyr", "Xephyr", "two monitors for that host"),
    file(
        "xscreensaver-gl",
        "/usr/libexec/xscreensaver",
        "xscreensaver-gl-visual",
        "previews of that host",
    ),
    program(
        "mate-screensaver",
        "mate-screensaver",
        "another host of savers",
    ),
    file(
        "dconf-gsettings-backend",
        // Of a package that comes with it, and in the same place on every processor.
        "/usr/libexec",
        "dconf-service",
        "settings of that host",
    ),
    program("libglib2.0-bin", "gsettings", "settings of that host"),
    program("procps", "pkill", "ending what these hosts started"),
    program("grim", "grim", "looking at sway"),
    program("dpkg-dev", "dpkg-shlibdeps", "making the package"),
    program("binutils", "strip", "making the package"),
    program("lintian", "lintian", "checking the package"),
    program("appstream", "appstreamcli", "checking the package"),
    program(
        "desktop-file-utils",
        "desktop-file-validate",
        "checking the package",
    ),
    program("libxml2-utils", "xmllint", "checking the package"),
    program("aria2", "aria2c", "an independent BitTorrent client"),
    SOFTWARE_GPU,
    VULKAN,
    library("libegl1", "libEGL.so.1", "windows"),
    library("libxkbcommon-x11-0", "libxkbcommon-x11.so.0", "windows"),
    library("libxcursor1", "libXcursor.so.1", "windows"),
    library("libxi6", "libXi.so.6", "windows"),
    library("libx11-xcb1", "libX11-xcb.so.1", "windows"),
];

/// A second Rust toolchain, for `cargo xtask test windows` and `macos`.
pub(crate) const FOR_OTHER_SYSTEMS: &[Package] = &[
    file(
        "rustc-web",
        "/usr/bin",
        "rustc",
        "building for other systems",
    ),
    file(
        "cargo-web",
        "/usr/bin",
        "cargo",
        "building for other systems",
    ),
    file(
        "rust-web-src",
        "/usr/lib/rustlib/src/rust/library",
        "std",
        "the standard library's sources",
    ),
];

/// What else `cargo xtask test windows` uses.
pub(crate) const FOR_WINDOWS: &[Package] = &[
    program(
        "gcc-mingw-w64-x86-64-posix",
        "x86_64-w64-mingw32-gcc",
        "linking for Windows",
    ),
    program(
        "g++-mingw-w64-x86-64-posix",
        "x86_64-w64-mingw32-g++",
        "linking for Windows",
    ),
    program("wine", "wineserver", "running what was built for Windows"),
    file(
        "wine64",
        "/usr/lib/wine",
        "wine64",
        "running what was built for Windows",
    ),
    XVFB,
    XDOTOOL,
    X11_UTILS,
    IMAGEMAGICK,
    SOFTWARE_GPU,
    VULKAN,
];

impl Package {
    fn is_there(&self) -> bool {
        match self.sign {
            Sign::Program(file) => std::env::var_os("PATH").is_some_and(|path| {
                std::env::split_paths(&path).any(|folder| folder.join(file).is_file())
            }),
            Sign::PythonModule(module) => {
                run::works_with("python3", &["-c", &format!("import {module}")])
            }
            Sign::Library(file) => [
                "/usr/lib/x86_64-linux-gnu",
                "/usr/lib/aarch64-linux-gnu",
                "/usr/lib64",
                "/usr/lib",
            ]
            .iter()
            .any(|folder| Path::new(folder).join(file).exists()),
            Sign::FileStartingWith { folder, start } => {
                std::fs::read_dir(folder).is_ok_and(|files| {
                    files
                        .flatten()
                        .any(|file| file.file_name().to_string_lossy().starts_with(start))
                })
            }
        }
    }
}

/// Installs the packages that are missing, as root on Debian and Ubuntu; elsewhere says what to
/// install.
///
/// # Errors
///
/// When something is missing and cannot be installed; the message is the line to type.
pub(crate) fn install(packages: &[Package]) -> anyhow::Result<()> {
    let missing: Vec<&Package> = packages
        .iter()
        .filter(|package| !package.is_there())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for package in &missing {
        eprintln!("missing: {} ({})", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let line = format!(
        "apt-get install -y --no-install-recommends {}",
        names.join(" ")
    );
    if !may_install() {
        bail!("please install what is missing and run this again:\n    sudo {line}");
    }
    let mut update = Command::new("apt-get");
    run::step(
        "apt-get update",
        update.arg("update").arg("-qq").stdin(Stdio::null()),
    )?;
    let mut install = Command::new("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&names)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    run::step(&line, &mut install)?;
    let still: Vec<&str> = missing
        .iter()
        .filter(|package| !package.is_there())
        .map(|package| package.name)
        .collect();
    if !still.is_empty() {
        bail!("installed, but still not to be found: {}", still.join(", "));
    }
    Ok(())
}

/// Root on a system with apt.
fn may_install() -> bool {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && Path::new("/usr/bin/apt-get").exists()
}
