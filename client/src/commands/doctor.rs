//! `woolgather doctor`: can the saver ever come on, and may this machine ever render? Each thing that stands in the way
//! with what to do about it.

mod host;

use std::path::Path;

use anyhow::bail;
use serde_json::json;
use woolgather_agent::{Consent, Settings};
use woolgather_platform::{Environment, display_present, idle};

use host::Host;

use crate::agent::socket::Visit;
use crate::cli::DoctorArgs;
use crate::identity::data_folder;
use crate::library::Library;
use crate::say::plain;
use crate::settings::SettingsFile;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Worth knowing.
    Note,
    /// The saver never comes on like this.
    Bad,
}

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    verdict: Verdict,
    /// What holds, as a sentence.
    what: String,
    /// What to do about it.
    fix: Option<String>,
}

impl Finding {
    fn good(what: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Good,
            what: what.into(),
            fix: None,
        }
    }

    fn note(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Note,
            what: what.into(),
            fix: Some(fix.into()),
        }
    }

    fn bad(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Bad,
            ..Self::note(what, fix)
        }
    }
}

/// What was found out about the machine.
struct Patient {
    has_display: bool,
    /// Who tells when somebody is here, or the sentence that nobody does.
    idle: Result<String, String>,
    agent_runs: bool,
    /// The desktop's own saver that runs.
    host: Option<Host>,
    settings: Result<Settings, String>,
    clips: usize,
    flock_known: bool,
}

pub(crate) fn doctor(
    data: Option<&Path>,
    config: Option<&Path>,
    args: &DoctorArgs,
) -> anyhow::Result<()> {
    let findings = findings(&examine(data, config)?);
    if args.json {
        let object = |finding: &Finding| {
            let verdict = format!("{:?}", finding.verdict).to_lowercase();
            json!({"verdict": verdict, "what": finding.what, "fix": finding.fix})
        };
        let all: Vec<_> = findings.iter().map(object).collect();
        println!("{}", json!({ "findings": all }));
    } else {
        for finding in &findings {
            let sign = match finding.verdict {
                Verdict::Good => "ok  ",
                Verdict::Note => "note",
                Verdict::Bad => "BAD ",
            };
            println!("{sign}  {}", plain(&finding.what));
            if let Some(fix) = &finding.fix {
                println!("      {}", plain(fix));
            }
        }
    }
    if findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Bad)
    {
        bail!("the saver cannot come on like this");
    }
    Ok(())
}

fn examine(data: Option<&Path>, config: Option<&Path>) -> anyhow::Result<Patient> {
    let environment = Environment::of_this_process();
    let library = Library::open(&data_folder(data)?)?;
    let flock = library.flock().ok().flatten();
    Ok(Patient {
        has_display: display_present(),
        idle: match idle::detect(&environment) {
            Ok(source) => Ok(source.name().to_owned()),
            Err(cannot) => Err(cannot.to_string()),
        },
        agent_runs: Visit::begin()?.is_some(),
        host: host::that_runs(&environment),
        settings: SettingsFile::of(config)
            .and_then(|file| file.settings())
            .map(|read| read.settings)
            .map_err(|error| format!("{error:#}")),
        clips: flock
            .as_ref()
            .map_or(0, |flock| library.playable(&flock.manifest).len()),
        flock_known: flock.is_some(),
    })
}

/// What is to be said about the patient, the worst last.
fn findings(patient: &Patient) -> Vec<Finding> {
    let mut all = Vec::new();
    all.push(if patient.has_display {
        Finding::good("There is a display.")
    } else {
        Finding::bad(
            "There is no display to show anything on.",
            "Start this from a desktop session, or set DISPLAY or WAYLAND_DISPLAY.",
        )
    });
    if patient.has_display {
        all.push(match &patient.idle {
            Ok(source) => Finding::good(format!("{source} tells when nobody is here.")),
            Err(why) if patient.host.is_some() => Finding::note(
                format!("We {why}."),
                "The desktop's own saver does, and calls Woolgather.",
            ),
            Err(why) => Finding::bad(format!("We {why}."), host::BLIND_FIX),
        });
    }
    host_or_agent(patient, &mut all);
    match &patient.settings {
        Err(why) => all.push(Finding::bad(
            format!("The settings cannot be read: {why}."),
            "Correct the line that is named, or move the file away.",
        )),
        Ok(settings) => permissions(settings, patient, &mut all),
    }
    all.push(if patient.clips > 0 {
        Finding::good(format!("{} clips are here to play.", patient.clips))
    } else {
        Finding::note(
            "There are no clips here yet, so the starter flock is drawn live.",
            "`woolgather sync --coordinator URL` fetches some.",
        )
    });
    all.sort_by_key(|finding| finding.verdict == Verdict::Bad);
    all
}

