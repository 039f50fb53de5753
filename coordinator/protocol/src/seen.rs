//! What a device has just shown, as a link to the website that the device signs.
//!
//! Under a desktop's own saver nobody can vote while the flock shows, so the agent remembers what was on its
//! screens and the website puts that to the vote afterwards. The link is `paths::seen(text)`; its text is a
//! [`SeenList`] sealed with the device's key, as unpadded base64url:
//!
//! ```text
//! the agent's list -> SeenList::seal -> /seen?list=TEXT -> Claim::read -> Claim::verify -> ballots for that device
//! ```
//!
//! Anybody may write a list; [`Claim::sheep`] is what it says, whoever wrote it. Only [`Claim::verify`] makes a
//! device of it, for which ballots are dealt. The coordinator's key is part of what is signed, so a list for one
//! coordinator means nothing to another.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::ids::SheepId;
use crate::keys::{DeviceSecret, PublicKey};
use crate::signing::{CLOCK_SKEW_MAX_MS, Document, Signed};

/// The most sheep on a list: what somebody still remembers having seen.
pub const SEEN_SHEEP_MAX: usize = 12;

/// The longest text of a list that is looked at, in characters; twelve of the longest ids make about 1400.
pub const SEEN_CHARS_MAX: usize = 2048;

/// How long a list is good: half an hour, enough to look at twelve sheep with a cup of tea. Whoever gets hold of the
/// link may vote in the device's name for so long.
pub const SEEN_TERM_MS: i64 = 30 * 60 * 1000;

/// The sheep that were on a device's screens last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenList {
    /// The coordinator it is meant for.
    pub coordinator: PublicKey,
    /// The device that showed them.
    pub device: PublicKey,
    /// The sheep, the last one first; 1 to [`SEEN_SHEEP_MAX`], each once.
    pub sheep: Vec<SheepId>,
    /// When the list was made, by the device's clock.
    pub made_at_ms: i64,
}

impl Document for SeenList {
    const PURPOSE: &'static str = "woolgather-seen-v1";
}

impl SeenList {
    /// Seals the list for a link. `secret` is the device's.
    ///
    /// # Panics
    ///
    /// If the list cannot be written as JSON, which is our bug: it is a plain struct.
    #[must_use]
    pub fn seal(&self, secret: &DeviceSecret) -> String {
        let sealed = Signed::seal(self, secret);
        let json = serde_json::to_vec(&sealed).expect("a sealed list is a plain struct");
        BASE64URL_NOPAD.encode(&json)
    }
}

/// The text is no list: too long, not ours, or with too many sheep on it or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a list of sheep that a computer has shown")]
pub struct NoList;

/// Why nobody may vote with a list; each is a sentence for whoever opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It was made for another flock.
    #[error("This list was made for another flock, so it cannot be voted on here.")]
    OtherCoordinator,
    /// The device that it names did not sign it.
    #[error(
        "This list does not carry the signature of the computer it names, so it cannot be voted on."
    )]
    Unsigned,
    /// It is older than [`SEEN_TERM_MS`].
    #[error("This list is more than half an hour old: open it again from your computer to vote.")]
    Old,
    /// It was made later than now.
    #[error(
        "This list comes from a computer whose clock is ahead of ours, so it cannot be voted on."
    )]
    Early,
}

/// What a list says, before anybody has looked whether its device said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    list: SeenList,
    signed: Signed<SeenList>,
}

