//! Moments as pages, feeds, site maps and headers write them, from milliseconds since 1970 UTC.

use jiff::Timestamp;

/// Whole seconds from a moment to now; 0 for one that is yet to come.
#[must_use]
pub fn seconds_since(now_ms: i64, then_ms: i64) -> u64 {
    now_ms.saturating_sub(then_ms).max(0).unsigned_abs() / 1000
}

/// Such as `2026-11-18T11:06:40Z`.
#[must_use]
pub fn rfc3339(ms: i64) -> String {
    moment(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Such as `2026-11-18`.
#[must_use]
pub fn date(ms: i64) -> String {
    moment(ms).strftime("%Y-%m-%d").to_string()
}

/// As HTTP writes it (RFC 9110): `Wed, 18 Nov 2026 11:06:40 GMT`.
#[must_use]
pub fn http_date(ms: i64) -> String {
    moment(ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The moment, or 1970 where the calendar does not reach.
fn moment(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_calendar_has_them() {
        let ms = 1_795_000_000_000;
        assert_eq!(rfc3339(ms), "2026-11-18T11:06:40Z");
        assert_eq!(date(ms), "2026-11-18");
        assert_eq!(http_date(ms), "Wed, 18 Nov 2026 11:06:40 GMT");
        assert_eq!(date(i64::MAX), "1970-01-01");
    }

    #[test]
    fn what_is_yet_to_come_was_no_time_ago() {
        assert_eq!(seconds_since(61_999, 1_000), 60);
        assert_eq!(seconds_since(1_000, 2_000), 0);
        assert_eq!(seconds_since(i64::MIN, i64::MAX), 0);
    }
}
