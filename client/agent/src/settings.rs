//! What the person chose: the typed contents of `config.toml`.
//!
//! * [`table`]: one row a setting, with its key, range and the words that explain it.
//! * [`mod@file`]: reading and writing the file by that table.
//!
//! A new setting is a field here and a row there; reading, the default file and its comments follow.

pub mod table;

pub mod file;

use crate::schedule::Schedule;

/// Everything a person can choose. [`Settings::default`] is what an untouched file says.
///
/// Numbers are within the ranges of [`table::rows`] when they come from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// When the saver shows.
    pub saver: SaverSettings,
    /// When, and with how much of the machine, work is rendered.
    pub render: RenderSettings,
    /// What has the machine to itself.
    pub exclusive: ExclusiveSettings,
    /// What goes over the network.
    pub network: NetworkSettings,
    /// How much disk the flock may take.
    pub disk: DiskSettings,
    /// The agent itself.
    pub agent: AgentSettings,
}

/// When the saver shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaverSettings {
    /// Does it show at all?
    pub enabled: bool,
    /// Minutes without input before it shows.
    pub idle_minutes: u32,
    /// May it show on battery?
    pub on_battery: bool,
    /// Does it show the time of day?
    pub clock: bool,
}

/// When, and with how much of the machine, work is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderSettings {
    /// May this machine render for the flock?
    pub enabled: Consent,
    /// Only while nobody is here, or also between two keystrokes?
    pub when: RenderWhen,
    /// Minutes without input after which nobody is here.
    pub idle_minutes: u32,
    /// Per cent of the processor's cores.
    pub cores_percent: u32,
    /// When the graphics card is used.
    pub graphics_card: CardUse,
    /// May it render on battery?
    pub on_battery: bool,
    /// If so: the lowest charge, in per cent.
    pub battery_percent_min: u32,
    /// The temperature at which it stops, in degrees Celsius.
    pub celsius_max: u32,
    /// What other programs may use of the processor before it stops, in per cent.
    pub others_cpu_percent_max: u32,
    /// The hours in which it may render.
    pub schedule: Schedule,
}

/// What has the machine to itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExclusiveSettings {
    /// Names of programs; while one runs, nothing of ours does.
    pub apps: Vec<String>,
}

/// What goes over the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkSettings {
    /// May finished sheep be passed on to other participants?
    pub share: Consent,
    /// May a metered connection be used?
    pub on_metered: bool,
    /// How fast sheep are passed on, in KiB a second; 0 is without a limit.
    pub upload_kib_per_s_max: u32,
}

/// How much disk the flock may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskSettings {
    /// What the flock may take, in GiB.
    pub flock_gib_max: u32,
    /// What stays free for everything else, in GiB.
    pub free_gib_min: u32,
}

/// The agent itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSettings {
    /// Does it have an icon in the desktop's panel?
    pub tray: bool,
}

/// A person's answer to a question that must be asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// There is no answer yet, which counts as no.
    Ask,
    /// Yes.
    Given,
    /// No.
    Refused,
}

/// When work is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderWhen {
    /// While nobody is at the machine.
    Idle,
    /// Also while somebody is, in the moments in which nothing is touched.
    Always,
}

/// When the graphics card renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardUse {
    /// While nobody is at the machine.
    Auto,
    /// Whenever the processor does.
    Always,
    /// At no time.
    Never,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            saver: SaverSettings {
                enabled: true,
                idle_minutes: 5,
                on_battery: false,
                clock: false,
            },
            render: RenderSettings {
                enabled: Consent::Ask,
                when: RenderWhen::Idle,
                idle_minutes: 3,
                cores_percent: 50,
                graphics_card: CardUse::Auto,
                on_battery: false,
                battery_percent_min: 80,
                celsius_max: 85,
                others_cpu_percent_max: 25,
                schedule: Schedule::default(),
            },
            exclusive: ExclusiveSettings { apps: Vec::new() },
            network: NetworkSettings {
                share: Consent::Ask,
                on_metered: false,
                upload_kib_per_s_max: 512,
            },
            disk: DiskSettings {
                flock_gib_max: 2,
                free_gib_min: 5,
            },
            agent: AgentSettings { tray: true },
        }
    }
}
