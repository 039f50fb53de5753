//! Why a device gets no work, in words for its volunteer.

use woolgather_coordinator_core::trust::Record;
use woolgather_coordinator_core::trust::classes::ClassStanding;
use woolgather_protocol::{Problem, ProblemKind};

const MINUTE_MS: i64 = 60 * 1000;

/// Why a device with this record and class gets no work now; `None` where it does.
pub(super) fn why(
    banned: Option<&str>,
    record: &Record,
    class: ClassStanding,
    now_ms: i64,
) -> Option<Problem> {
    let detail = if let Some(reason) = banned {
        format!("An operator has banned this device: {reason}")
    } else if let Some(until_ms) = record.readmitted_at_ms() {
        format!(
            "Several frames of this device were rendered again and are other pictures. It gets work again in {}; \
             look after its memory, its cooling and its driver.",
            words(until_ms - now_ms)
        )
    } else if let Some(until_ms) = class.work_from_ms() {
        format!(
            "Graphics cards with this driver draw wrong pictures on many machines. They get work again in {}; \
             without the card (it is a setting) the processor gets work now, and so does another driver. \
             Nothing of this is held against you.",
            words(until_ms - now_ms)
        )
    } else if !record.may_work(now_ms) {
        format!(
            "{} submissions in a row could not be used; the notices say why. There is work again in {}.",
            record.failed_checks,
            words(record.paused_until_ms - now_ms)
        )
    } else {
        return None;
    };
    Some(Problem::new(ProblemKind::WorkWithheld, detail))
}

/// A time in words, rounded up.
fn words(ms: i64) -> String {
    let minutes = (ms.max(1) + MINUTE_MS - 1) / MINUTE_MS;
    let (count, unit) = match minutes {
        ..120 => (minutes, "minute"),
        120..2880 => ((minutes + 59) / 60, "hour"),
        _ => ((minutes + 1439) / 1440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volunteer_reads_why_there_is_no_work_and_until_when() {
        let now_ms = 1_800_000_000_000;
        let said =
            |record: &Record, class| why(None, record, class, now_ms).map(|problem| problem.detail);
        assert_eq!(said(&Record::default(), ClassStanding::Open), None);
        let banned = why(
            Some("spam"),
            &Record::default(),
            ClassStanding::Open,
            now_ms,
        );
        assert!(banned.unwrap().detail.ends_with("this device: spam"));
        let mut bad = Record::default();
        bad.find_bad(now_ms);
        let detail = said(&bad, ClassStanding::Open).unwrap();
        assert!(detail.contains("again in 24 hours"), "{detail}");
        let mut paused = Record::default();
        for _ in 0..3 {
            paused.failed_checks(now_ms);
        }
        let detail = said(&paused, ClassStanding::Open).unwrap();
        assert!(detail.starts_with("3 submissions in a row"), "{detail}");
        assert!(detail.contains("again in 10 minutes"), "{detail}");
        let quarantined = ClassStanding::Open.quarantined(now_ms);
        let detail = said(&Record::default(), quarantined).unwrap();
        assert!(detail.contains("the processor gets work now"), "{detail}");
    }

    #[test]
    fn times_are_rounded_up() {
        for (ms, expected) in [
            (0, "1 minute"),
            (60_001, "2 minutes"),
            (120 * MINUTE_MS, "2 hours"),
            (48 * 60 * MINUTE_MS, "2 days"),
        ] {
            assert_eq!(words(ms), expected);
        }
    }
}
