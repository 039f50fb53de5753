//! Whether there is a network and what it costs, as Windows says since its version 10 of 2020. It is asked for the
//! function first: a program that needs one that is not there does not start.
//!
//! # Source
//!
//! Microsoft, *GetNetworkConnectivityHint*.
#![expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]

use windows_sys::Win32::Networking::WinSock::{
    NL_NETWORK_CONNECTIVITY_HINT, NetworkConnectivityCostHintFixed,
    NetworkConnectivityCostHintVariable, NetworkConnectivityLevelHintNone,
    NetworkConnectivityLevelHintUnknown,
};
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};
use windows_sys::{s, w};

use super::Network;
use crate::Unknown;

type Ask = unsafe extern "system" fn(*mut NL_NETWORK_CONNECTIVITY_HINT) -> u32;

/// Asks this machine.
///
/// # Errors
///
/// [`Unknown`] where it does not say.
pub(super) fn network_now() -> Result<Network, Unknown> {
    let ask = asks().ok_or_else(|| Unknown("network: this Windows does not say".to_owned()))?;
    let mut hint = NL_NETWORK_CONNECTIVITY_HINT::default();
    // SAFETY: fills in what it is given.
    let code = unsafe { ask(&mut hint) };
    if code != 0 {
        let error = std::io::Error::from_raw_os_error(code.cast_signed());
        return Err(Unknown::because("network", error));
    }
    of_hint(&hint).ok_or_else(|| Unknown("network: Windows does not know".to_owned()))
}

fn asks() -> Option<Ask> {
    // SAFETY: a text that ends with 0, and the folder of Windows alone.
    let library = unsafe {
        LoadLibraryExW(
            w!("iphlpapi.dll"),
            std::ptr::null_mut(),
            LOAD_LIBRARY_SEARCH_SYSTEM32,
        )
    };
    if library.is_null() {
        return None;
    }
    // SAFETY: the library stays loaded for as long as the process lives.
    let found = unsafe { GetProcAddress(library, s!("GetNetworkConnectivityHint")) }?;
    // SAFETY: the function of this name has this form.
    Some(unsafe { std::mem::transmute::<unsafe extern "system" fn() -> isize, Ask>(found) })
}

/// What two of its numbers mean.
fn of_hint(hint: &NL_NETWORK_CONNECTIVITY_HINT) -> Option<Network> {
    if hint.ConnectivityLevel == NetworkConnectivityLevelHintUnknown {
        return None;
    }
    if hint.ConnectivityLevel == NetworkConnectivityLevelHintNone {
        return Some(Network::None);
    }
    let paid = [
        NetworkConnectivityCostHintFixed,
        NetworkConnectivityCostHintVariable,
    ];
    let is_metered = paid.contains(&hint.ConnectivityCost);
    Some(if is_metered || hint.Roaming {
        Network::Metered
    } else {
        Network::Free
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_and_a_cost_say_what_there_is() {
        for (level, cost, roaming, expected) in [
            (0, 0, false, None),
            (1, 0, false, Some(Network::None)),
            (2, 1, false, Some(Network::Free)),
            (3, 0, false, Some(Network::Free)),
            (3, 2, false, Some(Network::Metered)),
            (4, 3, false, Some(Network::Metered)),
            (3, 1, true, Some(Network::Metered)),
        ] {
            let hint = NL_NETWORK_CONNECTIVITY_HINT {
                ConnectivityLevel: level,
                ConnectivityCost: cost,
                Roaming: roaming,
                ..NL_NETWORK_CONNECTIVITY_HINT::default()
            };
            assert_eq!(of_hint(&hint), expected, "{level} {cost} {roaming}");
        }
    }

    #[test]
    fn this_machine_answers_or_says_that_it_cannot() {
        if let Err(unknown) = network_now() {
            assert!(unknown.to_string().starts_with("network: "), "{unknown}");
        }
    }
}
