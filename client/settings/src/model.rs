//! What the window shows, what a change writes and when, and what is wrong with the file.
//!
//! A person's change is written [`QUIET`] after the last one, so that a slider on its way does not write at
//! every step. The file is looked at every [`LOOK`]. Both sides may change at once: settings that the person
//! changed are put into the file as it is then, and everything else is taken from it.

use std::io;
use std::time::Duration;

use woolgather_agent::schedule::{NoRange, Range, Schedule};
use woolgather_agent::settings::file::SettingsError;
use woolgather_agent::settings::table::{APP_BYTES_MAX, rows};
use woolgather_agent::{Consent, Settings};

use crate::Store;

/// How long nothing must have changed before it is written.
pub const QUIET: Duration = Duration::from_millis(250);

/// How often the file is looked at.
pub const LOOK: Duration = Duration::from_secs(1);

/// Settings in a window, and the file behind them.
#[derive(Debug)]
pub struct Model {
    shown: Shown,
    /// What of `shown` has been noticed as changed.
    settled: Settings,
    /// As the file has them, or had them when it could be read.
    file: Settings,
    /// The file's text when it was last seen.
    seen: Option<Seen>,
    trouble: Option<Trouble>,
    /// When to write; `None` while there is nothing to write.
    write_at: Option<Duration>,
    look_at: Duration,
}

/// The file's text; `None` where there is no file.
type Seen = Option<String>;

/// What the person sees and changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Everything but the two lists.
    pub settings: Settings,
    /// The hours in which rendering is allowed, as they are being typed.
    pub hours: Lines,
    /// The programs that come first, as they are being typed.
    pub apps: Lines,
}

/// A list that is being typed. A blank line is one that is not there yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(pub Vec<String>);

/// Why a change does not reach the file.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The file cannot be understood, and is not written over.
    #[error("{0}")]
    NotUnderstood(SettingsError),
    /// The file cannot be read.
    #[error("It cannot be read: {0}.")]
    NotRead(io::Error),
    /// The file cannot be written.
    #[error("It cannot be written: {0}.")]
    NotWritten(io::Error),
}

impl Model {
    /// Reads the file for the first time.
    pub fn open(store: &mut impl Store) -> Self {
        let settings = Settings::default();
        let mut model = Self {
            shown: Shown::of(settings.clone()),
            settled: settings.clone(),
            file: settings,
            seen: None,
            trouble: None,
            write_at: None,
            look_at: Duration::ZERO,
        };
        model.look(store);
        model
    }

