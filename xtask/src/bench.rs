//! `cargo xtask bench …`: builds the measuring program in release and hands it the arguments. `bench play` watches the
//! player instead, `bench grid` presses a coordinator.

use std::process::Command;

use clap::Args;

use crate::{run, setup};

/// What to measure; everything after `bench` goes to the measuring program.
#[derive(Args)]
pub(crate) struct Options {
    /// `oracle`, `cpu`, `gpu`, `parity`, `upload`, `variations`, `play` or `grid`, with its options; `-- --help`
    /// lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// # Errors
///
/// When the program cannot be built or says that a figure was missed.
pub(crate) fn bench(options: &Options) -> anyhow::Result<()> {
    if let Some((first, others)) = options.arguments.split_first()
        && first == "play"
    {
        setup::install(setup::FOR_TESTS)?;
        let mut build = run::cargo(&["build", "--release", "--bins"]);
        build
            .args([
                "--package",
                "woolgather",
                "--package",
                "woolgather-showroom",
            ])
            .args(run::asm_features(&["woolgather"]));
        run::step("building the player", &mut build)?;
        return watch("release", others);
    }
    if let Some((first, others)) = options.arguments.split_first()
        && first == "grid"
    {
        setup::install(setup::FOR_TESTS)?;
        let mut build = run::cargo(&["build", "--release", "--bins"]);
        let crowd = ["woolgather-coordinator", "woolgather-crowd"];
        build
            .args(["--package", crowd[0], "--package", crowd[1]])
            .args(run::asm_features(&crowd));
        run::step("building coordinator and crowd", &mut build)?;
        build_bad_disk(&["--release"])?;
        return press("release", others);
    }
    if let Some((first, others)) = options.arguments.split_first()
        && first == "sabotage"
    {
        setup::install(setup::FOR_TESTS)?;
        let mut command = run::cargo(&["run", "--release", "--package", SABOTAGE]);
        command
            .args(run::asm_features(&[SABOTAGE]))
            .arg("--")
            .args(others);
        return run::step("sabotage", &mut command);
    }
    setup::install(setup::FOR_DEMO)?;
    if let Err(error) = setup::install(setup::FOR_BENCH) {
        eprintln!("going on without: {error:#}");
    }
    let mut command = run::cargo(&["run", "--release", "--package", "woolgather-bench"]);
    command
        .args(run::asm_features(&["woolgather-bench"]))
        .arg("--")
        .args(&options.arguments);
    run::step("bench", &mut command)
}

/// Doctors segments and lets fleets of liars loose.
const SABOTAGE: &str = "woolgather-sabotage";

/// The quick form of `bench sabotage`: two sheep and an evening of small fleets.
///
/// # Errors
///
/// When a promise is missed.
pub(crate) fn sabotage_quickly(folder: &str) -> anyhow::Result<()> {
    let mut sabotage = Command::new(run::target(folder).join(SABOTAGE));
    sabotage.args(["--sheep", "2", "--volunteers", "60", "--hours", "4"]);
    run::step("sabotage", &mut sabotage)
}

/// What `bench grid` measures when it is not told otherwise: the whole table.
const PRESSES: &[&[&str]] = &[
    &["--units", "500000", "pairs", "--seconds", "20"],
    &[
        "--units",
        "500000",
        "pairs",
        "--seconds",
        "20",
        "--batch",
        "8",
    ],
    &[
        "--store",
        "postgres",
        "--units",
        "200000",
        "pairs",
        "--seconds",
        "20",
    ],
    &["--units", "100000", "uploads"],
    &["--units", "200000", "hostile"],
    &["--units", "1000000", "kills", "--kills", "100"],
    &[
        "--store", "postgres", "--units", "200000", "kills", "--kills", "100",
    ],
    &["--units", "200000", "several", "--kills", "100"],
    // Ten thousand volunteers for ten minutes.
    &["--units", "200000", "fleet", "--bad", "0.1"],
    // The same kinds of lies, more of them, before two coordinators.
    &[
        "--store",
        "postgres",
        "--bucket",
        "--coordinators",
        "2",
        "--units",
        "100000",
        "fleet",
        "--volunteers",
        "1000",
        "--render-seconds",
        "15",
        "--kill-seconds",
        "20",
        "--bad",
        "0.3",
    ],
    &["--units", "200000", "faults"],
    &["--units", "20000", "faults", "--lies"],
    &["--units", "10", "pages"],
];

/// The quick form, in every run of the tests: the same programs, shorter.
const QUICK_PRESSES: &[&[&str]] = &[
    &[
        "--units",
        "20000",
        "pairs",
        "--seconds",
        "3",
        "--connections",
        "64",
    ],
    &[
        "--units",
        "2000",
        "uploads",
        "--seconds",
        "3",
        "--connections",
        "16",
    ],
    &[
        "--units",
        "20000",
        "hostile",
        "--seconds",
        "3",
        "--idle",
        "5000",
        "--others",
        "50",
    ],
    &["--units", "20000", "kills", "--kills", "10"],
    &[
        "--store", "postgres", "--units", "20000", "kills", "--kills", "10",
    ],
    &["--units", "20000", "several", "--kills", "4"],
    &[
        "--store",
        "postgres",
        "--bucket",
        "--coordinators",
        "2",
        "--units",
        "5000",
        "fleet",
        "--volunteers",
        "200",
        "--seconds",
        "12",
        "--render-seconds",
        "3",
        "--kill-seconds",
        "5",
        "--churn",
        "20",
        "--bad",
        "0.1",
    ],
    &["--units", "5000", "faults", "--rounds", "2"],
    &["--units", "5000", "faults", "--lies"],
    &[
        "--units",
        "10",
        "pages",
        "--rate",
        "50",
        "--seconds",
        "2",
        "--sheep",
        "2000",
        "--votes",
        "20000",
    ],
];

/// Presses the coordinator of a folder of built programs with a crowd of volunteers, as `arguments` say.
///
/// # Errors
///
/// When it loses anything, pays anything twice, or does not answer. Figures that are missed are only printed.
fn press(folder: &str, arguments: &[String]) -> anyhow::Result<()> {
    if !arguments.is_empty() {
        return press_once(folder, arguments);
    }
    PRESSES
        .iter()
        .try_for_each(|words| press_once(folder, words))
}

/// The quick form of `bench grid`.
///
/// # Errors
///
/// As the whole.
pub(crate) fn press_quickly(folder: &str) -> anyhow::Result<()> {
    build_bad_disk(&[])?;
    QUICK_PRESSES
        .iter()
        .try_for_each(|words| press_once(folder, words))
}

/// Builds the library that plays a disk, which is no program, so nothing else builds it.
fn build_bad_disk(profile: &[&str]) -> anyhow::Result<()> {
    let mut build = run::cargo(&["build", "--package", "woolgather-bad-disk-preload"]);
    run::step("building the bad disk", build.args(profile))
}

fn press_once(folder: &str, arguments: &[impl AsRef<std::ffi::OsStr>]) -> anyhow::Result<()> {
    let programs = run::target(folder);
    let mut crowd = Command::new(programs.join("woolgather-crowd"));
    crowd
        .arg("--program")
        .arg(programs.join("woolgather-coordinator"))
        .args(arguments);
    let words: Vec<_> = arguments
        .iter()
        .map(|word| word.as_ref().to_string_lossy())
        .collect();
    run::step(&format!("the grid: {}", words.join(" ")), &mut crowd)
}

/// Watches the player of a folder of built programs play 1080p. Its films stay in the target folder for the next time.
///
/// # Errors
///
/// When it fails, or takes more memory than it may.
pub(crate) fn watch(folder: &str, arguments: &[String]) -> anyhow::Result<()> {
    let programs = run::target(folder);
    let mut showroom = Command::new(programs.join("woolgather-showroom"));
    showroom
        .arg("--program")
        .arg(programs.join("woolgather"))
        .arg("--genomes")
        .arg(run::root().join("genome/starter"))
        .arg("--films")
        .arg(run::target("showroom"))
        .args(arguments);
    run::step("1080p at 30 frames a second", &mut showroom)
}
