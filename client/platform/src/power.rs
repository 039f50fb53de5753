//! Whether the machine runs from the mains, and how full its battery is.
//!
//! Linux keeps a folder per supply in `/sys/class/power_supply`: mains adapters, USB-C chargers,
//! the machine's batteries, an uninterruptible supply, and the batteries of mice and headsets,
//! which say `Device` in `scope` and do not count.
//!
//! Windows sums all of that up in a few numbers. macOS tells of each battery; where one gives power, it feeds the machine.
//!
//! # Source
//!
//! Linux, *Documentation/ABI/testing/sysfs-class-power*; Microsoft, *SYSTEM_POWER_STATUS*.

#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(windows, test))]
mod windows;

use std::path::Path;

use crate::{Unknown, bounded};

/// Where Linux keeps them.
pub const POWER_SUPPLIES: &str = "/sys/class/power_supply";

/// Where the machine's power comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// What feeds the machine now.
    pub source: PowerSource,
    /// How full the machine's batteries are together, 0 to 100. None without a battery, or where
    /// it does not say.
    pub battery_percent: Option<u8>,
}

/// What feeds the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerSource {
    /// The wall, directly or through a charger.
    Mains,
    /// A battery of its own, or an uninterruptible supply without mains.
    Battery,
}

/// Asks this machine.
///
/// # Errors
///
/// [`Unknown`] where it does not say, and on systems that this build cannot ask.
pub fn power_now() -> Result<Power, Unknown> {
    #[cfg(windows)]
    {
        windows::power_now()
    }
    #[cfg(target_os = "macos")]
    {
        macos::power_now()
    }
    #[cfg(not(any(windows, target_os = "macos")))]
    {
        power(Path::new(POWER_SUPPLIES))
    }
}

/// Reads the supplies below `root`, which is [`POWER_SUPPLIES`] but for tests. A machine that
/// names no supply at all is a desktop: it runs from the mains.
///
/// # Errors
///
/// [`Unknown`] when the folder cannot be read, as on systems that are not Linux.
pub fn power(root: &Path) -> Result<Power, Unknown> {
    let folders = bounded::entries(root).map_err(|why| Unknown::because("power", why))?;
    let supplies: Vec<Supply> = folders
        .iter()
        .filter_map(|folder| Supply::read(folder))
        .collect();
    Ok(Power {
        source: source(&supplies),
        battery_percent: battery_percent(&supplies),
    })
}

/// One supply of the machine itself.
struct Supply {
    kind: Kind,
    status: Status,
    online: Option<bool>,
    capacity: Option<u8>,
    /// What is in it and what fits, in whichever unit it counts.
    energy: Option<(i64, i64)>,
}

#[derive(PartialEq, Eq)]
enum Kind {
    Mains,
    Usb,
    Battery,
    Uninterruptible,
}

#[derive(PartialEq, Eq)]
enum Status {
    Discharging,
    Other,
}

impl Supply {
    /// None for the battery of a peripheral, for kinds we do not know and for what is not there.
    fn read(folder: &Path) -> Option<Self> {
        let word = |file: &str| bounded::word(&folder.join(file));
        let number = |file: &str| bounded::number(&folder.join(file));
        let kind = match word("type")?.as_str() {
            "Mains" | "Wireless" => Kind::Mains,
            "Battery" => Kind::Battery,
            "UPS" => Kind::Uninterruptible,
            usb if usb.starts_with("USB") || usb == "BrickID" => Kind::Usb,
            _ => return None,
        };
        let of_a_device = word("scope").as_deref() == Some("Device");
        if of_a_device || number("present") == Some(0) {
            return None;
        }
        let energy = |now: &str, full: &str| Some((number(now)?, number(full)?));
        Some(Self {
            kind,
            status: match word("status").as_deref() {
                Some("Discharging") => Status::Discharging,
                _ => Status::Other,
            },
            online: number("online").map(|online| online != 0),
            capacity: number("capacity")
                .filter(|percent| (0..=100).contains(percent))
                .and_then(|percent| u8::try_from(percent).ok()),
            energy: energy("energy_now", "energy_full")
                .or_else(|| energy("charge_now", "charge_full"))
                .filter(|(now, full)| *now >= 0 && *full > 0),
        })
    }
}

fn source(supplies: &[Supply]) -> PowerSource {
    let any = |test: &dyn Fn(&Supply) -> bool| supplies.iter().any(test);
    let draining = |kind: Kind| any(&|s| s.kind == kind && s.status == Status::Discharging);
    let online = |kind: Kind| any(&|s| s.kind == kind && s.online == Some(true));
    if draining(Kind::Uninterruptible) {
        return PowerSource::Battery;
    }
    if online(Kind::Mains) {
        return PowerSource::Mains;
    }
    // A USB port is "online" too when it feeds a telephone, so here the battery has the last word.
    if draining(Kind::Battery) {
        return PowerSource::Battery;
    }
    let has_battery = any(&|s| s.kind == Kind::Battery);
    let unplugged = any(&|s| s.kind == Kind::Mains && s.online == Some(false));
    if has_battery && unplugged && !online(Kind::Usb) {
        PowerSource::Battery
    } else {
        PowerSource::Mains
    }
}