impl Claim {
    /// Reads a link's text without believing it.
    ///
    /// # Errors
    ///
    /// [`NoList`]: there is nothing to show.
    pub fn read(text: &str) -> Result<Self, NoList> {
        if text.len() > SEEN_CHARS_MAX {
            return Err(NoList);
        }
        let bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| NoList)?;
        let signed: Signed<SeenList> = serde_json::from_slice(&bytes).map_err(|_| NoList)?;
        let list: SeenList = serde_json::from_str(&signed.document).map_err(|_| NoList)?;
        let twice = |at: usize| list.sheep[..at].contains(&list.sheep[at]);
        let count = list.sheep.len();
        if !(1..=SEEN_SHEEP_MAX).contains(&count) || (0..count).any(twice) {
            return Err(NoList);
        }
        Ok(Self { list, signed })
    }

    /// The sheep on it, whoever wrote it.
    #[must_use]
    pub fn sheep(&self) -> &[SheepId] {
        &self.list.sheep
    }

    /// The device that showed these sheep, if it says so itself, to this coordinator, and lately.
    ///
    /// # Errors
    ///
    /// [`Doubt`]: show the sheep and its sentence, and deal nothing.
    pub fn verify(&self, coordinator: &PublicKey, now_ms: i64) -> Result<PublicKey, Doubt> {
        let list = self
            .signed
            .open(&self.list.device)
            .map_err(|_| Doubt::Unsigned)?;
        if list.coordinator != *coordinator {
            return Err(Doubt::OtherCoordinator);
        }
        let age_ms = now_ms.saturating_sub(list.made_at_ms);
        if age_ms > SEEN_TERM_MS {
            return Err(Doubt::Old);
        }
        if age_ms < -CLOCK_SKEW_MAX_MS {
            return Err(Doubt::Early);
        }
        Ok(list.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_000_000_000;

    fn secret(byte: u8) -> DeviceSecret {
        DeviceSecret::from_bytes(&[byte; 32])
    }

    fn coordinator() -> PublicKey {
        secret(9).public()
    }

    fn list(sheep: usize) -> SeenList {
        let sheep = (0..sheep).map(|number| format!("{number:0>32}").parse().unwrap());
        SeenList {
            coordinator: coordinator(),
            device: secret(1).public(),
            sheep: sheep.collect(),
            made_at_ms: NOW_MS,
        }
    }

    #[track_caller]
    fn check(text: &str, now_ms: i64, expected: Result<PublicKey, Doubt>) {
        let claim = Claim::read(text).unwrap();
        assert_eq!(claim.verify(&coordinator(), now_ms), expected);
    }

    #[test]
    fn the_longest_list_fits_its_link_and_comes_back() {
        let full = list(SEEN_SHEEP_MAX);
        let text = full.seal(&secret(1));
        assert!(text.len() < SEEN_CHARS_MAX * 4 / 5, "{}", text.len());
        assert_eq!(Claim::read(&text).unwrap().sheep(), full.sheep);
        check(&text, NOW_MS, Ok(secret(1).public()));
    }

    #[test]
    fn a_list_that_another_device_signed_names_nobody() {
        check(&list(2).seal(&secret(2)), NOW_MS, Err(Doubt::Unsigned));
    }

    #[test]
    fn a_list_whose_sheep_were_changed_names_nobody() {
        let mut signed = Signed::seal(&list(2), &secret(1));
        signed.document = signed.document.replace("01\"]", "02\"]");
        let text = BASE64URL_NOPAD.encode(&serde_json::to_vec(&signed).unwrap());
        assert_eq!(Claim::read(&text).unwrap().sheep().len(), 2);
        check(&text, NOW_MS, Err(Doubt::Unsigned));
    }

    #[test]
    fn a_list_for_another_coordinator_means_nothing_here() {
        let foreign = SeenList {
            coordinator: secret(8).public(),
            ..list(1)
        };
        check(
            &foreign.seal(&secret(1)),
            NOW_MS,
            Err(Doubt::OtherCoordinator),
        );
    }

    #[test]
    fn a_list_is_good_for_half_an_hour_and_not_before_it_was_made() {
        let text = list(1).seal(&secret(1));
        check(&text, NOW_MS + SEEN_TERM_MS, Ok(secret(1).public()));
        check(&text, NOW_MS + SEEN_TERM_MS + 1, Err(Doubt::Old));
        check(&text, NOW_MS - CLOCK_SKEW_MAX_MS, Ok(secret(1).public()));
        check(&text, NOW_MS - CLOCK_SKEW_MAX_MS - 1, Err(Doubt::Early));
        let ends = SeenList {
            made_at_ms: i64::MIN,
            ..list(1)
        };
        check(&ends.seal(&secret(1)), i64::MAX, Err(Doubt::Old));
    }

    #[test]
    fn more_sheep_than_fit_or_one_twice_or_none_are_no_list() {
        assert_eq!(Claim::read(&list(0).seal(&secret(1))), Err(NoList));
        let many = list(SEEN_SHEEP_MAX + 1).seal(&secret(1));
        assert_eq!(Claim::read(&many), Err(NoList));
        let mut twice = list(2);
        twice.sheep[1] = twice.sheep[0].clone();
        assert_eq!(Claim::read(&twice.seal(&secret(1))), Err(NoList));
    }

    #[test]
    fn nonsense_is_no_list() {
        let other = BASE64URL_NOPAD.encode(b"{\"document\":\"{}\",\"signature\":\"00\"}");
        for text in [
            "",
            "?",
            "AAAA",
            "%00",
            &other,
            &"A".repeat(SEEN_CHARS_MAX + 1),
        ] {
            assert_eq!(Claim::read(text), Err(NoList), "{text}");
        }
    }
}
