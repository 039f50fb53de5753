//! Credit for others to read: JSON of our own, and the XML that BOINC's statistics sites read.
//!
//! ```text
//! /stats/credit.json   /stats/tables.xml   /stats/user.xml   /stats/host.xml
//! ```
//!
//! A *user* is everybody under one volunteer's name, a *host* a device. Numbers stand for names and
//! keys and are the same in every export. A day's average is that of the last seven days.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::store::{CreditLine, Store, StoreError};

/// The most devices in an export.
const DEVICES_MAX: u64 = 1_000_000;
/// An export is good for an hour.
const GOOD_MS: i64 = 60 * 60 * 1000;
/// How volunteers without a name are listed.
const ANONYMOUS: &str = "anonymous";

/// Everybody's credit at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreditExport {
    /// The flock's name.
    pub flock: String,
    /// When, ms since 1970.
    pub made_at_ms: i64,
    /// What credit is counted in.
    pub unit: &'static str,
    /// By volunteer's name, most credit first.
    pub volunteers: Vec<Volunteer>,
    #[serde(skip)]
    devices: Vec<CreditLine>,
}

/// A volunteer's credit, all devices together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Volunteer {
    /// The name.
    pub name: String,
    /// Devices under it.
    pub devices: u64,
    /// Segments accepted.
    pub accepted_units: u64,
    /// Credit that stands.
    pub credit: u64,
    /// Of that, what is in escrow.
    pub escrow: u64,
    /// Earned in the last seven days.
    pub credit_week: u64,
    /// When the first of its devices introduced itself, ms since 1970.
    pub since_ms: i64,
}

/// The last export, for as long as it is good.
#[derive(Debug, Default)]
pub struct CreditCache(Mutex<Option<Arc<CreditExport>>>);

impl CreditCache {
    /// The export of this hour.
    ///
    /// # Errors
    ///
    /// As every read: [`StoreError::Database`].
    pub async fn export(
        &self,
        store: &Store,
        now_ms: i64,
    ) -> Result<Arc<CreditExport>, StoreError> {
        let last = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let good = |export: &Arc<CreditExport>| {
            (export.made_at_ms..export.made_at_ms + GOOD_MS).contains(&now_ms)
        };
        if let Some(export) = last.filter(good) {
            return Ok(export);
        }
        let export = Arc::new(CreditExport::of(store, now_ms).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&export));
        Ok(export)
    }
}

impl CreditExport {
    /// Reads everybody's credit.
    ///
    /// # Errors
    ///
    /// As every read: [`StoreError::Database`].
    pub async fn of(store: &Store, made_at_ms: i64) -> Result<Self, StoreError> {
        let flock = store.flock().await?.name;
        let devices = store.credit_lines(DEVICES_MAX).await?;
        Ok(Self::new(flock, made_at_ms, devices))
    }

    fn new(flock: String, made_at_ms: i64, devices: Vec<CreditLine>) -> Self {
        let mut by_name: BTreeMap<&str, Volunteer> = BTreeMap::new();
        for device in &devices {
            let sum = by_name.entry(name_of(device)).or_insert_with(|| Volunteer {
                name: name_of(device).to_owned(),
                since_ms: i64::MAX,
                ..Volunteer::default()
            });
            sum.devices += 1;
            sum.accepted_units += device.accepted_units;
            sum.credit += device.credit;
            sum.escrow += device.escrow;
            sum.credit_week += device.credit_week;
            sum.since_ms = sum.since_ms.min(device.first_seen_ms);
        }
        let mut volunteers: Vec<Volunteer> = by_name.into_values().collect();
        volunteers.sort_by(|a, b| b.credit.cmp(&a.credit).then_with(|| a.name.cmp(&b.name)));
        Self {
            flock,
            made_at_ms,
            unit: "thousands of reference samples",
            volunteers,
            devices,
        }
    }

    /// As JSON.
    ///
    /// # Errors
    ///
    /// None but a bug of ours.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// BOINC's `tables.xml`: how much there is to read.
    #[must_use]
    pub fn tables_xml(&self) -> String {
        let total: u64 = self
            .volunteers
            .iter()
            .map(|volunteer| volunteer.credit)
            .sum();
        document("tables", |text| {
            element(
                text,
                1,
                "update_time",
                &(self.made_at_ms / 1000).to_string(),
            );
            element(text, 1, "nusers_total", &self.volunteers.len().to_string());
            element(text, 1, "nhosts_total", &self.devices.len().to_string());
            element(text, 1, "nteams_total", "0");
            element(text, 1, "total_credit", &total.to_string());
        })
    }