/// Batteries of different sizes count by what fits into them; where one does not say, each counts
/// the same.
fn battery_percent(supplies: &[Supply]) -> Option<u8> {
    let batteries = || supplies.iter().filter(|s| s.kind == Kind::Battery);
    let energies: Option<Vec<(i64, i64)>> = batteries().map(|s| s.energy).collect();
    let capacities: Vec<u64> = batteries()
        .filter_map(|s| s.capacity)
        .map(u64::from)
        .collect();
    let share = match energies.as_deref() {
        Some([_, _, ..]) => {
            let energies = energies.unwrap_or_default();
            let now: i64 = energies.iter().map(|(now, _)| now).sum();
            let full: i64 = energies.iter().map(|(_, full)| full).sum();
            (now.saturating_mul(100) / full.max(1)).try_into().ok()?
        }
        _ if !capacities.is_empty() => capacities.iter().sum::<u64>() / capacities.len() as u64,
        Some([(now, full)]) => (now.saturating_mul(100) / full).try_into().ok()?,
        _ => return None,
    };
    u8::try_from(share.min(100)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of supplies: their names, and their files.
    fn check(supplies: &[(&str, &[(&str, &str)])], source: PowerSource, percent: Option<u8>) {
        let root = tempfile::tempdir().unwrap();
        for (name, files) in supplies {
            let folder = root.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            for (file, text) in *files {
                std::fs::write(folder.join(file), format!("{text}\n")).unwrap();
            }
        }
        let expected = Power {
            source,
            battery_percent: percent,
        };
        assert_eq!(power(root.path()), Ok(expected), "{supplies:?}");
    }

    const PLUGGED: (&str, &[(&str, &str)]) = ("AC", &[("type", "Mains"), ("online", "1")]);
    const UNPLUGGED: (&str, &[(&str, &str)]) = ("AC", &[("type", "Mains"), ("online", "0")]);
    const DRAINING: (&str, &[(&str, &str)]) = (
        "BAT0",
        &[
            ("type", "Battery"),
            ("present", "1"),
            ("status", "Discharging"),
            ("capacity", "63"),
        ],
    );
    const FULL: (&str, &[(&str, &str)]) = (
        "BAT0",
        &[("type", "Battery"), ("status", "Full"), ("capacity", "100")],
    );
    const MOUSE: (&str, &[(&str, &str)]) = (
        "hidpp_battery_0",
        &[
            ("type", "Battery"),
            ("scope", "Device"),
            ("status", "Discharging"),
            ("capacity", "5"),
        ],
    );

    #[test]
    fn a_desktop_without_any_supply_runs_from_the_mains() {
        check(&[], PowerSource::Mains, None);
    }

    #[test]
    fn a_laptop_is_on_battery_when_it_is_unplugged() {
        check(&[UNPLUGGED, DRAINING], PowerSource::Battery, Some(63));
        check(&[UNPLUGGED, FULL], PowerSource::Battery, Some(100));
        check(&[PLUGGED, FULL], PowerSource::Mains, Some(100));
    }

    #[test]
    fn a_weak_charger_that_the_battery_helps_out_is_still_the_mains() {
        check(&[PLUGGED, DRAINING], PowerSource::Mains, Some(63));
    }

    #[test]
    fn the_battery_of_a_mouse_does_not_count() {
        check(&[MOUSE], PowerSource::Mains, None);
        check(&[PLUGGED, FULL, MOUSE], PowerSource::Mains, Some(100));
    }

    #[test]
    fn a_usb_c_charger_counts_unless_the_battery_drains() {
        let charger: (&str, &[(&str, &str)]) = ("ucsi0", &[("type", "USB"), ("online", "1")]);
        check(&[UNPLUGGED, charger, FULL], PowerSource::Mains, Some(100));
        check(
            &[UNPLUGGED, charger, DRAINING],
            PowerSource::Battery,
            Some(63),
        );
    }

    #[test]
    fn an_uninterruptible_supply_without_mains_is_a_battery_but_not_ours_to_count() {
        let draining: (&str, &[(&str, &str)]) = (
            "ups",
            &[
                ("type", "UPS"),
                ("status", "Discharging"),
                ("capacity", "80"),
            ],
        );
        let charged: (&str, &[(&str, &str)]) = ("ups", &[("type", "UPS"), ("status", "Full")]);
        check(&[draining], PowerSource::Battery, None);
        check(&[draining, PLUGGED], PowerSource::Battery, None);
        check(&[charged], PowerSource::Mains, None);
    }

    #[test]
    fn two_batteries_count_by_their_size() {
        let small: (&str, &[(&str, &str)]) = (
            "BAT0",
            &[
                ("type", "Battery"),
                ("status", "Discharging"),
                ("capacity", "100"),
                ("energy_now", "20000000"),
                ("energy_full", "20000000"),
            ],
        );
        let large: (&str, &[(&str, &str)]) = (
            "BAT1",
            &[
                ("type", "Battery"),
                ("capacity", "0"),
                ("energy_now", "0"),
                ("energy_full", "60000000"),
            ],
        );
        check(&[UNPLUGGED, small, large], PowerSource::Battery, Some(25));
    }

    #[test]
    fn broken_files_are_as_good_as_none() {
        check(
            &[("AC", &[("type", "Mains"), ("online", "perhaps")])],
            PowerSource::Mains,
            None,
        );
        check(&[("BAT0", &[])], PowerSource::Mains, None);
        let odd: &[(&str, &str)] = &[
            ("type", "Battery"),
            ("capacity", "4000"),
            ("charge_now", "-1"),
            ("charge_full", "0"),
        ];
        check(&[("BAT0", odd)], PowerSource::Mains, None);
        check(&[("x", &[("type", "\u{1F50B}")])], PowerSource::Mains, None);
        let gone: &[(&str, &str)] = &[
            ("type", "Battery"),
            ("present", "0"),
            ("status", "Discharging"),
        ];
        check(&[("BAT0", gone)], PowerSource::Mains, None);
    }

    #[test]
    fn without_the_folder_it_is_unknown() {
        let error = power(Path::new("/nonexistent")).unwrap_err();
        assert!(error.to_string().starts_with("power: "), "{error}");
    }
}
