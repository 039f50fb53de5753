//! `backup`, `restore`, `migrate`: everything a coordinator has, carried somewhere else.
//!
//! A backup is a data folder like any other: an SQLite file, whatever the flock's database is, the keys
//! and the blobs. `serve --data` on it would work. Taking one does not stop the server: the
//! database is read as of one moment, and a blob is there before a row names it and never changes.
//!
//! Each may be broken off and called again: what has been carried over is not carried twice.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use woolgather_protocol::Blake3;

use crate::blobs::{BlobPlace, Blobs};
use crate::cli::{BackupArgs, BlobArgs, HomeArgs, MigrateArgs, RestoreArgs};
use crate::clock::{Clock as _, SystemClock};
use crate::keys;
use crate::store::{Place, Store, copy_store};

/// What a whole backup has, and half of one has not.
const WHOLE: &str = "backup-is-whole";

/// `backup --to DIR`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn backup(args: BackupArgs) -> anyhow::Result<()> {
    let home = must_be_there(&args.home)?;
    let to = args.to;
    ensure!(
        to != home,
        "a backup must not be made into the data folder itself"
    );
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let whole = to.join(WHOLE);
    if whole.exists() {
        bail!("{} holds a backup already; name a new folder", to.display());
    }
    forget_rows(&to)?;
    copy_rows(args.home.place()?, Place::from(&to)).await?;
    copy_key(&args.home.key_file(), &keys::usual_file(&to))?;
    let from = Blobs::open_beside(&args.home.blobs.place()?, &home)?;
    let blobs = copy_blobs(from, Blobs::folder(&to)?).await?;
    fs::write(&whole, b"")?;
    println!(
        "{} holds a backup with {blobs} blobs; test it with: woolgather-coordinator restore --verify --from {}",
        to.display(),
        to.display()
    );
    Ok(())
}

/// `restore --from DIR [--verify]`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn restore(args: RestoreArgs) -> anyhow::Result<()> {
    let from = args.from;
    ensure!(
        from.join(WHOLE).exists(),
        "{} is no whole backup: it was broken off, or is none; take it again",
        from.display()
    );
    verify(&from).await?;
    if args.verify {
        println!("{} is whole and sound", from.display());
        return Ok(());
    }
    let home = &args.home.data;
    ensure!(
        !args.home.key_file().exists() || same_key(&from, &args.home.key_file())?,
        "{} belongs to another coordinator; name an empty folder with --data",
        home.display()
    );
    fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
    copy_rows(Place::from(&from), args.home.place()?).await?;
    copy_key(&keys::usual_file(&from), &args.home.key_file())?;
    let place = args.home.blobs.place()?;
    let blobs = copy_blobs(Blobs::folder(&from)?, Blobs::open_beside(&place, home)?).await?;
    println!(
        "{} is restored with {blobs} blobs; start it with: woolgather-coordinator serve --data {}{}",
        home.display(),
        home.display(),
        also(&place)
    );
    Ok(())
}

/// `migrate [--to ADDRESS] [--to-blobs ADDRESS]`.
///
/// # Errors
///
/// A chain of sentences for the operator.
pub async fn migrate(args: MigrateArgs) -> anyhow::Result<()> {
    let home = must_be_there(&args.home)?;
    let mut words = vec!["--data".to_owned(), home.display().to_string()];
    // Blobs first: a row must not name what is not there.
    if let Some(bucket) = &args.to_blobs {
        let target = BlobArgs {
            blobs: Some(bucket.clone()),
            ..args.home.blobs.clone()
        };
        let to = target
            .place()
            .context("--to-blobs takes what --blobs takes")?;
        let from = Blobs::open_beside(&args.home.blobs.place()?, &home)?;
        let count = copy_blobs(from, Blobs::open_beside(&to, &home)?).await?;
        println!("{count} blobs are copied");
        words.push("--blobs".into());
        words.push(bucket.to_string());
    } else {
        println!("blobs stay where they are");
    }
    if let Some(store) = args.to {
        let target = HomeArgs {
            store: Some(store),
            ..args.home.clone()
        };
        let to = target.place().context("--to takes what --store takes")?;
        copy_rows(args.home.place()?, to).await?;
        println!("the database is copied");
        // The address may hold a password.
        words.push("--store ADDRESS".into());
    } else {
        println!("the database stays where it is");
    }
    println!(
        "keys stay in {}. Start with: woolgather-coordinator serve {}",
        home.display(),
        words.join(" ")
    );
    Ok(())
}

