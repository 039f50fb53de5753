//! `woolgather play`: the local flock in windows; votes go to the coordinator when it is there.
//!
//! With `--live`, or while there are no clips that can be played, flames are drawn as they are shown: the starter
//! flock, or genomes out of files. Films come on as soon as there are some.
//!
//! The flock may change meanwhile: clips that `sync` brings come on at the next seam, and one that turns out broken
//! is thrown away, so that `sync` fetches it again. Where an agent runs, it hears what is on.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime};

use woolgather_genome::starter_flock;
use woolgather_player::{
    Flock, ForeignWindow, LiveSheep, LocalClip, PlayEvent, PlayOptions, PlayReport, Vote as Thumb,
    play as play_flock, play_live,
};
use woolgather_protocol::SheepId;

use super::flames::Reader;
use super::random;
use crate::cli::PlayArgs;
use crate::company::Company;
use crate::identity::{Identity, data_folder};
use crate::library::{Library, trim};
use crate::settings::SettingsFile;
use crate::votes::{CastVote, remember, send_votes};

/// How often to look whether the flock has changed.
const LOOK: Duration = Duration::from_secs(5);

pub(crate) fn play(
    data: Option<&Path>,
    config: Option<&Path>,
    args: &PlayArgs,
) -> anyhow::Result<()> {
    let options = PlayOptions {
        windowed: args.windowed,
        size: args.size,
        monitor: args.monitor,
        within: args.window_id.map(ForeignWindow),
        as_saver: args.as_saver,
        clock: args.clock || wants_a_clock(config, args),
        for_: args
            .for_secs
            .map(|secs| Duration::try_from_secs_f64(secs).unwrap_or_default()),
        rng_seed: args.rng_seed.unwrap_or_else(random),
        screenshot: args.screenshot.clone(),
        frame_log: args.frame_log.clone(),
    };
    let mut company = Company::join(args.window_id, args.monitor);
    if args.live {
        return live(args, &options, &mut company);
    }
    let instead = starters();
    let folder = data_folder(data)?;
    let identity = Identity::open(&folder)?;
    let library = Library::open(&folder)?;
    let clips = clips_of(&library)?;
    if clips.is_empty() {
        eprintln!(
            "There are no clips here yet (`woolgather sync` fetches some); drawing the starter flock live."
        );
    }
    let (cast, votes) = channel();
    let coordinator = library.flock()?.map(|flock| flock.coordinator);
    let sender = std::thread::spawn({
        let folder = folder.clone();
        move || send_votes(&folder, &identity, coordinator.as_ref(), &votes)
    });
    let (errands, given) = channel();
    let changes = follow(folder, library, clips.clone(), given)?;
    let report = play_flock(
        Flock {
            clips,
            changes,
            instead,
        },
        |event| {
            company.hear(&event);
            hear(event, &cast, &errands);
        },
        &options,
    );
    drop(cast);
    sender.join().ok();
    tell(args, &report?);
    Ok(())
}

/// Whether a screensaver's settings want the time of day on it. Settings that cannot be read are told elsewhere.
fn wants_a_clock(config: Option<&Path>, args: &PlayArgs) -> bool {
    let is_saver = args.as_saver || args.window_id.is_some();
    let settings = || SettingsFile::of(config)?.settings();
    is_saver && settings().is_ok_and(|read| read.settings.saver.clock)
}

/// What the player's thread leaves to the one that looks after the clips.
enum Errand {
    /// A file that cannot be played is to go.
    Discard(PathBuf),
    /// Somebody likes a sheep, or does not.
    Voted(CastVote),
    /// A sheep has come onto the screen.
    Shown(SheepId),
}

/// Passes on what others have to do.
fn hear(event: PlayEvent, cast: &Sender<CastVote>, errands: &Sender<Errand>) {
    let errand = match event {
        PlayEvent::Voted { sheep, vote } => {
            let Ok(sheep) = sheep.parse() else {
                return;
            };
            let up = vote == Thumb::Up;
            let vote = CastVote { sheep, up };
            // Nobody takes votes any more when playing is over.
            cast.send(vote.clone()).ok();
            Errand::Voted(vote)
        }
        PlayEvent::Broken { path, reason } => {
            tracing::warn!("{} is to be fetched again: {reason}", path.display());
            Errand::Discard(path)
        }
        PlayEvent::Shown { sheep, .. } => match sheep.map(|sheep| sheep.parse()) {
            Some(Ok(sheep)) => Errand::Shown(sheep),
            _ => return,
        },
        PlayEvent::NoFilms { reason } => {
            eprintln!("No clip here can be read ({reason}); drawing the starter flock live.");
            return;
        }
        PlayEvent::Dropped { .. } | PlayEvent::KeyTaken => return,
    };
    errands.send(errand).ok();
}

