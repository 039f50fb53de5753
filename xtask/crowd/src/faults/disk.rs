//! The coordinator's disk, played by a library: how it feels, and what it has done.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use woolgather_bad_disk::{
    Control, CutReport, DESK_VARIABLE, Desk, FOLDER_VARIABLE, Failure, Journal, cut_power,
};

use super::FaultsOptions;
use crate::subject::{Subject, get};
use woolgather_protocol::PublicKey;

/// The library's file, beside the programs.
const LIBRARY: &str = "libwoolgather_bad_disk_preload.so";
/// How long a coordinator may take until it is ready; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The disk under a subject's data folder.
pub(super) struct BadDisk {
    desk: Desk,
    folder: PathBuf,
    lies: bool,
    spells: u64,
    control: Control,
    /// How often it failed, in which way.
    pub(super) failures: BTreeMap<Failure, u64>,
    /// Power cuts.
    pub(super) cuts: u64,
    /// What they met, all together.
    pub(super) lost: CutReport,
    /// How often the coordinator was killed beside.
    pub(super) kills: u64,
    /// Why it ended itself.
    pub(super) ends: Vec<String>,
    /// The longest that a start took until it was ready.
    pub(super) slowest_start: Duration,
}

impl BadDisk {
    /// Puts the subject, which is stopped, on such a disk. It is well.
    pub(super) fn under(subject: &mut Subject, options: &FaultsOptions) -> anyhow::Result<Self> {
        subject.stop()?;
        let library = match &options.library {
            Some(library) => library.clone(),
            None => {
                let program = std::env::current_exe()?;
                program.with_file_name(LIBRARY)
            }
        };
        ensure!(
            library.exists(),
            "there is no {}; build woolgather-bad-disk-preload",
            library.display()
        );
        let folder = subject.data().canonicalize()?;
        let desk = Desk::at(subject.beside("desk"));
        let words = |path: &Path| {
            let words = path.to_str().map(str::to_owned);
            words.context("a folder with an odd name")
        };
        subject.surround(vec![
            ("LD_PRELOAD", words(&library)?),
            (DESK_VARIABLE, words(desk.root())?),
            (FOLDER_VARIABLE, words(&folder)?),
        ]);
        let mut disk = Self {
            desk,
            folder,
            lies: options.lies,
            spells: 0,
            control: Control::default(),
            failures: BTreeMap::new(),
            cuts: 0,
            lost: CutReport::default(),
            kills: 0,
            ends: Vec::new(),
            slowest_start: Duration::ZERO,
        };
        disk.desk.clear(disk.control)?;
        disk.tell(Control::default())?;
        Ok(disk)
    }

    /// Tells it how to feel.
    pub(super) fn tell(&mut self, control: Control) -> anyhow::Result<()> {
        self.spells += 1;
        self.control = Control {
            spell: self.spells,
            lies: u64::from(self.lies),
            ..control
        };
        Ok(self.desk.tell(self.control)?)
    }

    /// Starts the coordinator and waits until it is ready.
    pub(super) async fn start(&mut self, subject: &mut Subject) -> anyhow::Result<()> {
        let begun = Instant::now();
        subject.start()?;
        loop {
            let answer = get(subject.address(), "/readyz").await;
            if answer.is_ok_and(|answer| &answer[..] == b"ready\n") {
                break;
            }
            ensure!(begun.elapsed() < PATIENCE, "not ready for {PATIENCE:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.slowest_start = self.slowest_start.max(begun.elapsed());
        Ok(())
    }

    /// Starts the coordinator while the disk feels like this, and then on a disk that is well. It may not come
    /// up in the first place; then it has said why.
    pub(super) async fn start_unwell(
        &mut self,
        subject: &mut Subject,
        control: Control,
    ) -> anyhow::Result<()> {
        self.tell(control)?;
        let started = subject.start();
        self.tell(Control::default())?;
        match started {
            Ok(_) => Ok(()),
            Err(why) => self.ended_itself(subject, &why).await,
        }
    }

    /// Founds a flock on this disk, which loses power as soon as somebody was told the flock's key; returns
    /// the key from before and after.
    pub(super) async fn found(
        &mut self,
        subject: &mut Subject,
        rng_seed: u64,
    ) -> anyhow::Result<[PublicKey; 2]> {
        std::fs::remove_dir_all(&self.folder)?;
        std::fs::create_dir(&self.folder)?;
        self.desk.clear(self.control)?;
        self.start(subject).await?;
        let told = subject.key().await?;
        self.cut_power(subject, rng_seed)?;
        self.start(subject).await?;
        let kept = subject.key().await?;
        subject.kill();
        Ok([told, kept])
    }

    /// Puts the flock that is there aside and returns where.
    pub(super) fn put_aside(&self, subject: &Subject) -> anyhow::Result<PathBuf> {
        let aside = subject.beside("aside");
        std::fs::rename(&self.folder, &aside)?;
        std::fs::create_dir(&self.folder)?;
        Ok(aside)
    }

    /// Takes back what was put aside.
    pub(super) fn take_back(&self, aside: &Path) -> anyhow::Result<()> {
        std::fs::remove_dir_all(&self.folder)?;
        std::fs::rename(aside, &self.folder)?;
        Ok(self.desk.clear(self.control)?)
    }

    /// Ends the coordinator as `kill -9` does; the machine goes on.
    pub(super) fn kill(&mut self, subject: &mut Subject) -> anyhow::Result<()> {
        subject.kill();
        self.kills += 1;
        Ok(self.desk.go_on()?)
    }

    /// The coordinator has ended by itself, and is started again.
    pub(super) async fn ended_itself(
        &mut self,
        subject: &mut Subject,
        why: &anyhow::Error,
    ) -> anyhow::Result<()> {
        subject.kill();
        // The program's last words are an error and its causes, at the log's end.
        let why = format!("{why:#}");
        let said = why.rfind("Error:").map_or("", |place| &why[place..]);
        let words: Vec<&str> = said.split_whitespace().collect();
        ensure!(
            !words.is_empty(),
            "the coordinator ended without a word:\n{why}"
        );
        self.ends.push(words.join(" "));
        self.desk.go_on()?;
        self.start(subject).await
    }

    /// Cuts the power.
    pub(super) fn cut_power(&mut self, subject: &mut Subject, rng_seed: u64) -> anyhow::Result<()> {
        subject.kill();
        self.gather()?;
        let met = cut_power(&self.desk, &self.folder, rng_seed).context("cutting the power")?;
        self.cuts += 1;
        self.lost.changes += met.changes;
        self.lost.names += met.names;
        self.lost.names_lost += met.names_lost;
        Ok(self.desk.clear(self.control)?)
    }

    /// Counts what the journal says of failures; once before the desk is cleared.
    pub(super) fn gather(&mut self) -> anyhow::Result<()> {
        let journal = Journal::read(&std::fs::read(self.desk.journal())?)?;
        for failure in [Failure::Write, Failure::Sync, Failure::Full, Failure::Short] {
            *self.failures.entry(failure).or_default() += journal.failures(failure);
        }
        Ok(())
    }
}
