//! Whether there is a network, and whether its bytes cost money.
//!
//! A way out is a default route, as `/proc/net` lists them. Whether it is metered only
//! NetworkManager knows; without it a network counts as free.
//!
//! Windows says both, since its version 10 of 2020.

#[cfg(windows)]
mod windows;

use std::path::Path;

use crate::{Environment, Unknown, bounded};

/// Where Linux keeps what it knows of routes.
pub const PROC: &str = "/proc";

/// What there is for a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// No way out of this machine.
    None,
    /// A way out whose bytes are counted, such as a telephone's.
    Metered,
    /// A way out that nobody called metered.
    Free,
}

/// Asks this machine, and whom `environment` names.
///
/// # Errors
///
/// [`Unknown`] where it does not say, and on systems that this build cannot ask.
pub fn network_now(environment: &Environment) -> Result<Network, Unknown> {
    #[cfg(windows)]
    {
        let _ = environment;
        windows::network_now()
    }
    #[cfg(not(windows))]
    {
        network(environment, Path::new(PROC))
    }
}

/// Flags of a route, of the kernel's `route.h`.
const UP: u32 = 0x1;
const REJECT: u32 = 0x200;

/// Looks for a way out below `proc`, which is [`PROC`] but for tests, and asks NetworkManager, on
/// the bus that `environment` names, what it costs.
///
/// # Errors
///
/// [`Unknown`] when the routes cannot be read, as on systems that are not Linux.
pub fn network(environment: &Environment, proc: &Path) -> Result<Network, Unknown> {
    if !has_way_out(proc)? {
        return Ok(Network::None);
    }
    if is_metered(environment) == Some(true) {
        Ok(Network::Metered)
    } else {
        Ok(Network::Free)
    }
}

fn has_way_out(proc: &Path) -> Result<bool, Unknown> {
    let v4 = bounded::text(&proc.join("net/route"));
    let v6 = bounded::text(&proc.join("net/ipv6_route"));
    // A kernel may be built without one of them, but not without both.
    match (v4, v6) {
        (Err(why), Err(_)) => Err(Unknown::because("network", why)),
        (v4, v6) => Ok(v4.unwrap_or_default().lines().any(is_default_v4)
            || v6.unwrap_or_default().lines().any(is_default_v6)),
    }
}

/// `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT`, in hex.
fn is_default_v4(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [_, destination, _, flags, _, _, _, mask, ..] = fields[..] else {
        return false;
    };
    destination == "00000000" && mask == "00000000" && leads_out(flags)
}

/// `destination length source length next-hop metric references use flags device`, in hex.
fn is_default_v6(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let [destination, length, _, _, _, _, _, _, flags, device] = fields[..] else {
        return false;
    };
    let to_anywhere = length == "00" && destination.bytes().all(|digit| digit == b'0');
    to_anywhere && device != "lo" && leads_out(flags)
}

fn leads_out(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & UP != 0 && flags & REJECT == 0)
}

/// None where NetworkManager is not there, or does not know.
#[cfg(target_os = "linux")]
fn is_metered(environment: &Environment) -> Option<bool> {
    use crate::bus::{Bus, Service};

    let manager = Service {
        name: "org.freedesktop.NetworkManager",
        path: "/org/freedesktop/NetworkManager",
        interface: "org.freedesktop.NetworkManager",
    };
    let bus = Bus::system(environment).ok()?;
    let metered: u32 = bus.property(manager, "Metered").ok()?;
    // NMMetered: unknown, yes, no, guessed yes, guessed no.
    match metered {
        1 | 3 => Some(true),
        2 | 4 => Some(false),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn is_metered(_environment: &Environment) -> Option<bool> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n";
    const WIFI: &str = "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
    const NEIGHBOURS: &str = "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n";
    const V6: &str = "00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
                      fe800000000000000000000000000001 00000400 00000003 00000000 00000003 eth0\n";
    const V6_NOWHERE: &str = "00000000000000000000000000000000 00 \
                              00000000000000000000000000000000 00 \
                              00000000000000000000000000000000 ffffffff 00000001 00000000 \
                              00200200       lo\n";

    /// Checks without a bus.
    fn check(v4: Option<&str>, v6: Option<&str>, expected: Option<Network>) {
        let proc = tempfile::tempdir().unwrap();
        let net = proc.path().join("net");
        std::fs::create_dir(&net).unwrap();
        for (file, text) in [("route", v4), ("ipv6_route", v6)] {
            if let Some(text) = text {
                std::fs::write(net.join(file), text).unwrap();
            }
        }
        let environment = Environment::from_pairs(
            None,
            &[("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")],
        );
        assert_eq!(
            network(&environment, proc.path()).ok(),
            expected,
            "{v4:?} {v6:?}"
        );
    }

    #[test]
    fn a_default_route_is_a_network() {
        let both = format!("{HEAD}{WIFI}{NEIGHBOURS}");
        check(Some(&both), Some(""), Some(Network::Free));
        check(Some(HEAD), Some(V6), Some(Network::Free));
        check(None, Some(V6), Some(Network::Free));
    }

    #[test]
    fn neighbours_alone_and_a_route_to_nowhere_are_none() {
        let neighbours = format!("{HEAD}{NEIGHBOURS}");
        check(Some(&neighbours), Some(V6_NOWHERE), Some(Network::None));
        check(Some(""), None, Some(Network::None));
        check(
            Some("eth0\t00000000\tzz\tzz\n\u{1F50C}"),
            Some("0 0"),
            Some(Network::None),
        );
    }

    #[test]
    fn without_any_routes_to_read_it_is_unknown() {
        check(None, None, None);
    }
}
