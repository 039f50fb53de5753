//! How hot the machine is: its hottest processor or graphics sensor.
//!
//! Linux has `hwmon` drivers, which name the chip, and `thermal` zones, which small boards have
//! instead. Disks, wireless cards and sensors of unknown places do not count. NVIDIA's own driver
//! shows its cards in neither.
//!
//! # Source
//!
//! Linux, *Documentation/hwmon/sysfs-interface*, *Documentation/driver-api/thermal/sysfs-api*.

use std::path::Path;

use crate::{Unknown, bounded};

/// Where both are found.
pub const SYS: &str = "/sys";

/// A sensor's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Temperature {
    /// In degrees Celsius.
    pub celsius: f64,
    /// The driver's or the zone's name, and the sensor's label where it has one.
    pub sensor: String,
}

/// Drivers of processors and graphics cards.
const CHIPS: &[&str] = &[
    "coretemp",
    "k8temp",
    "k10temp",
    "zenpower",
    "via_cputemp",
    "cpu_thermal",
    "amdgpu",
    "radeon",
    "nouveau",
    "i915",
    "xe",
];

/// How zones of processors and graphics units begin.
const ZONES: &[&str] = &["x86_pkg_temp", "cpu", "soc", "gpu", "bigcore", "littlecore"];

/// Chips have up to a few dozen sensors.
const SENSORS_MAX: usize = 256;

/// The hottest sensor of this machine, where Linux tells; Windows tells administrators alone, and macOS nobody.
///
/// # Errors
///
/// As [`hottest`].
pub fn hottest_now() -> Result<Temperature, Unknown> {
    hottest(Path::new(SYS))
}

/// The hottest sensor below `sys`, which is [`SYS`] but for tests.
///
/// # Errors
///
/// [`Unknown`] when there is none that counts, as in most virtual machines.
pub fn hottest(sys: &Path) -> Result<Temperature, Unknown> {
    chips(sys)
        .or_else(|| zones(sys))
        .ok_or_else(|| Unknown("temperature: no sensor of a processor or card".to_owned()))
}

fn chips(sys: &Path) -> Option<Temperature> {
    let folders = bounded::entries(&sys.join("class/hwmon")).ok()?;
    let mut readings = Vec::new();
    for folder in folders {
        let Some(chip) = bounded::word(&folder.join("name")) else {
            continue;
        };
        if !CHIPS.contains(&chip.as_str()) {
            continue;
        }
        let files = bounded::entries(&folder).unwrap_or_default();
        for file in files.iter().take(SENSORS_MAX) {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let Some(sensor) = name
                .strip_suffix("_input")
                .filter(|n| n.starts_with("temp"))
            else {
                continue;
            };
            let label = bounded::text(&folder.join(format!("{sensor}_label"))).unwrap_or_default();
            let sensor = format!("{chip} {}", label.trim());
            readings.extend(reading(file, sensor.trim_end()));
        }
    }
    readings
        .into_iter()
        .max_by(|a, b| a.celsius.total_cmp(&b.celsius))
}

fn zones(sys: &Path) -> Option<Temperature> {
    let folders = bounded::entries(&sys.join("class/thermal")).ok()?;
    folders
        .iter()
        .filter_map(|folder| {
            let zone = bounded::word(&folder.join("type"))?;
            let counts = ZONES.iter().any(|start| zone.starts_with(start));
            counts
                .then(|| reading(&folder.join("temp"), &zone))
                .flatten()
        })
        .max_by(|a, b| a.celsius.total_cmp(&b.celsius))
}

/// The file's number of thousandths of a degree, when it is one that matter can have: a sensor
/// that is not connected says 0, -273 or 255.
fn reading(file: &Path, sensor: &str) -> Option<Temperature> {
    let thousandths = i32::try_from(bounded::number(file)?).ok()?;
    (1..200_000).contains(&thousandths).then(|| Temperature {
        celsius: f64::from(thousandths) / 1000.0,
        sensor: sensor.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], expected: Option<(f64, &str)>) {
        let sys = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = sys.path().join("class").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let expected = expected.map(|(celsius, sensor)| Temperature {
            celsius,
            sensor: sensor.to_owned(),
        });
        assert_eq!(hottest(sys.path()).ok(), expected, "{files:?}");
    }

    #[test]
    fn the_hottest_core_counts_and_the_disk_does_not() {
        check(
            &[
                ("hwmon/hwmon0/name", "nvme\n"),
                ("hwmon/hwmon0/temp1_input", "81000\n"),
                ("hwmon/hwmon1/name", "coretemp\n"),
                ("hwmon/hwmon1/temp1_input", "62000\n"),
                ("hwmon/hwmon1/temp1_label", "Package id 0\n"),
                ("hwmon/hwmon1/temp2_input", "58500\n"),
                ("hwmon/hwmon1/temp1_crit", "100000\n"),
            ],
            Some((62.0, "coretemp Package id 0")),
        );
    }

    #[test]
    fn a_small_board_has_zones_instead() {
        check(
            &[
                ("thermal/thermal_zone0/type", "cpu-thermal\n"),
                ("thermal/thermal_zone0/temp", "48300\n"),
                ("thermal/thermal_zone1/type", "battery\n"),
                ("thermal/thermal_zone1/temp", "60000\n"),
            ],
            Some((48.3, "cpu-thermal")),
        );
    }

    #[test]
    fn a_sensor_that_is_not_connected_or_broken_is_none() {
        check(&[], None);
        check(
            &[
                ("hwmon/hwmon0/name", "k10temp\n"),
                ("hwmon/hwmon0/temp1_input", "-273000\n"),
                ("hwmon/hwmon0/temp2_input", "hot\n"),
                ("hwmon/hwmon0/temp3_input", "99999999999\n"),
            ],
            None,
        );
    }
}