    /// BOINC's `user.xml`.
    #[must_use]
    pub fn user_xml(&self) -> String {
        document("users", |text| {
            for volunteer in &self.volunteers {
                group(text, "user", |text| {
                    element(text, 2, "id", &number_of(&volunteer.name).to_string());
                    element(text, 2, "name", &volunteer.name);
                    element(
                        text,
                        2,
                        "create_time",
                        &(volunteer.since_ms / 1000).to_string(),
                    );
                    element(text, 2, "total_credit", &volunteer.credit.to_string());
                    element(text, 2, "expavg_credit", &daily(volunteer.credit_week));
                    element(
                        text,
                        2,
                        "expavg_time",
                        &(self.made_at_ms / 1000).to_string(),
                    );
                });
            }
        })
    }

    /// BOINC's `host.xml`. A device's key is not told: whoever reads this need not recognise it.
    #[must_use]
    pub fn host_xml(&self) -> String {
        document("hosts", |text| {
            for device in &self.devices {
                group(text, "host", |text| {
                    let key = device.key.to_string();
                    element(text, 2, "id", &number_of(&key).to_string());
                    element(text, 2, "userid", &number_of(name_of(device)).to_string());
                    element(
                        text,
                        2,
                        "create_time",
                        &(device.first_seen_ms / 1000).to_string(),
                    );
                    element(text, 2, "total_credit", &device.credit.to_string());
                    element(text, 2, "expavg_credit", &daily(device.credit_week));
                    element(
                        text,
                        2,
                        "expavg_time",
                        &(self.made_at_ms / 1000).to_string(),
                    );
                });
            }
        })
    }
}

fn name_of(device: &CreditLine) -> &str {
    match device.volunteer.as_str() {
        "" => ANONYMOUS,
        name => name,
    }
}

/// A number that stands for a name or a key, the same every time; positive in 31 bits, as readers
/// expect.
fn number_of(text: &str) -> u32 {
    let digest = *blake3::hash(text.as_bytes()).as_bytes();
    (u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]) >> 1).max(1)
}

fn daily(week: u64) -> String {
    format!("{:.3}", week as f64 / 7.0)
}

fn document(name: &str, fill: impl FnOnce(&mut String)) -> String {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{name}>\n");
    fill(&mut text);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "</{name}>");
    text
}

fn group(text: &mut String, name: &str, fill: impl FnOnce(&mut String)) {
    let _ = writeln!(text, "  <{name}>");
    fill(text);
    let _ = writeln!(text, "  </{name}>");
}

fn element(text: &mut String, depth: usize, name: &str, value: &str) {
    let _ = write!(text, "{:1$}<{name}>", "", 2 * depth);
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            // Not allowed in XML at all, however they are written.
            control if control.is_control() => text.push('\u{fffd}'),
            other => text.push(other),
        }
    }
    let _ = writeln!(text, "</{name}>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use woolgather_protocol::PublicKey;

    fn line(key: u8, volunteer: &str, credit: u64) -> CreditLine {
        CreditLine {
            key: PublicKey([key; 32]),
            volunteer: volunteer.to_owned(),
            accepted_units: credit / 10,
            credit,
            escrow: 10,
            credit_week: 70,
            first_seen_ms: 1_800_000_000_000 + i64::from(key),
        }
    }

    fn export() -> CreditExport {
        let devices = vec![line(1, "Ada", 100), line(2, "", 50), line(3, "Ada", 40)];
        CreditExport::new("Test <flock>".into(), 1_800_000_100_000, devices)
    }

    #[test]
    fn devices_of_one_name_are_one_user() {
        let export = export();
        let names: Vec<_> = export
            .volunteers
            .iter()
            .map(|volunteer| (volunteer.name.as_str(), volunteer.credit, volunteer.devices))
            .collect();
        assert_eq!(names, [("Ada", 140, 2), (ANONYMOUS, 50, 1)]);
        assert_eq!(export.user_xml().matches("<user>").count(), 2);
        assert_eq!(export.host_xml().matches("<host>").count(), 3);
        assert!(
            export
                .tables_xml()
                .contains("<total_credit>190</total_credit>")
        );
        assert!(
            export
                .user_xml()
                .contains("<expavg_credit>20.000</expavg_credit>")
        );
        assert!(!export.host_xml().contains(&PublicKey([1; 32]).to_string()));
    }

    #[test]
    fn a_host_names_its_user_by_the_same_number() {
        let ada = format!("<userid>{}</userid>", number_of("Ada"));
        assert_eq!(export().host_xml().matches(&ada).count(), 2);
    }

    #[test]
    fn a_name_never_becomes_markup() {
        let hostile = vec![line(1, "</name><total_credit>9</total_credit>\u{1}&", 1)];
        let xml = CreditExport::new("f".into(), 0, hostile).user_xml();
        assert_eq!(xml.matches("<total_credit>").count(), 1, "{xml}");
        assert!(xml.contains("&amp;") && !xml.contains('\u{1}'));
    }
}
