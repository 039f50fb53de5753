//! Moments as feeds, site maps and headers write them, from milliseconds since 1970 UTC.

use chrono::{DateTime, SecondsFormat, Utc};

/// Such as `2026-11-18T11:06:40Z`.
#[must_use]
pub fn rfc3339(ms: i64) -> String {
    moment(ms).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Such as `2026-11-18`.
#[must_use]
pub fn date(ms: i64) -> String {
    moment(ms).format("%Y-%m-%d").to_string()
}

/// As HTTP writes it (RFC 9110): `Wed, 18 Nov 2026 11:06:40 GMT`.
#[must_use]
pub fn http_date(ms: i64) -> String {
    moment(ms).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The moment, or 1970 where the calendar does not reach.
fn moment(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
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
}