/// The clips that can be played now.
fn clips_of(library: &Library) -> anyhow::Result<Vec<LocalClip>> {
    let flock = library.flock()?;
    Ok(flock
        .map(|flock| library.playable(&flock.manifest))
        .unwrap_or_default())
}

/// Looks again and again which clips there are, and throws away what is broken or was voted down; returns the news of it.
fn follow(
    data: PathBuf,
    library: Library,
    mut known: Vec<LocalClip>,
    errands: Receiver<Errand>,
) -> anyhow::Result<Receiver<Vec<LocalClip>>> {
    let (tell, news) = channel();
    let thread = std::thread::Builder::new().name("flock".into());
    thread.spawn(move || {
        let mut seen = state_of(&library);
        loop {
            match errands.recv_timeout(LOOK) {
                Ok(errand) => run_errand(&data, &library, errand),
                Err(RecvTimeoutError::Timeout) => {}
                // Playing is over.
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = state_of(&library);
            if std::mem::replace(&mut seen, now) == now {
                continue;
            }
            // A manifest that cannot be read now is read at the next look.
            let Ok(clips) = clips_of(&library) else {
                continue;
            };
            if clips != known {
                known = clips.clone();
                if tell.send(clips).is_err() {
                    return;
                }
            }
        }
    })?;
    Ok(news)
}

/// What cannot be written down, on a full disk, is not worth more than a line: the film goes on.
fn run_errand(data: &Path, library: &Library, errand: Errand) {
    let outcome = match errand {
        Errand::Discard(file) => {
            library.discard(&file);
            Ok(())
        }
        Errand::Voted(vote) => remember(data, vote).and_then(|()| trim(data, u64::MAX)),
        Errand::Shown(sheep) => library.note_on_screen(&sheep),
    };
    if let Err(error) = outcome {
        tracing::info!("Could not be noted: {error:#}");
    }
}

/// Changes whenever clips come or go, or the manifest does, or somebody's taste.
fn state_of(library: &Library) -> [Option<SystemTime>; 3] {
    let modified = |path| {
        std::fs::metadata(path)
            .and_then(|file| file.modified())
            .ok()
    };
    library.witnesses().map(modified)
}

/// Says what was played; a screensaver host does not want to hear it.
fn tell(args: &PlayArgs, report: &PlayReport) {
    if args.window_id.is_none() && !args.as_saver {
        println!(
            "{} clips, {} pictures, {} dropped, first picture after {} ms",
            report.clips_played,
            report.frames_presented,
            report.frames_dropped,
            report.first_frame.as_millis()
        );
    }
}

/// Draws the genomes that were given, or the starter flock.
fn live(args: &PlayArgs, options: &PlayOptions, company: &mut Company) -> anyhow::Result<()> {
    let flock = if args.genomes.is_empty() {
        starters()
    } else {
        from_files(args)?
    };
    let report = play_live(flock, |event| company.hear(&event), options)?;
    tell(args, &report);
    Ok(())
}

fn starters() -> Vec<LiveSheep> {
    let sheep = starter_flock().iter().map(|sheep| LiveSheep {
        genome: sheep.genome(),
        title: sheep.title.to_owned(),
        artist: sheep.artist.to_owned(),
    });
    sheep.collect()
}

/// Genomes out of files, by the names that they give themselves or that their files have.
fn from_files(args: &PlayArgs) -> anyhow::Result<Vec<LiveSheep>> {
    let reader = Reader::new(&args.reading)?;
    let mut flock = Vec::new();
    for path in &args.genomes {
        let source = reader.read(path)?;
        source.tell();
        for flame in source.flames {
            let named = !flame.genome.name.is_empty();
            let title = if named {
                flame.genome.name.clone()
            } else {
                flame.name
            };
            let artist = flame
                .genome
                .edits
                .first()
                .and_then(|edit| edit.attribute("nick"));
            flock.push(LiveSheep {
                title,
                artist: artist.unwrap_or_default().to_owned(),
                genome: flame.genome,
            });
        }
    }
    Ok(flock)
}
