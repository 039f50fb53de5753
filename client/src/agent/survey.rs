//! What the machine looks like, looked at again and again on threads of their own: some of it takes a while to ask.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use woolgather_agent::situation::{Link, Power};
use woolgather_platform::control_panel::host_chosen;
use woolgather_platform::desktop::{Front, SleepEvent, SleepWatch, inhibitions, locked};
use woolgather_platform::idle::{self, Idle};
use woolgather_platform::{
    CpuLoad, Environment, Network, PowerSource, free_bytes, hottest_now, network_now, running_now,
};

/// How often to look.
const LOOK: Duration = Duration::from_secs(2);
/// How often to look at what changes slowly or costs more.
const SLOW_LOOKS: u32 = 5;
/// Input within this span is input now. Work beside a person waits for longer than this anyway.
const INPUT_SPAN: Duration = Duration::from_secs(5);
/// How often an idle source that is lost is looked for again.
const AGAIN: Duration = Duration::from_secs(10);

/// What a look found.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    pub(crate) power: Power,
    pub(crate) locked: bool,
    pub(crate) full_screen: Option<String>,
    pub(crate) inhibitor: Option<String>,
    pub(crate) host_chosen: Option<String>,
    pub(crate) running: Vec<String>,
    pub(crate) temperature_c: Option<i16>,
    pub(crate) others_cpu_percent: Option<u8>,
    pub(crate) link: Link,
    pub(crate) disk_free_bytes: Option<u64>,
    pub(crate) cache_bytes: u64,
}

impl Default for Survey {
    /// A machine that nobody has looked at yet: nothing is begun on it.
    fn default() -> Self {
        Self {
            power: Power::NoneKnown,
            locked: false,
            full_screen: None,
            inhibitor: None,
            host_chosen: None,
            running: Vec::new(),
            temperature_c: None,
            others_cpu_percent: None,
            link: Link::Down,
            disk_free_bytes: None,
            cache_bytes: 0,
        }
    }
}

/// What to look for; the desk changes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looking {
    /// Programs whose names matter.
    pub(crate) apps: Vec<String>,
    /// Our own processes, whose windows and work are nobody else's.
    pub(crate) own: Vec<u32>,
}

/// Looks until nobody takes what is found; a message on `now` asks for a look at once.
pub(crate) fn survey(
    data: &Path,
    looking: &Arc<Mutex<Looking>>,
    now: &Receiver<()>,
    tell: impl Fn(Survey) -> bool,
) {
    let environment = Environment::of_this_process();
    let front = Front::open(&environment);
    if let Err(unknown) = &front {
        tracing::info!("{unknown}");
    }
    let mut load: Option<(CpuLoad, Vec<u32>)> = None;
    let mut found = Survey::default();
    for look in 0_u32.. {
        let Looking { apps, own } = looking
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        // The load is a difference between two looks, of the same processes.
        if load.as_ref().is_none_or(|(_, before)| *before != own) {
            load = Some((CpuLoad::of_this_machine(&own), own.clone()));
        }
        let others = load.as_mut().and_then(|(load, _)| load.of_others().ok()?);
        found = Survey {
            power: power_now(),
            full_screen: full_screen(front.as_ref().ok(), &own),
            running: running_now(&apps).unwrap_or_default(),
            temperature_c: hottest_now()
                .ok()
                .map(|hottest| hottest.celsius.round() as i16),
            others_cpu_percent: others.map(|share| (100.0 * share).round() as u8),
            ..found
        };
        if look % SLOW_LOOKS == 0 {
            found.locked = locked(&environment).unwrap_or(false);
            found.inhibitor = inhibitor(&environment);
            found.host_chosen = host_chosen(&environment).map(str::to_owned);
            found.link = match network_now(&environment) {
                Ok(Network::None) => Link::Down,
                Ok(Network::Metered) => Link::Metered,
                // Where nothing tells, trying does.
                Ok(Network::Free) | Err(_) => Link::Free,
            };
            found.disk_free_bytes = free_bytes(data).ok();
            found.cache_bytes = bytes_in(&data.join("clips")) + bytes_in(&data.join("unfinished"));
        }
        if !tell(found.clone()) || now.recv_timeout(LOOK) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

fn power_now() -> Power {
    match woolgather_platform::power_now() {
        Ok(power) => match (power.source, power.battery_percent) {
            (PowerSource::Battery, percent) => Power::Battery(percent),
            (PowerSource::Mains, Some(_)) => Power::Mains,
            (PowerSource::Mains, None) => Power::NoneKnown,
        },
        Err(_) => Power::NoneKnown,
    }
}

fn full_screen(front: Option<&Front>, own: &[u32]) -> Option<String> {
    let is_full = front?.full_screen(own).ok()?;
    is_full.then(|| "a program".to_owned())
}

fn inhibitor(environment: &Environment) -> Option<String> {
    let held = inhibitions(environment).held;
    held.into_iter().next().map(|inhibition| inhibition.who)
}

/// Bytes of the files in a folder; its own folders count too, a few levels down.
fn bytes_in(folder: &Path) -> u64 {
    fn count(folder: PathBuf, depth: u32) -> u64 {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.metadata() {
                Ok(file) if file.is_file() => file.len(),
                Ok(_) if depth > 0 => count(entry.path(), depth - 1),
                _ => 0,
            })
            .sum()
    }
    count(folder.to_owned(), 4)
}

/// What is known of the person at the machine.
#[derive(Clone, Debug)]
pub(crate) enum Presence {
    /// There was input a moment ago.
    Here,
    /// There has been none since.
    Away(Instant),
    /// Nothing tells; why, as a part of a sentence.
    Unknown(String),
}

/// Watches the person until nobody takes what is seen.
pub(crate) fn watch_presence(tell: impl Fn(Presence) -> bool) {
    let environment = Environment::of_this_process();
    loop {
        let source = idle::detect(&environment);
        let mut source = match source {
            Ok(source) => source,
            Err(cannot) => {
                tracing::warn!("{cannot}");
                let why = "this desktop does not say";
                if !tell(Presence::Unknown(why.to_owned())) {
                    return;
                }
                thread::sleep(AGAIN);
                continue;
            }
        };
        tracing::info!("{} tells when somebody is here", source.name());
        let mut answer = source.watch(INPUT_SPAN).map(|()| Idle::Active);
        loop {
            let presence = match answer {
                Ok(Idle::Active) => Presence::Here,
                Ok(Idle::Since(since)) => Presence::Away(since),
                Err(error) => {
                    tracing::warn!("{error}");
                    break;
                }
            };
            if !tell(presence) {
                return;
            }
            answer = source.wait(Duration::from_secs(30));
        }
    }
}

/// Watches for the machine's sleep until nobody takes what is seen.
pub(crate) fn watch_sleep(tell: impl Fn(SleepEvent) -> bool) {
    let mut watch = SleepWatch::open(&Environment::of_this_process());
    loop {
        if let Some(event) = watch.wait(Duration::from_secs(2))
            && !tell(event)
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_weighs_what_its_files_weigh() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::fs::write(folder.path().join("a/b/one"), [0; 1000]).unwrap();
        std::fs::write(folder.path().join("two"), [0; 34]).unwrap();
        assert_eq!(bytes_in(folder.path()), 1034);
        assert_eq!(bytes_in(&folder.path().join("nowhere")), 0);
    }
}
