//! What is on and what is said about it: the part of playing that knows no window.
//!
//! Brings projection, timeline and text together, answers the keys, tells the caller what happened
//! and counts for the report.

use std::time::{Duration, Instant};

use crate::caption::{Caption, SHEETS};
use crate::clock::Now;
use crate::evening::Listing;
use crate::flock::{PlayError, PlayEvent, PlayOptions, PlayReport, Vote};
use crate::frame_log::FrameLog;
use crate::gpu::painter::Scene;
use crate::overlay::Info;
use crate::performance::{Action, Teller};
use crate::projection::{Command, Picture, Projection};
use crate::text::Panel;
use crate::timeline::{FilmClock, Moment, Timeline};

/// A film on its way to a screen.
pub(crate) struct Playback {
    teller: Teller,
    started: Instant,
    projection: Projection,
    timeline: Timeline<Picture>,
    clock: FilmClock,
    paused: bool,
    hidden: bool,
    /// Number of the clip on the screen.
    showing: u64,
    caption: Caption,
    /// Is the time of day shown?
    clock_shown: bool,
    log: Option<FrameLog>,
    last_number: u64,
    /// Dropped frames that the caller knows of.
    told_dropped: u64,
    report: PlayReport,
}

impl Playback {
    /// Starts decoding; pictures with a side above `side_max` are passed over, and those shown go into `log`.
    ///
    /// # Errors
    ///
    /// [`PlayError::Thread`].
    pub(crate) fn start(
        listing: Listing,
        options: &PlayOptions,
        started: Instant,
        side_max: u32,
        teller: Teller,
        log: Option<FrameLog>,
    ) -> Result<Self, PlayError> {
        Ok(Self {
            projection: Projection::start(listing, options.rng_seed, side_max)?,
            teller,
            started,
            timeline: Timeline::new(),
            clock: FilmClock::start(started),
            paused: false,
            hidden: false,
            showing: 0,
            caption: Caption::new(started),
            clock_shown: options.clock,
            log,
            last_number: 0,
            told_dropped: 0,
            report: PlayReport::default(),
        })
    }

    /// Moves on to `now`; `None` while there is no first picture.
    ///
    /// # Errors
    ///
    /// [`PlayError::NoReadableClip`] when the film has ended for want of clips.
    pub(crate) fn tick(&mut self, now: Instant) -> Result<Option<Moment>, PlayError> {
        let Self {
            projection,
            timeline,
            clock,
            ..
        } = self;
        let mut ended = None;
        let moment = timeline.advance(clock.read(now), || match projection.poll() {
            Ok(picture) => picture,
            Err(error) => {
                ended = Some(error);
                None
            }
        });
        for event in self.projection.events() {
            self.teller.tell(event);
        }
        if let Some(error) = ended {
            return Err(error);
        }
        if let Some(picture) = self.timeline.shown()
            && picture.showing != self.showing
        {
            self.showing = picture.showing;
            self.caption.come_on(now);
            self.report.clips_played += 1;
            let clip = &picture.clip;
            self.teller.tell(PlayEvent::Shown {
                sheep: Some(clip.from_sheep.clone()),
                title: clip.title.clone(),
                artist: clip.artist.clone(),
            });
        }
        let dropped = self.timeline.dropped();
        if dropped > self.told_dropped {
            self.told_dropped = dropped;
            self.teller.tell(PlayEvent::Dropped { frames: dropped });
        }
        self.caption
            .tick(self.paused, Now::read(now, self.clock_shown));
        Ok(moment)
    }

