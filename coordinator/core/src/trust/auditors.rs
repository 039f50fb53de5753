//! Who may audit whom.
//!
//! An auditor is a trusted device of another account *and* another network, and where a card drew
//! the frame it is not of the same driver class, which could be wrong in the same way. In a small
//! fleet there may be nobody like that; then the rule is loosened step by step, and the last step
//! is the coordinator's own referee. A rule only holds where three active devices satisfy it, so
//! that nobody can know who will be asked.
//!
//! Nor may whoever asks oftenest choose: an audit is offered to a few drawn devices first and to
//! more of them the longer it waits.

use std::collections::BTreeMap;

use woolgather_protocol::work::DeviceKind;

use super::record::{Record, Standing};
use crate::seeds::mix;

/// So many active devices must satisfy a rule before it holds.
pub const AUDITORS_MIN: u64 = 3;

/// To so many devices, on average, an audit is offered first.
const OFFERED_FIRST: u64 = 3;

/// The offer doubles so often within the patience.
const DOUBLINGS: i64 = 5;

/// One side of an audit. Accounts and networks are numbers that are equal where they are the same
/// (a keyed hash, say); a device without an account is an account of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party {
    /// The person's account.
    pub account: u64,
    /// The network it asked from last.
    pub network: u64,
    /// Its driver class, where it draws with a card.
    pub card_class: Option<u64>,
    /// Where it stands.
    pub standing: Standing,
    /// [`Record::may_audit`], and its class is not quarantined.
    pub may_audit: bool,
}

impl Party {
    /// The party with this record. `class` is the number of its driver class.
    #[must_use]
    pub fn new(record: &Record, account: u64, network: u64, kind: DeviceKind, class: u64) -> Self {
        Self {
            account,
            network,
            card_class: (kind == DeviceKind::Gpu).then_some(class),
            standing: record.standing(),
            may_audit: record.may_audit(),
        }
    }
}

/// What is asked of an auditor, strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditorRule {
    /// Trusted, of another account, network and card's class.
    Trusted,
    /// Not doubted, of another account, network and card's class: nobody is trusted yet.
    Known,
    /// Not doubted, of another account: one school, one office.
    OtherAccount,
    /// The coordinator renders the frame itself.
    Referee,
}

impl AuditorRule {
    /// Whether `auditor` may audit `submitter` by this rule.
    #[must_use]
    pub fn admits(self, auditor: &Party, submitter: &Party) -> bool {
        let in_order = auditor.may_audit && auditor.standing >= Standing::New;
        let other_account = auditor.account != submitter.account;
        let other_class =
            auditor.card_class.is_none() || auditor.card_class != submitter.card_class;
        let stranger = other_account && auditor.network != submitter.network && other_class;
        match self {
            Self::Trusted => in_order && auditor.standing == Standing::Trusted && stranger,
            Self::Known => in_order && stranger,
            Self::OtherAccount => in_order && other_account,
            Self::Referee => false,
        }
    }
}

/// The active devices, counted so that a rule is found without looking at each of them.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    parties: BTreeMap<(u64, u64, Option<u64>), Counts>,
    trusted: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    trusted: u64,
    in_order: u64,
}

impl Pool {
    /// Counts the active devices.
    pub fn of(parties: impl IntoIterator<Item = Party>) -> Self {
        let mut pool = Self::default();
        for party in parties {
            if party.standing == Standing::Trusted {
                pool.trusted += 1;
            }
            if !party.may_audit || party.standing < Standing::New {
                continue;
            }
            let key = (party.account, party.network, party.card_class);
            let counts = pool.parties.entry(key).or_default();
            counts.in_order += 1;
            counts.trusted += u64::from(party.standing == Standing::Trusted);
        }
        pool
    }

    /// How many active devices are trusted.
    #[must_use]
    pub fn trusted(&self) -> u64 {
        self.trusted
    }

    /// The strictest rule that enough devices satisfy for this submitter, and how many do.
    #[must_use]
    pub fn rule_for(&self, submitter: &Party) -> (AuditorRule, u64) {
        let [mut trusted, mut known, mut other_account] = [0_u64; 3];
        for (&(account, network, card_class), counts) in &self.parties {
            if account == submitter.account {
                continue;
            }
            other_account += counts.in_order;
            let other_class = card_class.is_none() || card_class != submitter.card_class;
            if network != submitter.network && other_class {
                known += counts.in_order;
                trusted += counts.trusted;
            }
        }
        let rules = [
            (AuditorRule::Trusted, trusted),
            (AuditorRule::Known, known),
            (AuditorRule::OtherAccount, other_account),
        ];
        rules
            .into_iter()
            .find(|(_, devices)| *devices >= AUDITORS_MIN)
            .unwrap_or((AuditorRule::Referee, 0))
    }
}

