//! `woolgather agent`, and what others ask of it: `status`, `pause`, `resume`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};
use url::Url;
use woolgather_agent::Settings;
use woolgather_agent::talk::{Answer, Request, Status};
use woolgather_platform::children::spawn_apart;
use woolgather_platform::single::{Agent as Claim, ClaimError};

use crate::agent::desk::{Desk, Event};
use crate::agent::hands::{Hands, Place};
use crate::agent::socket::{self, Visit};
use crate::agent::survey::{self, Looking};
use crate::agent::tray::Tray;
use crate::cli::{AgentArgs, PauseArgs, SettingsArgs, StatusArgs};
use crate::identity::{Identity, data_folder};
use crate::library::Library;
use crate::say::{bytes, plain_lines};
use crate::settings::SettingsFile;

/// How long an agent may take to end, and its children with it.
const END_PATIENCE: Duration = Duration::from_secs(15);
/// The longest that a look for graphics cards may take.
const CARD_PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn agent(
    data: Option<&Path>,
    config: Option<&Path>,
    args: &AgentArgs,
) -> anyhow::Result<()> {
    if args.stop {
        return match end()? {
            true => Ok(()),
            false => bail!("no agent is running"),
        };
    }
    let folder = data_folder(data)?;
    let identity = Identity::open(&folder)?;
    let claim = match Claim::claim(&socket::place()?) {
        Ok(claim) => claim,
        // Autostart and a person may both start it; once is enough.
        Err(ClaimError::Taken(_)) if args.autostarted => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let mut watched = Watched {
        file: SettingsFile::of(config)?,
        over: args.settings.clone(),
        seen: None,
    };
    let settings = match watched.read() {
        Some(settings) => settings,
        None => watched.over.over(Settings::default())?,
    };
    let place = Place {
        data: data.map(Path::to_owned),
        config: config.map(Path::to_owned),
        coordinator: coordinator(args, &identity, &folder),
        folder,
        card: has_card(),
        saver: args.saver.clone(),
    };
    if place.coordinator.is_none() {
        tracing::warn!(
            "No flock is known yet: `woolgather sync --coordinator URL` joins one; the saver shows flames drawn live"
        );
    }
    work(claim, place, settings, move || watched.changed())
}

/// Runs the desk with everything that tells it something.
fn work(
    claim: Claim,
    place: Place,
    settings: Settings,
    again: impl FnMut() -> Option<Settings>,
) -> anyhow::Result<()> {
    let (tell, events) = channel();
    let looking = Arc::new(Mutex::new(Looking::default()));
    let (look_now, asked_to_look) = channel();

    let asked = tell.clone();
    start("socket", move || {
        socket::listen(&claim, move |request| {
            // At the end nobody listens any more.
            asked.send(Event::Asked(request)).ok();
        });
    })?;
    let to = tell.clone();
    start("presence", move || {
        survey::watch_presence(|presence| to.send(Event::Presence(presence)).is_ok());
    })?;
    let to = tell.clone();
    start("sleep", move || {
        survey::watch_sleep(|event| to.send(Event::Sleep(event)).is_ok());
    })?;
    let (to, data, apps) = (tell.clone(), place.folder.clone(), Arc::clone(&looking));
    start("survey", move || {
        survey::survey(&data, &apps, &asked_to_look, |found| {
            to.send(Event::Survey(found)).is_ok()
        });
    })?;
    let (children, heard) = channel();
    let to = tell.clone();
    start("children", move || {
        while let Ok(news) = heard.recv() {
            if to.send(Event::Child(news)).is_err() {
                return;
            }
        }
    })?;
    let to = tell.clone();
    let tray = Tray::start(move |act| {
        // At the end nobody listens any more.
        to.send(Event::Chosen(act)).ok();
    })?;
    stop_when_asked(tell)?;
    let hands = Hands::new(place, children);
    Desk::new(hands, settings, again, events, looking, look_now, tray).run();
    Ok(())
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    thread::Builder::new().name(name.into()).spawn(work)?;
    Ok(())
}

/// Passes on that the system wants the program to end.
fn stop_when_asked(tell: Sender<Event>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    start("signals", move || {
        runtime.block_on(super::stop_signal());
        // At the end nobody listens any more.
        tell.send(Event::Stop).ok();
    })
}

/// The coordinator that was named, or that the flock here is of, or the only one that was ever met.
fn coordinator(args: &AgentArgs, identity: &Identity, folder: &Path) -> Option<Url> {
    if args.coordinator.is_some() {
        return args.coordinator.clone();
    }
    let flock = Library::open(folder).and_then(|library| library.flock());
    if let Ok(Some(flock)) = flock {
        return Some(flock.coordinator);
    }
    let mut met = identity.acquaintances();
    (met.len() == 1).then(|| met.remove(0).url)
}

/// Whether there is a graphics card that can render. Another process looks, so that this one holds no driver.
fn has_card() -> bool {
    let look = || -> anyhow::Result<bool> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["adapters", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let (mut child, _hold) = spawn_apart(&mut command)?;
        let deadline = Instant::now() + CARD_PATIENCE;
        while child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                child.kill()?;
                child.wait()?;
                bail!("looking for graphics cards took too long");
            }
            thread::sleep(Duration::from_millis(50));
        }
        let found: serde_json::Value = serde_json::from_slice(&child.wait_with_output()?.stdout)?;
        Ok(found["card"].as_bool() == Some(true))
    };
    look().unwrap_or_else(|error| {
        tracing::info!("No graphics card is used: {error:#}");
        false
    })
}

