//! A player that keeps company with the session's agent: it says what it shows, so that the agent knows that something is
//! on, steps back when frames are missed, and can pass votes on.

use std::sync::mpsc::{Receiver, Sender, channel};

use woolgather_agent::talk::{Request, SaverHello, TEXT_BYTES_MAX};
use woolgather_player::PlayEvent;

use crate::agent::socket::Visit;

/// The agent's ear, where there is one.
pub(crate) struct Company {
    hello: SaverHello,
    tell: Option<Sender<SaverHello>>,
}

impl Company {
    /// Says hello where an agent runs; nothing waits for it.
    pub(crate) fn join(window: Option<u32>, monitor: Option<usize>) -> Self {
        let hello = SaverHello {
            pid: std::process::id(),
            window: window.map(u64::from),
            monitor: monitor.map_or_else(|| "the screen".to_owned(), |number| number.to_string()),
            sheep: None,
            sheep_id: None,
            artist: None,
            dropped_frames: 0,
            key_taken: false,
        };
        let (tell, hellos) = channel();
        let thread = std::thread::Builder::new().name("company".into());
        let started = thread.spawn(move || keep(&hellos)).is_ok();
        let company = Self {
            hello,
            tell: started.then_some(tell),
        };
        company.say();
        company
    }

    /// Passes on what the agent wants to know.
    pub(crate) fn hear(&mut self, event: &PlayEvent) {
        match event {
            PlayEvent::Shown {
                sheep,
                title,
                artist,
            } => {
                self.hello.sheep = Some(short(title));
                self.hello.artist = Some(short(artist)).filter(|artist| !artist.is_empty());
                self.hello.sheep_id.clone_from(sheep);
            }
            PlayEvent::Dropped { frames } => self.hello.dropped_frames = *frames,
            PlayEvent::KeyTaken => {
                self.hello.key_taken = true;
                self.say();
                self.hello.key_taken = false;
                return;
            }
            PlayEvent::Voted { .. } | PlayEvent::Broken { .. } | PlayEvent::NoFilms { .. } => {
                return;
            }
        }
        self.say();
    }

    fn say(&self) {
        if let Some(tell) = &self.tell {
            // Whoever listened has gone: then there is no agent.
            tell.send(self.hello.clone()).ok();
        }
    }
}

/// As much of a name as fits the agent's messages, in whatever script it is written.
fn short(name: &str) -> String {
    name.chars().take(TEXT_BYTES_MAX / 4).collect()
}

/// Holds a connection for as long as the player lives; an agent that comes later is found with the next sheep.
fn keep(hellos: &Receiver<SaverHello>) {
    let mut visit: Option<Visit> = None;
    while let Ok(mut hello) = hellos.recv() {
        // Only what holds now is worth saying, and that a key was pressed.
        while let Ok(newer) = hellos.try_recv() {
            let key_taken = hello.key_taken || newer.key_taken;
            hello = SaverHello { key_taken, ..newer };
        }
        if visit.is_none() {
            visit = Visit::begin().ok().flatten();
        }
        if let Some(agent) = &mut visit
            && let Err(error) = agent.ask(&Request::SaverHello(hello))
        {
            tracing::debug!("The agent is gone: {error:#}");
            visit = None;
        }
    }
}