    /// Has this person not been asked anything yet?
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let asked = [self.file.render.enabled, self.file.network.share];
        self.trouble.is_none() && asked == [Consent::Ask; 2]
    }

    /// What the person sees and changes; say [`Model::settle`] afterwards.
    pub fn shown(&mut self) -> &mut Shown {
        &mut self.shown
    }

    /// Why changes do not reach the file, while they do not.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Notices what the person has changed.
    pub fn settle(&mut self, now: Duration) {
        self.shown.take_lists();
        if self.shown.settings != self.settled {
            self.settled = self.shown.settings.clone();
            self.write_at = Some(now + QUIET);
        }
    }

    /// Looks at the file and writes, where it is time to; returns how long it may be left alone then.
    pub fn step(&mut self, now: Duration, store: &mut impl Store) -> Duration {
        let writes = self.write_at.is_some_and(|at| at <= now);
        if writes || self.look_at <= now {
            self.look(store);
            self.look_at = now + LOOK;
        }
        if writes {
            self.write_at = match self.write(store) {
                Ok(()) => None,
                // Whatever is in the way may go away.
                Err(NotNow) => Some(now + LOOK),
            };
        }
        let next = self.write_at.unwrap_or(self.look_at).min(self.look_at);
        next.saturating_sub(now)
    }

    /// Writes what has not been written, at the window's end.
    pub fn finish(&mut self, store: &mut impl Store) {
        self.settle(Duration::ZERO);
        if self.write_at.is_some() {
            self.step(Duration::MAX - LOOK, store);
        }
    }

    fn look(&mut self, store: &mut impl Store) {
        match store.read() {
            Ok(text) => self.see(text),
            Err(error) => {
                self.seen = None;
                self.trouble = Some(Trouble::NotRead(error));
            }
        }
    }

    fn see(&mut self, text: Option<String>) {
        if self.seen.as_ref() == Some(&text) {
            return;
        }
        match Settings::read(text.as_deref().unwrap_or_default()) {
            Ok(read) => {
                self.merge(read.settings);
                self.trouble = None;
            }
            Err(error) => self.trouble = Some(Trouble::NotUnderstood(error)),
        }
        self.seen = Some(text);
    }

    /// Takes over from the file what the person has not changed.
    fn merge(&mut self, file: Settings) {
        let mut settings = file.clone();
        for row in rows() {
            if row.text(&self.shown.settings) != row.text(&self.file) {
                row.copy(&self.shown.settings, &mut settings);
            }
        }
        if settings.render.schedule != self.shown.settings.render.schedule {
            self.shown.hours = Lines::of(&settings.render.schedule.0);
        }
        if settings.exclusive.apps != self.shown.settings.exclusive.apps {
            self.shown.apps = Lines::of(&settings.exclusive.apps);
        }
        self.settled = settings.clone();
        self.shown.settings = settings;
        self.file = file;
    }

    fn write(&mut self, store: &mut impl Store) -> Result<(), NotNow> {
        let seen = match (&self.seen, &self.trouble) {
            (Some(text), None | Some(Trouble::NotWritten(_))) => text,
            _ => return Err(NotNow),
        };
        if self.shown.settings == self.file {
            self.trouble = None;
            return Ok(());
        }
        let fresh = || Settings::default().to_file();
        let before = seen.clone().unwrap_or_else(fresh);
        let written = self.shown.settings.write_into(&before);
        let text = written.map_err(|error| {
            self.trouble = Some(Trouble::NotUnderstood(error));
            NotNow
        })?;
        store.write(&text).map_err(|error| {
            self.trouble = Some(Trouble::NotWritten(error));
            NotNow
        })?;
        self.trouble = None;
        self.file = self.shown.settings.clone();
        self.seen = Some(Some(text));
        Ok(())
    }
}

/// Something is in the way, and has been noted.
struct NotNow;

impl Shown {
    fn of(settings: Settings) -> Self {
        Self {
            hours: Lines::of(&settings.render.schedule.0),
            apps: Lines::of(&settings.exclusive.apps),
            settings,
        }
    }

    /// Takes the two lists over, each once all its lines are right.
    fn take_lists(&mut self) {
        if let Ok(ranges) = self.hours.ranges() {
            self.settings.render.schedule = Schedule(ranges);
        }
        if let Ok(apps) = self.apps.names() {
            self.settings.exclusive.apps = apps;
        }
    }
}

impl Lines {
    fn of<T: ToString>(items: &[T]) -> Self {
        Self(items.iter().map(ToString::to_string).collect())
    }

    fn filled(&self) -> impl Iterator<Item = &str> {
        let lines = self.0.iter().map(|line| line.trim());
        lines.filter(|line| !line.is_empty())
    }

    fn ranges(&self) -> Result<Vec<Range>, NoRange> {
        self.filled().map(str::parse).collect()
    }

    fn names(&self) -> Result<Vec<String>, LongName> {
        self.filled()
            .map(|line| match app_fault(line) {
                None => Ok(line.to_owned()),
                Some(_) => Err(LongName),
            })
            .collect()
    }
}

struct LongName;

/// What is wrong with a line of the hours, in one sentence; a blank one is not there yet.
#[must_use]
pub fn hours_fault(line: &str) -> Option<String> {
    let fault = line.trim().parse::<Range>().err()?;
    if line.trim().is_empty() {
        return None;
    }
    let sentence = fault.to_string();
    let (first, rest) = sentence.split_at(1);
    Some(format!("{}{rest}.", first.to_uppercase()))
}