/// A settings file that is looked at again and again.
struct Watched {
    file: SettingsFile,
    /// What was said on the command line counts more.
    over: SettingsArgs,
    seen: Option<SystemTime>,
}

impl Watched {
    /// The settings, if the file has changed since it was last read and can be read.
    fn changed(&mut self) -> Option<Settings> {
        (self.modified() != self.seen)
            .then(|| self.read())
            .flatten()
    }

    /// The settings, if the file can be read; one that is not there says nothing.
    fn read(&mut self) -> Option<Settings> {
        self.seen = self.modified();
        let read = self.file.settings().and_then(|read| {
            for warning in &read.warnings {
                tracing::warn!("{}: {warning}", self.file.path().display());
            }
            Ok(self.over.over(read.settings)?)
        });
        match read {
            Ok(settings) => Some(settings),
            Err(error) => {
                tracing::warn!("The settings stay as they were: {error:#}");
                None
            }
        }
    }

    fn modified(&self) -> Option<SystemTime> {
        let file = fs::metadata(self.file.path());
        file.and_then(|file| file.modified()).ok()
    }
}

/// What the agent does, in one sentence, where one runs; waits no longer than a person would notice.
pub(crate) fn sentence() -> Option<String> {
    let mut visit = Visit::begin().ok()??;
    match visit.ask(&Request::Status).ok()? {
        Answer::Status(status) => Some(status.sentence),
        _ => None,
    }
}

pub(crate) fn status(args: &StatusArgs) -> anyhow::Result<()> {
    let Some(mut visit) = Visit::begin()? else {
        if args.json {
            println!("{}", serde_json::json!({"running": false}));
        } else {
            println!("The agent is not running. `woolgather agent` starts it.");
        }
        return Ok(());
    };
    let status = match visit.ask(&Request::Status)? {
        Answer::Status(status) => status,
        other => bail!("the agent gave another answer: {other:?}"),
    };
    if args.json {
        let mut object = serde_json::to_value(&status)?;
        object["running"] = true.into();
        println!("{object}");
    } else {
        println!("{}", plain_lines(&words(&status)));
    }
    Ok(())
}

