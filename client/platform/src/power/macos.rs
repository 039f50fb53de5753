//! What macOS says about its batteries.

use starship_battery::State;
use starship_battery::units::ratio::percent;

use super::{Power, PowerSource};
use crate::Unknown;

/// Asks this machine; one without a battery runs from the mains.
///
/// # Errors
///
/// [`Unknown`] where it does not say.
pub(super) fn power_now() -> Result<Power, Unknown> {
    let unknown = |error: starship_battery::Error| Unknown::because("power", error);
    let manager = starship_battery::Manager::new().map_err(unknown)?;
    let mut power = Power {
        source: PowerSource::Mains,
        battery_percent: None,
    };
    // A portable of Apple's has one.
    for battery in manager.batteries().map_err(unknown)? {
        let battery = battery.map_err(unknown)?;
        if battery.state() == State::Discharging {
            power.source = PowerSource::Battery;
        }
        let charge = battery.state_of_charge().get::<percent>();
        power.battery_percent = Some(charge.round().clamp(0.0, 100.0) as u8);
    }
    Ok(power)
}