/// What is wrong with the name of a program, in one sentence.
#[must_use]
pub fn app_fault(line: &str) -> Option<String> {
    (line.trim().len() > APP_BYTES_MAX)
        .then(|| format!("The name of a program has at most {APP_BYTES_MAX} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file in memory.
    #[derive(Default)]
    struct Paper {
        text: Option<String>,
        writes: usize,
        is_locked: bool,
    }

    impl Store for Paper {
        fn name(&self) -> String {
            "paper".to_owned()
        }

        fn read(&mut self) -> io::Result<Option<String>> {
            Ok(self.text.clone())
        }

        fn write(&mut self, text: &str) -> io::Result<()> {
            if self.is_locked {
                return Err(io::Error::other("locked"));
            }
            self.text = Some(text.to_owned());
            self.writes += 1;
            Ok(())
        }
    }

    impl Paper {
        fn with(text: &str) -> Self {
            Self {
                text: Some(text.to_owned()),
                ..Self::default()
            }
        }

        fn settings(&self) -> Settings {
            let text = self.text.as_deref().unwrap_or_default();
            Settings::read(text).unwrap().settings
        }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_window_that_is_only_looked_at_writes_nothing() {
        let mut paper = Paper::default();
        let mut model = Model::open(&mut paper);
        for second in 0..5 {
            model.settle(ms(1000 * second));
            model.step(ms(1000 * second), &mut paper);
        }
        model.finish(&mut paper);
        assert_eq!((paper.text, paper.writes), (None, 0));
    }

    #[test]
    fn a_first_change_writes_a_file_that_explains_itself() {
        let mut paper = Paper::default();
        let mut model = Model::open(&mut paper);
        model.shown().settings.saver.clock = true;
        model.settle(ms(0));
        model.step(ms(300), &mut paper);
        let expected = Settings::default()
            .to_file()
            .replace("clock = false", "clock = true");
        assert_eq!(paper.text.unwrap(), expected);
    }

    #[test]
    fn a_slider_on_its_way_is_written_once_it_rests_and_within_300_ms() {
        let mut paper = Paper::default();
        let mut model = Model::open(&mut paper);
        for step in 0..20 {
            model.shown().settings.saver.idle_minutes = 6 + step;
            model.settle(ms(50 * u64::from(step)));
            model.step(ms(50 * u64::from(step)), &mut paper);
            assert_eq!(paper.writes, 0);
        }
        let (last, mut now) = (ms(950), ms(960));
        loop {
            let rest = model.step(now, &mut paper);
            if paper.writes > 0 {
                break;
            }
            now += rest;
        }
        assert!(now <= last + ms(300), "{now:?}");
        assert_eq!((paper.writes, paper.settings().saver.idle_minutes), (1, 25));
        assert_eq!(model.step(ms(3000), &mut paper), LOOK);
        assert_eq!(paper.writes, 1);
    }

    #[test]
    fn comments_stay() {
        let mut paper = Paper::with("# mine\n[saver]\nidle_minutes = 7 # tea\n");
        let mut model = Model::open(&mut paper);
        model.shown().settings.saver.idle_minutes = 9;
        model.settle(ms(0));
        model.step(ms(250), &mut paper);
        assert_eq!(
            paper.text.unwrap(),
            "# mine\n[saver]\nidle_minutes = 9 # tea\n"
        );
    }

    #[test]
    fn what_somebody_else_changes_is_shown_and_what_the_person_changes_is_kept() {
        let mut paper = Paper::with("[saver]\nidle_minutes = 7\n");
        let mut model = Model::open(&mut paper);
        model.shown().settings.saver.idle_minutes = 9;
        model.settle(ms(1000));
        paper.text = Some(
            "[saver]\nidle_minutes = 8\nclock = true\n[render]\nschedule = [\"22:00-07:00\"]\n"
                .to_owned(),
        );
        model.step(ms(1250), &mut paper);
        assert!(model.shown().settings.saver.clock);
        assert_eq!(model.shown().hours.0, ["22:00-07:00"]);
        let settings = paper.settings();
        assert_eq!(
            (settings.saver.idle_minutes, settings.saver.clock),
            (9, true)
        );
        assert_eq!(settings.render.schedule.0.len(), 1);
    }

    #[test]
    fn a_file_with_a_mistake_is_named_and_not_written_over_until_it_is_mended() {
        let broken = "[saver]\nidle_minutes = 0\n";
        let mut paper = Paper::with(broken);
        let mut model = Model::open(&mut paper);
        assert!(!model.is_fresh());
        assert_eq!(
            model.trouble().unwrap().to_string(),
            "Line 2, saver.idle_minutes: 0 is not a whole number from 1 to 240."
        );
        model.shown().settings.saver.clock = true;
        model.settle(ms(0));
        model.step(ms(5000), &mut paper);
        assert_eq!(paper.text.as_deref(), Some(broken));
        paper.text = Some(broken.replace('0', "4"));
        model.step(ms(9000), &mut paper);
        assert!(model.trouble().is_none());
        let saver = paper.settings().saver;
        assert_eq!((saver.idle_minutes, saver.clock), (4, true));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_tried_again() {
        let mut paper = Paper {
            is_locked: true,
            ..Paper::default()
        };
        let mut model = Model::open(&mut paper);
        model.shown().settings.saver.clock = true;
        model.settle(ms(0));
        assert_eq!(model.step(ms(300), &mut paper), LOOK);
        assert_eq!(
            model.trouble().unwrap().to_string(),
            "It cannot be written: locked."
        );
        paper.is_locked = false;
        model.step(ms(1300), &mut paper);
        assert!(model.trouble().is_none());
        assert!(paper.settings().saver.clock);
    }

    #[test]
    fn what_was_changed_last_is_written_when_the_window_closes() {
        let mut paper = Paper::default();
        let mut model = Model::open(&mut paper);
        model.shown().settings.saver.clock = true;
        model.finish(&mut paper);
        assert!(paper.settings().saver.clock);
    }

    #[test]
    fn hours_count_once_every_line_is_right() {
        let mut paper = Paper::default();
        let mut model = Model::open(&mut paper);
        for (lines, expected) in [
            (&["22:00-07:00", " "][..], &["22:00-07:00"][..]),
            (&["22:00-07:00", "sat"], &["22:00-07:00"]),
            (
                &["22:00-07:00", "sat 10:00-11:00"],
                &["22:00-07:00", "sat 10:00-11:00"],
            ),
            (&[], &[]),
        ] {
            model.shown().hours = Lines::of(lines);
            model.settle(ms(0));
            let ranges = &model.shown().settings.render.schedule.0;
            assert_eq!(Lines::of(ranges), Lines::of(expected));
        }
    }

    #[test]
    fn a_wrong_line_has_a_sentence_and_a_blank_one_none() {
        assert_eq!(
            hours_fault("nights").unwrap(),
            "A time range looks like \"mon-fri 22:00-07:00\" or \"sat sun 00:00-24:00\"."
        );
        assert_eq!(hours_fault(" mon 22:00-07:00 "), None);
        assert_eq!(hours_fault("  "), None);
        assert_eq!(app_fault("blender"), None);
        assert!(app_fault(&"b".repeat(129)).unwrap().ends_with("128 bytes."));
    }

    #[test]
    fn somebody_who_answered_one_question_is_no_newcomer() {
        let fresh = |text| Model::open(&mut Paper::with(text)).is_fresh();
        assert!(fresh(""));
        assert!(fresh("saver.clock = true"));
        assert!(!fresh("render.enabled = false"));
        assert!(!fresh("network.share = true"));
    }
}