/// The status for people: the one sentence first.
fn words(status: &Status) -> String {
    let mut lines = vec![status.sentence.clone(), status.saver.clone()];
    lines.extend(status.network.iter().cloned());
    for playing in &status.playing {
        lines.push(format!("Playing {} on {}.", playing.sheep, playing.monitor));
    }
    let today = &status.today;
    lines.push(format!(
        "Today: {} work units, {} frames, {} min of rendering, {} fetched.",
        today.work_units,
        today.frames,
        today.rendering_s / 60,
        bytes(today.fetched_bytes)
    ));
    lines.retain(|line| !line.is_empty());
    lines.join("\n") + "\n"
}

pub(crate) fn pause(args: &PauseArgs) -> anyhow::Result<()> {
    let for_s = args.for_.map(|length| length.as_secs());
    ask(&Request::Pause { for_s })?;
    status(&StatusArgs { json: false })
}

pub(crate) fn resume() -> anyhow::Result<()> {
    ask(&Request::Resume)?;
    status(&StatusArgs { json: false })
}

/// Ends the agent that runs, and waits until it has; false where none does.
pub(crate) fn end() -> anyhow::Result<bool> {
    let Some(mut visit) = Visit::begin()? else {
        return Ok(false);
    };
    // It may be gone before its answer is.
    visit.ask(&Request::Stop).ok();
    drop(visit);
    let deadline = Instant::now() + END_PATIENCE;
    while Visit::begin()?.is_some() {
        if Instant::now() > deadline {
            bail!("the agent was asked to end and still runs");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(true)
}

/// Asks the agent for something that it does or refuses.
pub(super) fn ask(request: &Request) -> anyhow::Result<()> {
    let visit = Visit::begin()?;
    let mut visit = visit.context("the agent is not running; `woolgather agent` starts it")?;
    match visit.ask(request)? {
        Answer::Ok => {
            // What was asked for is decided with the next step.
            thread::sleep(Duration::from_millis(200));
            Ok(())
        }
        Answer::Refused { sentence } => bail!("{}", sentence.trim_end_matches('.')),
        other => bail!("the agent gave another answer: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_agent::talk::{Playing, Today};

    #[test]
    fn a_status_begins_with_its_sentence_and_says_the_day() {
        let status = Status {
            sentence: "Not rendering: on battery, 63 %.".into(),
            saver: "No saver: it starts after 5 minutes without input.".into(),
            network: vec!["Fetching new sheep.".into()],
            playing: vec![Playing {
                monitor: "1".into(),
                sheep: "Alpha".into(),
            }],
            today: Today {
                work_units: 3,
                frames: 96,
                rendering_s: 130,
                fetched_bytes: 2_000_000,
            },
            ..Status::default()
        };
        assert_eq!(
            words(&status),
            "Not rendering: on battery, 63 %.\n\
             No saver: it starts after 5 minutes without input.\n\
             Fetching new sheep.\nPlaying Alpha on 1.\n\
             Today: 3 work units, 96 frames, 2 min of rendering, 2.0 MB fetched.\n"
        );
    }

    #[test]
    fn settings_are_read_when_they_change_and_kept_when_they_break() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let mut watched = Watched {
            file: SettingsFile::of(Some(&file)).unwrap(),
            over: SettingsArgs::default(),
            seen: None,
        };
        assert_eq!(watched.read(), Some(Settings::default()));
        assert_eq!(watched.changed(), None);
        fs::write(&file, "[saver]\nidle_minutes = 7\n").unwrap();
        assert_eq!(watched.changed().unwrap().saver.idle_minutes, 7);
        assert_eq!(watched.changed(), None);
        fs::write(&file, "[saver]\nidle_minutes = 0\n").unwrap();
        let later = SystemTime::now() + Duration::from_secs(5);
        let handle = fs::File::options().write(true).open(&file).unwrap();
        handle.set_modified(later).unwrap();
        assert_eq!(watched.changed(), None);
    }
}
