//! Parts of a file (RFC 9110, section 14): what `Range` asks for.
//!
//! One range at a time; a request for several is answered with the whole file, as the RFC allows.

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// What part of a file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it (200).
    Whole,
    /// These bytes (206); not empty, within the file.
    Bytes(Range<u64>),
    /// No byte of the file is among those asked for (416).
    Unsatisfiable,
}

/// What `headers` ask for, of a file of `length` bytes whose entity tag is `tag`.
#[must_use]
pub fn requested_part(headers: &HeaderMap, length: u64, tag: &str) -> Part {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(range) = text(header::RANGE) else {
        return Part::Whole;
    };
    // A client that resumes says which version it has begun with.
    if text(header::IF_RANGE).is_some_and(|condition| condition != tag) {
        return Part::Whole;
    }
    parse(range, length)
}

fn parse(range: &str, length: u64) -> Part {
    let Some((first, last)) = range
        .strip_prefix("bytes=")
        .and_then(|range| range.trim().split_once('-'))
    else {
        return Part::Whole;
    };
    let bytes = match (number(first), number(last)) {
        // The last so many bytes.
        (Number::Absent, Number::Of(count)) => length.saturating_sub(count)..length,
        (Number::Of(first), Number::Absent) => first..length,
        (Number::Of(first), Number::Of(last)) if first <= last => {
            first..last.saturating_add(1).min(length)
        }
        // Malformed, or several ranges: as if nothing had been asked.
        _ => return Part::Whole,
    };
    if bytes.is_empty() {
        return Part::Unsatisfiable;
    }
    Part::Bytes(bytes)
}

enum Number {
    Absent,
    Of(u64),
    Malformed,
}

fn number(text: &str) -> Number {
    if text.is_empty() {
        return Number::Absent;
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Number::Malformed;
    }
    // A number beyond 64 bits is beyond every file.
    Number::Of(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(range: &str, expected: &Part) {
        assert_eq!(&parse(range, 100), expected, "{range}");
    }

    #[test]
    fn one_range_is_served() {
        check("bytes=0-0", &Part::Bytes(0..1));
        check("bytes=10-19", &Part::Bytes(10..20));
        check("bytes=90-", &Part::Bytes(90..100));
        check("bytes=90-1000", &Part::Bytes(90..100));
        check("bytes=-10", &Part::Bytes(90..100));
        check("bytes=-1000", &Part::Bytes(0..100));
        check("bytes=0-99999999999999999999999", &Part::Bytes(0..100));
    }

    #[test]
    fn what_is_beyond_the_end_is_said_to_be() {
        check("bytes=100-", &Part::Unsatisfiable);
        check("bytes=100-200", &Part::Unsatisfiable);
        check("bytes=-0", &Part::Unsatisfiable);
    }

    #[test]
    fn anything_else_gets_the_whole_file() {
        for range in [
            "",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=+1-2",
            "items=1-2",
            "bytes=0-1,5-6",
        ] {
            check(range, &Part::Whole);
        }
    }

    #[test]
    fn a_resumed_download_of_another_version_starts_again() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=5-".parse().unwrap());
        headers.insert(header::IF_RANGE, "\"a\"".parse().unwrap());
        assert_eq!(requested_part(&headers, 10, "\"a\""), Part::Bytes(5..10));
        assert_eq!(requested_part(&headers, 10, "\"b\""), Part::Whole);
    }

    proptest! {
        #[test]
        fn no_text_leads_outside_the_file(text in ".*", length: u64) {
            for range in [text.clone(), format!("bytes={text}")] {
                if let Part::Bytes(bytes) = parse(&range, length) {
                    prop_assert!(bytes.start < bytes.end && bytes.end <= length);
                }
            }
        }
    }
}
