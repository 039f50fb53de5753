//! The desk and the icon in the panel: what the icon shows, and what its menu asks for.

use std::thread;
use std::time::Duration;

use woolgather_agent::Settings;
use woolgather_agent::talk::Answer;
use woolgather_agent::tray::{Act, Panel, face, until_tomorrow};

use super::{Desk, local_time};
use crate::agent::browser;

/// An hour's pause.
const HOUR: Duration = Duration::from_secs(3600);

impl<S: FnMut() -> Option<Settings>> Desk<S> {
    /// Shows what has changed, or nothing where no icon is wanted.
    pub(super) fn show_in_panel(&mut self) {
        let face = self.wants_tray.then(|| {
            let status = self.status();
            let current = self.sight.current(&self.savers);
            face(&Panel {
                sentence: &status.sentence,
                paused: status.paused,
                sheep: current.as_ref().map(|(sheep, _)| sheep),
                on_screen: current.as_ref().is_some_and(|(_, on_screen)| *on_screen),
                has_page: self.sight.has_page(),
            })
        });
        self.tray.show(face);
    }

    /// Does what was chosen in the menu; true where that means the end.
    pub(super) fn act(&mut self, act: Act) -> bool {
        match act {
            Act::Vote { vote, sheep } => {
                if let Answer::Refused { sentence } =
                    self.sight.vote(vote, Some(&sheep), &self.savers)
                {
                    tracing::warn!("{sentence}");
                }
            }
            Act::ShowSeen => self.open_page(),
            Act::ShowFlock => self.hands.open_saver(),
            Act::PauseForAnHour => self.agent.pause(Some(HOUR)),
            Act::PauseUntilTomorrow => {
                let now = local_time(&jiff::Zoned::now());
                self.agent.pause(Some(until_tomorrow(now)));
            }
            Act::Resume => self.agent.resume(),
            Act::Settings => self.hands.open_settings(),
            Act::Quit => return true,
        }
        false
    }

    /// Opens the page about what was seen; nothing here waits for a browser.
    fn open_page(&self) {
        let page = match self.sight.page() {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!("There is no page about what was seen: {error:#}");
                return;
            }
        };
        let open = move || {
            if let Err(error) = browser::open(&page) {
                tracing::warn!("{error:#}; the page is {page}");
            }
        };
        if let Err(error) = thread::Builder::new().name("page".into()).spawn(open) {
            tracing::warn!("The page could not be opened: {error}");
        }
    }
}