/// Whether an audit is offered to this device by now. `audit_draw` is a random number that was
/// drawn with the audit and that nobody outside knows, `device_draw` one of the device (its
/// number); `eligible` devices satisfy the rule; the audit waited for `waited_ms` of `patience_ms`.
#[must_use]
pub fn is_offered(
    audit_draw: u64,
    device_draw: u64,
    eligible: u64,
    waited_ms: i64,
    patience_ms: i64,
) -> bool {
    let steps = waited_ms.max(0).saturating_mul(DOUBLINGS) / patience_ms.max(1);
    let offered = OFFERED_FIRST << steps.min(2 * DOUBLINGS);
    if offered >= eligible {
        return true;
    }
    let lot = mix(audit_draw ^ mix(device_draw));
    // `lot` is uniform over all 64 bits, so its share of them is uniform from 0 to 1.
    u128::from(lot) * u128::from(eligible) < u128::from(offered) << 64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn party(account: u64, network: u64, standing: Standing) -> Party {
        Party {
            account,
            network,
            card_class: None,
            standing,
            may_audit: standing != Standing::Bad,
        }
    }

    fn card(account: u64, class: u64) -> Party {
        Party {
            card_class: Some(class),
            ..party(account, account, Standing::Trusted)
        }
    }

    #[test]
    fn nobody_audits_themselves_their_friends_next_door_or_in_doubt() {
        let submitter = party(1, 1, Standing::New);
        let trusted = |account, network| {
            AuditorRule::Trusted.admits(&party(account, network, Standing::Trusted), &submitter)
        };
        assert!(trusted(2, 2));
        assert!(!trusted(1, 2));
        assert!(!trusted(2, 1));
        for rule in [AuditorRule::Known, AuditorRule::OtherAccount] {
            assert!(!rule.admits(&party(2, 2, Standing::Doubted), &submitter));
            assert!(!rule.admits(&party(2, 2, Standing::Bad), &submitter));
            assert!(rule.admits(&party(2, 2, Standing::New), &submitter));
        }
    }

    #[test]
    fn two_cards_of_one_driver_do_not_audit_each_other() {
        assert!(!AuditorRule::Trusted.admits(&card(2, 7), &card(1, 7)));
        assert!(AuditorRule::Trusted.admits(&card(2, 8), &card(1, 7)));
        assert!(AuditorRule::Trusted.admits(&party(2, 2, Standing::Trusted), &card(1, 7)));
    }

    #[test]
    fn a_small_fleet_falls_back_step_by_step() {
        let submitter = party(1, 1, Standing::New);
        let strangers = |count: u64, standing| {
            Pool::of((2..2 + count).map(|account| party(account, account, standing)))
        };
        let rule = |pool: &Pool| pool.rule_for(&submitter).0;
        assert_eq!(rule(&strangers(3, Standing::Trusted)), AuditorRule::Trusted);
        assert_eq!(rule(&strangers(3, Standing::New)), AuditorRule::Known);
        let neighbours = Pool::of((2..5).map(|account| party(account, 1, Standing::New)));
        assert_eq!(rule(&neighbours), AuditorRule::OtherAccount);
        assert_eq!(rule(&strangers(2, Standing::Trusted)), AuditorRule::Referee);
        assert_eq!(rule(&Pool::default()), AuditorRule::Referee);
    }

    #[test]
    fn an_audit_is_offered_to_about_three_first_and_to_everybody_in_the_end() {
        let offered = |waited_ms| {
            (0..1000)
                .filter(|device| is_offered(12_345, *device, 1000, waited_ms, 1000))
                .count()
        };
        assert!((1..=8).contains(&offered(0)), "{}", offered(0));
        assert!((6..=24).contains(&offered(400)), "{}", offered(400));
        assert_eq!(offered(2_000), 1000);
    }

    fn any_party() -> impl Strategy<Value = Party> {
        let standing = prop_oneof![
            Just(Standing::Bad),
            Just(Standing::Doubted),
            Just(Standing::New),
            Just(Standing::Trusted)
        ];
        (0_u64..4, 0_u64..4, standing, proptest::option::of(0_u64..2)).prop_map(
            |(account, network, standing, card_class)| Party {
                card_class,
                ..party(account, network, standing)
            },
        )
    }

    proptest! {
        #[test]
        fn the_counted_rule_is_the_one_that_enough_devices_satisfy(
            parties in proptest::collection::vec(any_party(), 0..20), submitter in any_party(),
        ) {
            let (rule, eligible) = Pool::of(parties.clone()).rule_for(&submitter);
            let admitted = |rule: AuditorRule| {
                parties.iter().filter(|party| rule.admits(party, &submitter)).count() as u64
            };
            prop_assert_eq!(admitted(rule), eligible);
            let stricter = [AuditorRule::Trusted, AuditorRule::Known, AuditorRule::OtherAccount];
            for stricter in stricter.into_iter().filter(|other| *other < rule) {
                prop_assert!(admitted(stricter) < AUDITORS_MIN);
            }
        }
    }
}
