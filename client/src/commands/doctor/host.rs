//! The desktop's own saver, as the doctor sees it: whether one runs, and whether it is ours that it shows.

use woolgather_platform::Environment;

use super::Finding;

/// The desktop's own saver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    /// What it is called, for a sentence.
    pub(super) name: String,
    /// Is Woolgather what it shows, or one of what it may show?
    pub(super) knows_us: bool,
}

/// What to do where the agent does not run and nobody else shows anything.
pub(super) const NO_AGENT_FIX: &str = if cfg!(windows) {
    "`woolgather agent` starts it; `woolgather install-saver` has it start with your session, and chooses the saver."
} else if cfg!(target_os = "macos") {
    "`woolgather agent` starts it; docs/desktop.md says how it starts with your session."
} else {
    "`woolgather agent` starts it; the package starts it with every session."
};

/// What to do where nothing tells when somebody is here.
pub(super) const BLIND_FIX: &str = "On such a desktop only a host can call the saver: install xscreensaver, then `woolgather install-hack`.";

/// The saver that runs, or on Windows the one that is chosen.
#[cfg(windows)]
pub(super) fn that_runs(environment: &Environment) -> Option<Host> {
    use woolgather_platform::control_panel::{Chosen, ThisUser, chosen, saver_file};
    let saver = saver_file(environment).ok()?;
    match chosen(&ThisUser, saver.to_str()?).ok()? {
        Chosen::Nobody => None,
        Chosen::Ours => Some(Host {
            name: "Windows' screensaver".to_owned(),
            knows_us: true,
        }),
        Chosen::Another(path) => Some(Host {
            name: path,
            knows_us: false,
        }),
    }
}

/// The saver that runs, or on Windows the one that is chosen.
#[cfg(not(windows))]
pub(super) fn that_runs(_environment: &Environment) -> Option<Host> {
    use woolgather_platform::running_now;
    use woolgather_platform::xscreensaver::has_hack;
    /// Whose idle time and windows ours must get along with.
    const HOSTS: [&str; 3] = ["xscreensaver", "mate-screensaver", "xfce4-screensaver"];

    let running = running_now(&HOSTS.map(str::to_owned)).ok()?;
    let list = std::env::home_dir().map(|home| home.join(".xscreensaver"));
    let list = list.and_then(|file| std::fs::read_to_string(file).ok());
    Some(Host {
        name: running.into_iter().next()?,
        knows_us: list.is_some_and(|text| has_hack(&text, "woolgather")),
    })
}

impl Host {
    /// What is to be said about it.
    pub(super) fn finding(&self, agent_runs: bool) -> Finding {
        let name = &self.name;
        if self.knows_us {
            return Finding::good(if cfg!(windows) {
                format!("{name} is Woolgather.")
            } else {
                format!("{name} runs and knows Woolgather.")
            });
        }
        if cfg!(windows) {
            let fix = "`woolgather install-saver` chooses Woolgather; or turn the other one off.";
            return if agent_runs {
                Finding::note(
                    format!("{name} is your screensaver, so both may come on."),
                    fix,
                )
            } else {
                Finding::bad(format!("{name} is your screensaver."), fix)
            };
        }
        if name != "xscreensaver" {
            return Finding::note(
                format!("{name} runs."),
                "Choose Woolgather in the desktop's screensaver settings.",
            );
        }
        let fix = "`woolgather install-hack`, then choose Woolgather in xscreensaver-settings.";
        if agent_runs {
            Finding::note(
                format!("{name} runs and does not know Woolgather, so both may come on."),
                fix,
            )
        } else {
            Finding::bad(format!("{name} runs and does not know Woolgather."), fix)
        }
    }
}
