//! Numbers as people read them, and text with names of code in it. Used by the templates; pure.

/// A number of bytes in decimal units, with a digit after the point where it says something:
/// `1.4 MB`, `123 MB`.
pub(crate) fn bytes(count: &u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = *count as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let number = if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    };
    let number = number.strip_suffix(".0").unwrap_or(&number);
    format!("{number} {}", UNITS[unit])
}

/// A count with a comma between groups of three digits: `12,345`.
pub(crate) fn count(value: &u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun, which takes an `s` unless there is exactly one: `1 vote`, `3 votes`.
pub(crate) fn counted(value: &u64, noun: &str) -> String {
    let plural = if *value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// So many sheep, whose plural is the same: `1 sheep`, `3 sheep`.
pub(crate) fn counted_sheep(value: &u64) -> String {
    format!("{} sheep", count(value))
}

/// A place in a row: `1st`, `22nd`, `113th`.
pub(crate) fn ordinal(place: u32) -> String {
    let ending = match (place % 100, place % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{ending}", count(&u64::from(place)))
}

/// How long ago something was, roughly: `just now`, `4 minutes ago`, `3 days ago`.
pub(crate) fn ago(seconds: &u64) -> String {
    lasting(*seconds).map_or_else(|| "just now".to_owned(), |time| format!("{time} ago"))
}

/// When something will be, roughly: `in a moment`, `in 4 minutes`, `in 3 days`.
pub(crate) fn ahead(seconds: &u64) -> String {
    lasting(*seconds).map_or_else(|| "in a moment".to_owned(), |time| format!("in {time}"))
}

/// A time in its largest whole unit; `None` for less than a minute.
fn lasting(seconds: u64) -> Option<String> {
    let (value, noun) = match seconds {
        0..60 => return None,
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    Some(counted(&value, noun))
}

/// Names as a sentence lists them, the first few and how many more: `Ada, Bo and 3 others`.
pub(crate) fn names(names: &[String], most: usize) -> String {
    let shown = &names[..names.len().min(most)];
    let rest = names.len() - shown.len();
    match (shown, rest) {
        ([], _) => String::new(),
        ([only], 0) => only.clone(),
        ([head @ .., last], 0) => format!("{} and {last}", head.join(", ")),
        (shown, 1) => format!("{} and one other", shown.join(", ")),
        (shown, rest) => format!("{} and {rest} others", shown.join(", ")),
    }
}

/// A text as a part of an address' query: everything but letters, digits and `-._~` as bytes in hexadecimal.
pub(crate) fn query_part(text: &str) -> String {
    use std::fmt::Write as _;
    let mut part = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            part.push(char::from(byte));
        } else {
            // A String takes whatever is written.
            let _ = write!(part, "%{byte:02X}");
        }
    }
    part
}

/// A text in pieces; those that stood between backticks are code.
pub(crate) fn pieces(text: &str) -> Vec<(&str, bool)> {
    let pieces = text.split('`').enumerate();
    pieces
        .map(|(place, piece)| (piece, place % 2 == 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_people_say_them() {
        for (place, words) in [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (112, "112th"),
            (23, "23rd"),
            (1_001, "1,001st"),
        ] {
            assert_eq!(ordinal(place), words);
        }
    }

    #[test]
    fn sizes_change_unit_at_a_thousand() {
        let cases = [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (1_440_000, "1.4 MB"),
            (999_960, "1 MB"),
            (123_400_000, "123 MB"),
            (7_600_000_000_000, "7.6 TB"),
        ];
        for (value, text) in cases {
            assert_eq!(bytes(&value), text);
        }
    }

    #[test]
    fn counts_are_grouped_and_agree_with_their_noun() {
        assert_eq!(count(&999), "999");
        assert_eq!(count(&1_234_567), "1,234,567");
        assert_eq!(counted(&1, "vote"), "1 vote");
        assert_eq!(counted(&0, "vote"), "0 votes");
    }

    #[test]
    fn what_means_something_in_an_address_is_escaped() {
        assert_eq!(query_part("a-z.0_~"), "a-z.0_~");
        assert_eq!(query_part("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }

    #[test]
    fn ages_are_rounded_down_to_the_largest_unit() {
        let cases = [
            (59, "just now"),
            (60, "1 minute ago"),
            (7_300, "2 hours ago"),
            (200_000, "2 days ago"),
        ];
        for (seconds, text) in cases {
            assert_eq!(ago(&seconds), text);
        }
        assert_eq!(ahead(&59), "in a moment");
        assert_eq!(ahead(&14_000), "in 3 hours");
    }

    #[test]
    fn long_lists_of_names_are_cut_short() {
        let all: Vec<String> = ["Ada", "Bo", "Cy", "Di"].map(String::from).to_vec();
        assert_eq!(names(&[], 2), "");
        assert_eq!(names(&all[..1], 2), "Ada");
        assert_eq!(names(&all[..2], 2), "Ada and Bo");
        assert_eq!(names(&all[..3], 2), "Ada, Bo and one other");
        assert_eq!(names(&all, 2), "Ada, Bo and 2 others");
    }
}
