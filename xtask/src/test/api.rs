//! `cargo xtask test --api`: schemathesis against a running coordinator, from the coordinator's own
//! OpenAPI document. It is a Python program; it gets an environment of its own in the target folder.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use woolgather_machines::{Machine, coordinator_url};

use crate::run;

/// Cases for each operation, beside those that cover every constraint once: half a minute in all.
const CASES: &str = "40";
/// How long a coordinator may take to listen.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tries the API; with `build` the coordinator is built first.
///
/// # Errors
///
/// When an answer is none that the document allows, or the tools cannot be had.
pub(super) fn test(build: bool) -> anyhow::Result<()> {
    if build {
        let mut build = run::cargo(&["build", "--package", "woolgather-coordinator"]);
        let asm = run::asm_features(&["woolgather-coordinator"]);
        run::step("building the coordinator", build.args(asm))?;
    }
    let here = run::root().join("coordinator/tests/schemathesis");
    let work = run::target("schemathesis");
    let programs = environment(&work, &here.join("requirements.txt"))?;
    let data = work.join("data");
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    let args = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--origin-listen",
        "127.0.0.1:0",
        "--recipe",
        "small",
        "--starter-sheep",
        "2",
        // It would render; here only its answers matter.
        "--audit-patience",
        "24h",
        // One device sends every case.
        "--requests-per-device",
        "0",
    ];
    let program = run::target("debug").join("woolgather-coordinator");
    let coordinator = Machine::start(&program, &args, &data)?;
    let url = coordinator_url(&coordinator, &data, PATIENCE)?;
    let mut schemathesis = Command::new(programs.join("schemathesis"));
    schemathesis
        .arg("--config-file")
        .arg(here.join("schemathesis.toml"))
        .args(["run", &format!("{url}/api/v1/openapi.json")])
        .args(["--max-examples", CASES, "--continue-on-failure"])
        .args(["--warnings", "off", "--no-color"])
        .current_dir(&work)
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", &here)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("WOOLGATHER_URL", &url);
    run::step("the API from its own document", &mut schemathesis)?;
    coordinator.terminate()
}

/// The programs of a Python environment with exactly these packages; made at the first run, and anew
/// when the list has changed.
fn environment(work: &Path, requirements: &Path) -> anyhow::Result<std::path::PathBuf> {
    let folder = work.join("python");
    let programs = folder.join("bin");
    let stamp = folder.join("requirements.txt");
    let wanted = std::fs::read(requirements).context("the list of packages")?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    std::fs::create_dir_all(work)?;
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&folder);
    run::step("an environment for schemathesis", &mut make)?;
    let mut install = Command::new(programs.join("pip"));
    install
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .arg("--requirement")
        .arg(requirements);
    run::step("schemathesis", &mut install)?;
    std::fs::write(stamp, wanted)?;
    Ok(programs)
}