    /// What to show at the moment of the last tick.
    pub(crate) fn scene(&self, moment: &Moment) -> Option<Scene<'_>> {
        Some(Scene {
            shown: self.timeline.shown()?,
            next: self.timeline.next(),
            blend: moment.blend,
            glimpses: self.caption.glimpses(),
        })
    }

    /// The sheets of text for a screen of these pixels that have changed since the last call.
    pub(crate) fn new_panels(&mut self, size: (u32, u32)) -> [Option<Panel>; SHEETS] {
        let Some(picture) = self.timeline.shown() else {
            return [None, None];
        };
        let clip = &picture.clip;
        let info = Info {
            title: clip.title.clone(),
            artist: clip.artist.clone(),
            volunteers: clip.volunteers.clone(),
            notice: None,
        };
        self.caption.new_panels(info, size)
    }

    /// Notes that the scene of this moment was handed to the screen.
    ///
    /// # Errors
    ///
    /// [`PlayError::Write`] when the frame log takes no more.
    pub(crate) fn presented(&mut self) -> Result<(), PlayError> {
        let Some(picture) = self.timeline.shown() else {
            return Ok(());
        };
        if picture.number == self.last_number {
            return Ok(());
        }
        let since_start = self.started.elapsed();
        if self.last_number == 0 {
            self.report.first_frame = since_start;
        }
        self.last_number = picture.number;
        self.report.frames_presented += 1;
        let path = &picture.clip.path;
        let clip = path.file_name().unwrap_or_default().to_string_lossy();
        match &mut self.log {
            Some(log) => log.note(since_start, &clip, picture.index, self.timeline.dropped()),
            None => Ok(()),
        }
    }

    /// Carries out what a key asks for.
    pub(crate) fn act(&mut self, action: Action, now: Instant) {
        match action {
            Action::Vote(vote) => self.vote(vote, now),
            Action::Previous => self.jump(Command::Previous, now),
            Action::Next => self.jump(Command::Next, now),
            Action::Pause => self.set_paused(!self.paused, now),
            Action::Info => self.caption.toggle(),
        }
    }

    /// Nobody can see the window any more, or somebody can again. The film waits meanwhile.
    pub(crate) fn set_hidden(&mut self, hidden: bool, now: Instant) {
        self.hidden = hidden;
        self.clock.set_stopped(self.paused || self.hidden, now);
    }

    /// When to look again, if nothing happens before; `None` where nothing moves.
    pub(crate) fn next_look(&self, moment: &Moment, now: Instant) -> Option<Instant> {
        /// While the decoder is late.
        const IMPATIENCE: Duration = Duration::from_millis(4);
        if self.clock.is_stopped() {
            if self.hidden {
                return None;
            }
            return self.caption.next_change();
        }
        if self.timeline.next().is_none() {
            return Some(now + IMPATIENCE);
        }
        Some(self.clock.wall(moment.next_due))
    }

    /// Does the film stand still?
    pub(crate) fn is_stopped(&self) -> bool {
        self.clock.is_stopped()
    }

    /// Gives the account, and the log back.
    pub(crate) fn end(self) -> (PlayReport, Option<FrameLog>) {
        let report = PlayReport {
            frames_dropped: self.timeline.dropped(),
            ..self.report
        };
        (report, self.log)
    }

    fn vote(&mut self, vote: Vote, now: Instant) {
        let Some(sheep) = self.timeline.shown().map(|picture| {
            let clip = &picture.clip;
            // On an edge, whichever of the two it looks more like.
            if picture.index * 2 < picture.frames {
                clip.from_sheep.clone()
            } else {
                clip.to_sheep.clone()
            }
        }) else {
            return;
        };
        let notice = match vote {
            Vote::Up => "▲ More like this",
            Vote::Down => "▼ Less like this: it leaves soon",
        };
        self.caption.notify(notice, now);
        if vote == Vote::Down {
            self.projection.command(Command::Leave(sheep.clone()));
        }
        self.teller.tell(PlayEvent::Voted { sheep, vote });
    }

    fn jump(&mut self, command: Command, now: Instant) {
        self.projection.command(command);
        self.set_paused(false, now);
    }

    fn set_paused(&mut self, paused: bool, now: Instant) {
        self.paused = paused;
        self.clock.set_stopped(self.paused || self.hidden, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::News;
    use crate::test_film::broken_clip;

    #[test]
    fn who_listens_hears_of_every_broken_clip_before_the_film_ends() {
        let folder = tempfile::tempdir().unwrap();
        let clips =
            ["one", "two", "three"].map(|name| broken_clip(folder.path(), name, name.as_bytes()));
        let (tell, told) = std::sync::mpsc::channel();
        let teller = Teller::new(std::sync::Arc::new(move |news| tell.send(news).unwrap()));
        let now = Instant::now();
        let listing = Listing {
            clips: clips.to_vec(),
            changes: std::sync::mpsc::channel().1,
        };
        let options = PlayOptions::default();
        let mut playback = Playback::start(listing, &options, now, 4096, teller, None).unwrap();
        let error = loop {
            match playback.tick(Instant::now()) {
                Ok(moment) => assert_eq!(moment, None, "there is nothing to show"),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, PlayError::NoReadableClip { .. }), "{error}");
        drop(playback);
        let told: Vec<News> = told.iter().collect();
        let is_told = |clip: &crate::LocalClip| {
            let names = |news: &&News| matches!(news, News::Event(PlayEvent::Broken { path, .. }) if *path == clip.path);
            told.iter().filter(names).count()
        };
        assert_eq!(clips.each_ref().map(is_told), [1, 1, 1]);
    }
}
