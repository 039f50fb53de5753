//! The settings, one row each: key, what it may be, and the words that explain it.
//!
//! The rows are in the order of the file. A settings window can be made from them as well.

use std::ops::RangeInclusive;

use toml_edit::{Array, Value};

use super::{CardUse, Consent, RenderWhen, Settings};
use crate::schedule::{Range, Schedule};

/// The most programs in `exclusive.apps`.
pub const APPS_MAX: usize = 64;

/// The most bytes in the name of one.
pub const APP_BYTES_MAX: usize = 128;

/// The most ranges in a schedule.
pub const RANGES_MAX: usize = 32;

/// One setting.
#[derive(Clone, Debug)]
pub struct Row {
    /// The section of the file, such as `saver`.
    pub section: &'static str,
    /// The key in it, such as `idle_minutes`.
    pub key: &'static str,
    /// What it is for, as lines of at most 90 characters.
    pub words: &'static str,
    /// What it may be, and where its value is.
    pub field: Field,
}

/// What a setting may be, and where its value is.
#[derive(Clone, Debug)]
pub enum Field {
    /// Yes or no.
    Switch(fn(&mut Settings) -> &mut bool),
    /// A whole number within a range.
    Number(RangeInclusive<u32>, fn(&mut Settings) -> &mut u32),
    /// A question that must be asked first.
    Consent(fn(&mut Settings) -> &mut Consent),
    /// When work is rendered.
    When(fn(&mut Settings) -> &mut RenderWhen),
    /// When the graphics card renders.
    Card(fn(&mut Settings) -> &mut CardUse),
    /// Names of programs.
    Apps(fn(&mut Settings) -> &mut Vec<String>),
    /// Hours of the week.
    Schedule(fn(&mut Settings) -> &mut Schedule),
}

impl Row {
    /// The section and the key: `saver.idle_minutes`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.key)
    }

    /// What the value may be, as the end of a sentence: "a whole number from 1 to 240".
    #[must_use]
    pub fn allowed(&self) -> String {
        match &self.field {
            Field::Switch(_) => "true or false".to_owned(),
            Field::Number(range, _) => {
                format!("a whole number from {} to {}", range.start(), range.end())
            }
            Field::Consent(_) => "true, false or \"ask\"".to_owned(),
            Field::When(_) => one_of(&WHEN),
            Field::Card(_) => one_of(&CARD),
            Field::Apps(_) => format!(
                "a list of at most {APPS_MAX} names of programs, such as [\"blender\", \"game.exe\"]"
            ),
            Field::Schedule(_) => format!(
                "a list of at most {RANGES_MAX} ranges, such as [\"mon-fri 22:00-07:00\", \"sat sun 00:00-24:00\"]"
            ),
        }
    }

    /// The value as the file has it: `5`, `"idle"`, `["blender"]`.
    #[must_use]
    pub fn text(&self, settings: &Settings) -> String {
        self.value(settings).to_string()
    }

    /// Gives `to` the value that `from` has; nothing else in it changes.
    pub fn copy(&self, from: &Settings, to: &mut Settings) {
        // A value that did not come from a file may be one that no file could hold: it stays behind.
        let _taken = self.take(&self.value(from), to);
    }

    /// Takes `value` into `settings`; `None`, and no change, when it is not allowed.
    pub(crate) fn take(&self, value: &Value, settings: &mut Settings) -> Option<()> {
        match &self.field {
            Field::Switch(at) => *at(settings) = value.as_bool()?,
            Field::Number(range, at) => {
                let number = u32::try_from(value.as_integer()?).ok()?;
                *at(settings) = Some(number).filter(|number| range.contains(number))?;
            }
            Field::Consent(at) => {
                *at(settings) = match (value.as_bool(), value.as_str()) {
                    (Some(true), _) => Consent::Given,
                    (Some(false), _) => Consent::Refused,
                    (None, Some("ask")) => Consent::Ask,
                    _ => return None,
                }
            }
            Field::When(at) => *at(settings) = named(&WHEN, value)?,
            Field::Card(at) => *at(settings) = named(&CARD, value)?,
            Field::Apps(at) => {
                let fits = |app: &&str| !app.trim().is_empty() && app.len() <= APP_BYTES_MAX;
                let app = |text: &str| Some(text).filter(fits).map(str::to_owned);
                *at(settings) = list(value, APPS_MAX, app)?;
            }
            Field::Schedule(at) => {
                let range = |text: &str| text.parse::<Range>().ok();
                *at(settings) = Schedule(list(value, RANGES_MAX, range)?);
            }
        }
        Some(())
    }

    /// The value as the file has it.
    pub(crate) fn value(&self, settings: &Settings) -> Value {
        let mut settings = settings.clone();
        match &self.field {
            Field::Switch(at) => (*at(&mut settings)).into(),
            Field::Number(_, at) => i64::from(*at(&mut settings)).into(),
            Field::Consent(at) => match at(&mut settings) {
                Consent::Ask => "ask".into(),
                Consent::Given => true.into(),
                Consent::Refused => false.into(),
            },
            Field::When(at) => name_of(&WHEN, at(&mut settings)).into(),
            Field::Card(at) => name_of(&CARD, at(&mut settings)).into(),
            Field::Apps(at) => at(&mut settings).iter().collect::<Array>().into(),
            Field::Schedule(at) => {
                let ranges = at(&mut settings).0.iter().map(ToString::to_string);
                ranges.collect::<Array>().into()
            }
        }
    }
}

const WHEN: [(&str, RenderWhen); 2] = [("idle", RenderWhen::Idle), ("always", RenderWhen::Always)];