/// Who opens the saver: the desktop's own one, or our agent.
fn host_or_agent(patient: &Patient, all: &mut Vec<Finding>) {
    match (&patient.host, patient.agent_runs) {
        (Some(host), runs) => all.push(host.finding(runs)),
        (None, true) => {}
        (None, false) => all.push(Finding::bad(
            "The agent does not run, and no saver of the desktop's does.",
            host::NO_AGENT_FIX,
        )),
    }
    if patient.agent_runs {
        all.push(Finding::good("The agent runs."));
    } else if patient.host.is_some() {
        all.push(Finding::note(
            "The agent does not run, so nothing is rendered, fetched or shared.",
            "`woolgather agent` starts it.",
        ));
    }
}

/// What the settings allow.
fn permissions(settings: &Settings, patient: &Patient, all: &mut Vec<Finding>) {
    let host_shows = patient.host.as_ref().is_some_and(|host| host.knows_us);
    if !settings.saver.enabled && !host_shows {
        all.push(Finding::bad(
            "The saver is turned off in the settings.",
            "`woolgather config set saver.enabled true`, or `woolgather settings`.",
        ));
    }
    match settings.render.enabled {
        Consent::Given if !patient.flock_known => all.push(Finding::note(
            "This machine may render, and has joined no flock yet.",
            "`woolgather sync --coordinator URL` joins one.",
        )),
        Consent::Given => all.push(Finding::good("This machine may render for its flock.")),
        Consent::Ask => all.push(Finding::note(
            "You have not said yet whether this machine may render.",
            "`woolgather settings` asks.",
        )),
        Consent::Refused => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A desktop on which all is well.
    fn well() -> Patient {
        let mut settings = Settings::default();
        settings.render.enabled = Consent::Given;
        Patient {
            has_display: true,
            idle: Ok("X11".into()),
            agent_runs: true,
            host: None,
            settings: Ok(settings),
            clips: 12,
            flock_known: true,
        }
    }

    fn host(name: &str, knows_us: bool) -> Host {
        Host {
            name: name.to_owned(),
            knows_us,
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Patient), bad: Option<&str>, note: Option<&str>) {
        let mut patient = well();
        change(&mut patient);
        let all = findings(&patient);
        let first = |verdict: Verdict| {
            let found = all.iter().find(|finding| finding.verdict == verdict);
            found.map(|finding| finding.what.clone())
        };
        assert_eq!(first(Verdict::Bad).as_deref(), bad, "{all:?}");
        assert_eq!(first(Verdict::Note).as_deref(), note, "{all:?}");
        let needs_a_fix = |finding: &&Finding| finding.verdict != Verdict::Good;
        assert!(
            all.iter()
                .filter(needs_a_fix)
                .all(|finding| finding.fix.is_some())
        );
    }

    #[test]
    fn a_saver_that_can_never_come_on_is_found_with_its_fix() {
        check(|_| {}, None, None);
        let no_display = Some("There is no display to show anything on.");
        check(|it| it.has_display = false, no_display, None);
        let blind = Some("We can't tell when you are idle on this desktop.");
        let cannot = || Err("can't tell when you are idle on this desktop".to_owned());
        check(|it| it.idle = cannot(), blind, None);
        check(
            |it| {
                it.idle = cannot();
                it.host = Some(host("xscreensaver", true));
            },
            None,
            blind,
        );
        let nobody = Some("The agent does not run, and no saver of the desktop's does.");
        check(|it| it.agent_runs = false, nobody, None);
        check(
            |it| {
                it.agent_runs = false;
                it.host = Some(host("xscreensaver", false));
            },
            Some("xscreensaver runs and does not know Woolgather."),
            Some("The agent does not run, so nothing is rendered, fetched or shared."),
        );
        check(
            |it| it.settings = Err("line 3: no".into()),
            Some("The settings cannot be read: line 3: no."),
            None,
        );
        check(
            |it| it.settings.as_mut().unwrap().saver.enabled = false,
            Some("The saver is turned off in the settings."),
            None,
        );
    }

    #[test]
    fn what_is_only_worth_knowing_is_a_note() {
        let unasked = Some("You have not said yet whether this machine may render.");
        check(|it| it.settings = Ok(Settings::default()), None, unasked);
        let empty = Some("There are no clips here yet, so the starter flock is drawn live.");
        check(|it| it.clips = 0, None, empty);
        let alone = Some("This machine may render, and has joined no flock yet.");
        check(|it| it.flock_known = false, None, alone);
    }
}
