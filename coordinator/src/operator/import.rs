//! `import`: a folder of flam3 genomes becomes a flock, or joins one.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::{ProblemKind, Recipe};

use crate::cli::ImportArgs;
use crate::clock::SystemClock;
use crate::config;
use crate::disk;
use crate::keys;
use crate::moving_in::report::{self, Verdict};
use crate::moving_in::{Intake, files};
use crate::store::{Flock, Imported, ImportedSheep, NewFlock, Place, Store, StoreError};

/// Sheep that are written in one transaction.
const BATCH: usize = 50;

/// Takes a folder in.
///
/// # Errors
///
/// A chain of sentences for the operator; flames that cannot be taken are in the report.
pub async fn import(args: ImportArgs) -> anyhow::Result<()> {
    let artist = clean_name(&args.artist);
    ensure!(!artist.is_empty(), "--artist must have a letter");
    let place = args.home.place()?;
    // A dry run of a new flock makes nothing, not even its folder.
    let store = if args.dry_run && !is_there(&args, &place) {
        None
    } else {
        disk::make_folder(&args.home.data).with_context(|| {
            let data = args.home.data.display();
            format!("cannot make the data folder {data}")
        })?;
        let store = Store::open(place, Arc::new(SystemClock), keys::fresh_bytes()?).await;
        Some(store.context("cannot open the database")?)
    };
    let flock = match &store {
        Some(store) => flock_of(store).await?,
        None => None,
    };
    let recipe = match &flock {
        Some(flock) if !args.add => bail!(
            "there is a flock here already, {}; --add lets these join it",
            flock.name
        ),
        None if args.add => bail!("there is no flock here yet; without --add these become one"),
        Some(flock) => flock.recipe.clone(),
        None => config::recipe(&args.founding.recipe)?,
    };
    let mut intake = read(&args, &recipe)?;
    let limit = args.limit.unwrap_or(usize::MAX);
    for newcomer in intake.newcomers.iter().skip(limit) {
        let line = &mut intake.lines[newcomer.line];
        line.verdict = Verdict::LeftOver;
        line.why = format!("beyond the {limit} that were asked for");
    }
    intake.newcomers.truncate(limit);
    if let (Some(store), false) = (&store, args.dry_run) {
        if flock.is_none() {
            ensure!(
                !intake.newcomers.is_empty(),
                "no genome of this folder can be taken, so no flock is founded: {}",
                report::table(&intake.lines).join("; ")
            );
            found(store, &args, recipe).await?;
        }
        take(store, &args, &artist, &mut intake).await?;
    }
    tell(&args, &intake)
}

fn is_there(args: &ImportArgs, place: &Place) -> bool {
    args.home.data.is_dir() && matches!(Store::migrations_missing(place), Ok(0))
}

async fn flock_of(store: &Store) -> anyhow::Result<Option<Flock>> {
    match store.flock().await {
        Ok(flock) => Ok(Some(flock)),
        Err(StoreError::Refused(problem)) if problem.kind == ProblemKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn read(args: &ImportArgs, recipe: &Recipe) -> anyhow::Result<Intake> {
    let found = files::below(&args.folder)?;
    let bar = bar(found.len(), "reading")?;
    let mut intake = Intake::default();
    for file in bar.wrap_iter(found.iter()) {
        let name = file.strip_prefix(&args.folder).unwrap_or(file);
        intake.read(name, files::text(file), recipe);
    }
    bar.finish_and_clear();
    Ok(intake)
}

async fn found(store: &Store, args: &ImportArgs, recipe: Recipe) -> anyhow::Result<()> {
    let flock = NewFlock {
        name: args.founding.name.clone(),
        recipe,
        sheep: Vec::new(),
    };
    store.found_flock(flock).await?;
    Ok(())
}

async fn take(
    store: &Store,
    args: &ImportArgs,
    artist: &str,
    intake: &mut Intake,
) -> anyhow::Result<()> {
    let bar = bar(intake.newcomers.len(), "moving in")?;
    for batch in intake.newcomers.chunks(BATCH) {
        let sheep = batch.iter().map(|newcomer| ImportedSheep {
            title: newcomer.title.clone(),
            artist: artist.to_owned(),
            genome: newcomer.genome.clone(),
            licence: args.licence,
        });
        let outcomes = store.import_sheep(sheep.collect()).await?;
        for (newcomer, outcome) in batch.iter().zip(outcomes) {
            let line = &mut intake.lines[newcomer.line];
            match outcome {
                Imported::Born(sheep) => line.sheep = Some(sheep),
                Imported::There(sheep) => {
                    line.verdict = Verdict::Duplicate;
                    line.why = format!("the flock has it already, as {sheep}");
                }
            }
        }
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

fn tell(args: &ImportArgs, intake: &Intake) -> anyhow::Result<()> {
    for line in report::table(&intake.lines) {
        println!("{line}");
    }
    if args.dry_run {
        println!("nothing was written: this was a dry run");
    }
    if let Some(file) = &args.report {
        let report = report::json(&intake.lines, args.dry_run);
        let text = serde_json::to_string_pretty(&report).context("the report is plain data")?;
        std::fs::write(file, text + "\n")
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn bar(length: usize, what: &'static str) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(length as u64).with_message(what);
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos} of {len}, {eta} left")?;
    Ok(bar.with_style(style))
}