const CARD: [(&str, CardUse); 3] = [
    ("auto", CardUse::Auto),
    ("always", CardUse::Always),
    ("never", CardUse::Never),
];

fn one_of<T>(words: &[(&str, T)]) -> String {
    let quoted: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
    format!("one of {}", quoted.join(", "))
}

fn named<T: Copy>(words: &[(&str, T)], value: &Value) -> Option<T> {
    let text = value.as_str()?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning)
}

/// The word for `meaning`; every meaning has one, and the round trip in `tests/it` holds us to it.
fn name_of<T: PartialEq>(words: &[(&'static str, T)], meaning: &T) -> &'static str {
    let found = words.iter().find(|(_, other)| other == meaning);
    found.map_or("", |(word, _)| word)
}

fn list<T>(value: &Value, count_max: usize, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let values = value.as_array().filter(|array| array.len() <= count_max)?;
    values.iter().map(|value| item(value.as_str()?)).collect()
}

/// The setting of this path, such as `saver.idle_minutes`.
#[must_use]
pub fn row(path: &str) -> Option<Row> {
    rows().into_iter().find(|row| row.path() == path)
}

/// Every setting, in the order of the file.
#[must_use]
pub fn rows() -> Vec<Row> {
    let row = |section, key, field, words| Row {
        section,
        key,
        words,
        field,
    };
    vec![
        row(
            "saver",
            "enabled",
            Field::Switch(|s| &mut s.saver.enabled),
            "Show the flock when nobody is at the machine?",
        ),
        row(
            "saver",
            "idle_minutes",
            Field::Number(1..=240, |s| &mut s.saver.idle_minutes),
            "After how many minutes without a key or a move of the mouse.",
        ),
        row(
            "saver",
            "on_battery",
            Field::Switch(|s| &mut s.saver.on_battery),
            "Also on battery?",
        ),
        row(
            "saver",
            "clock",
            Field::Switch(|s| &mut s.saver.clock),
            "Show the time of day in a corner?",
        ),
        row(
            "render",
            "enabled",
            Field::Consent(|s| &mut s.render.enabled),
            "May this machine draw new sheep for everybody? It uses electricity.\n\
             \"ask\" means that you have not been asked yet, and that it does not.",
        ),
        row(
            "render",
            "when",
            Field::When(|s| &mut s.render.when),
            "\"idle\": only while nobody is here. \"always\": also while you are, whenever nothing has\n\
             been touched for ten seconds.",
        ),
        row(
            "render",
            "idle_minutes",
            Field::Number(1..=240, |s| &mut s.render.idle_minutes),
            "After how many minutes without a key or a move of the mouse nobody is here.",
        ),
        row(
            "render",
            "cores_percent",
            Field::Number(1..=100, |s| &mut s.render.cores_percent),
            "How much of the processor, in per cent of its cores; at least one core is used.",
        ),
        row(
            "render",
            "graphics_card",
            Field::Card(|s| &mut s.render.graphics_card),
            "\"auto\": the graphics card helps while nobody is here. \"always\": whenever the processor\n\
             renders. \"never\": not at all.",
        ),
        row(
            "render",
            "on_battery",
            Field::Switch(|s| &mut s.render.on_battery),
            "Also on battery?",
        ),
        row(
            "render",
            "battery_percent_min",
            Field::Number(10..=100, |s| &mut s.render.battery_percent_min),
            "If so: stop below this charge, in per cent.",
        ),
        row(
            "render",
            "celsius_max",
            Field::Number(40..=110, |s| &mut s.render.celsius_max),
            "Stop when the machine gets this hot, in degrees Celsius; start again 5 degrees below.",
        ),
        row(
            "render",
            "others_cpu_percent_max",
            Field::Number(5..=100, |s| &mut s.render.others_cpu_percent_max),
            "Stop when other programs use more of the processor than this, in per cent.",
        ),
        row(
            "render",
            "schedule",
            Field::Schedule(|s| &mut s.render.schedule),
            "Only at these times, by the clock on your wall; an empty list means at any time.\n\
             A night belongs to the day on which it starts.",
        ),
        row(
            "exclusive",
            "apps",
            Field::Apps(|s| &mut s.exclusive.apps),
            "While one of these programs runs, nothing of ours does: no saver, no rendering, no\n\
             network.",
        ),
        row(
            "network",
            "share",
            Field::Consent(|s| &mut s.network.share),
            "Pass finished sheep on to other participants? They will see your internet address.\n\
             \"ask\" means that you have not been asked yet, and that nothing is passed on.",
        ),
        row(
            "network",
            "on_metered",
            Field::Switch(|s| &mut s.network.on_metered),
            "Also use connections that are paid for by the byte, such as a phone's?",
        ),
        row(
            "network",
            "upload_kib_per_s_max",
            Field::Number(0..=1_048_576, |s| &mut s.network.upload_kib_per_s_max),
            "How fast sheep are passed on, in KiB a second; 0 means as fast as it goes.",
        ),
        row(
            "disk",
            "flock_gib_max",
            Field::Number(1..=1024, |s| &mut s.disk.flock_gib_max),
            "How much disk the flock may take, in GiB.",
        ),
        row(
            "disk",
            "free_gib_min",
            Field::Number(1..=1024, |s| &mut s.disk.free_gib_min),
            "No new sheep are fetched when less than this would stay free for you, in GiB.",
        ),
        row(
            "agent",
            "tray",
            Field::Switch(|s| &mut s.agent.tray),
            "Show an icon in the panel while the agent runs? Desktops without room for icons show none.",
        ),
    ]
}
