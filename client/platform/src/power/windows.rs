//! What Windows says about the mains and the battery.

use super::{Power, PowerSource};

/// Asks this machine.
///
/// # Errors
///
/// [`Unknown`] where it does not say.
#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; see the safety comment"
)]
pub(super) fn power_now() -> Result<Power, crate::Unknown> {
    use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};
    let mut status = SYSTEM_POWER_STATUS::default();
    // SAFETY: fills in what it is given.
    if unsafe { GetSystemPowerStatus(&mut status) } == 0 {
        let error = std::io::Error::last_os_error();
        return Err(crate::Unknown::because("power", error));
    }
    Ok(of_status(
        status.ACLineStatus,
        status.BatteryFlag,
        status.BatteryLifePercent,
    ))
}

/// What its three numbers mean: whether the mains feeds it (0 no, 1 yes, else not known), the battery's flags (bit 7:
/// there is none; all of them: not known), and how full it is (0 to 100, else not known).
fn of_status(mains: u8, flags: u8, percent: u8) -> Power {
    let has_battery = flags & NO_BATTERY == 0 || flags == NOT_KNOWN;
    let is_on_battery = mains == 0 && has_battery;
    Power {
        source: if is_on_battery {
            PowerSource::Battery
        } else {
            PowerSource::Mains
        },
        battery_percent: Some(percent).filter(|&percent| has_battery && percent <= 100),
    }
}

const NO_BATTERY: u8 = 0x80;
const NOT_KNOWN: u8 = 0xff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_numbers_say_where_power_comes_from() {
        use PowerSource::{Battery, Mains};
        for (mains, flags, percent, source, battery_percent) in [
            (1, NO_BATTERY, 255, Mains, None),
            (1, 8, 41, Mains, Some(41)),
            (0, 0, 63, Battery, Some(63)),
            (0, 4, 3, Battery, Some(3)),
            (0, NOT_KNOWN, 255, Battery, None),
            // An old desktop that knows of no line and of no battery.
            (0, NO_BATTERY, 255, Mains, None),
            (255, NO_BATTERY, 0, Mains, None),
            (255, NOT_KNOWN, 255, Mains, None),
        ] {
            let expected = Power {
                source,
                battery_percent,
            };
            assert_eq!(of_status(mains, flags, percent), expected);
        }
    }

    #[cfg(windows)]
    #[test]
    fn this_machine_answers() {
        let power = power_now().unwrap();
        assert!(power.battery_percent.is_none_or(|percent| percent <= 100));
    }
}