/// Removes the database of a backup that broke off: it shows an earlier moment. Blobs stay.
fn forget_rows(backup: &Path) -> anyhow::Result<()> {
    for file in [
        "woolgather.sqlite",
        "woolgather.sqlite-wal",
        "woolgather.sqlite-shm",
    ] {
        match fs::remove_file(backup.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

fn must_be_there(home: &HomeArgs) -> anyhow::Result<PathBuf> {
    ensure!(
        home.data.is_dir(),
        "there is no data folder {}; name it with --data",
        home.data.display()
    );
    Ok(home.data.clone())
}

async fn copy_rows(from: Place, to: Place) -> anyhow::Result<()> {
    let bar = bar("rows");
    let shown = bar.clone();
    let copying = tokio::task::spawn_blocking(move || {
        copy_store(&from, &to, SystemClock.now_ms(), &mut |progress| {
            shown.set_length(progress.of);
            shown.set_position(progress.rows);
        })
    });
    copying.await?.context("cannot copy the database")?;
    bar.finish();
    Ok(())
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style =
        ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} {prefix}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(what);
    bar
}

/// The key, readable by its owner only, as it was.
fn copy_key(from: &Path, to: &Path) -> anyhow::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Copies permissions too.
    fs::copy(from, to).with_context(|| format!("cannot copy the key {}", from.display()))?;
    Ok(())
}

fn same_key(backup: &Path, key_file: &Path) -> anyhow::Result<bool> {
    Ok(fs::read(keys::usual_file(backup))? == fs::read(key_file)?)
}

/// Copies the blobs that are not there yet; how many there are.
async fn copy_blobs(from: Blobs, to: Blobs) -> anyhow::Result<u64> {
    tokio::task::spawn_blocking(move || copy_each(&from, &to)).await?
}

fn copy_each(from: &Blobs, to: &Blobs) -> anyhow::Result<u64> {
    let names = from.names().context("cannot list the blobs")?;
    let bar = bar("blobs");
    bar.set_length(names.len() as u64);
    for name in &names {
        if to.length(name)? != from.length(name)? {
            copy_blob(from, to, name).with_context(|| format!("cannot copy the blob {name}"))?;
        }
        bar.inc(1);
    }
    bar.finish();
    Ok(names.len() as u64)
}

/// A damaged one is named and not kept.
fn copy_blob(from: &Blobs, to: &Blobs, name: &Blake3) -> anyhow::Result<()> {
    let mut blob = to.temp();
    from.copy_out(name, &mut blob)?;
    let found = blob.digest();
    ensure!(found == *name, "it is damaged: its bytes hash to {found}");
    blob.keep()?;
    Ok(())
}

/// What `serve` must be told beside the data folder.
fn also(place: &BlobPlace) -> &'static str {
    match place {
        BlobPlace::Folder => "",
        BlobPlace::Bucket(_) => " --blobs ADDRESS",
    }
}

/// Whether every blob has the bytes its name says, the database every blob it names, and the key can
/// be read.
async fn verify(backup: &Path) -> anyhow::Result<()> {
    keys::coordinator_key(backup)?;
    let store = Store::open(backup, Arc::new(SystemClock), keys::fresh_bytes()?)
        .await
        .context("cannot open the backup's database")?;
    let flock = store.flock().await?;
    let named = store.blobs_named().await?;
    let blobs = Blobs::folder(backup)?;
    let names = blobs.names()?;
    let bar = bar("blobs checked");
    bar.set_length(names.len() as u64);
    for name in &names {
        let found = digest(blobs.local(name)?.path())?;
        ensure!(
            found == *name,
            "the blob {name} is damaged: its bytes hash to {found}"
        );
        bar.inc(1);
    }
    bar.finish();
    let missing: Vec<&Blake3> = named.iter().filter(|name| !names.contains(name)).collect();
    if let Some(first) = missing.first() {
        bail!(
            "{} blobs that the database names are missing, among them {first}",
            missing.len()
        );
    }
    println!(
        "the flock \"{}\": {} blobs, all sound",
        flock.name,
        names.len()
    );
    Ok(())
}

fn digest(path: &Path) -> io::Result<Blake3> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path)?)?;
    Ok(Blake3(*hasher.finalize().as_bytes()))
}
