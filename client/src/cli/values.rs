//! Values on the command line that are more than a word or a number.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Reads `1920x1080`.
pub(super) fn size(text: &str) -> Result<(u32, u32), String> {
    let numbers = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    match numbers {
        Some((width, height)) if width > 0 && height > 0 => Ok((width, height)),
        _ => Err("width and height in pixels, such as 1920x1080".into()),
    }
}

/// Reads the X id of a window.
pub(super) fn window_id(text: &str) -> Result<u32, String> {
    woolgather_platform::window_id(text)
        .ok_or_else(|| "the id of a window, such as 0x40012F or 4194607".into())
}

/// Reads `3G`, `512M`, `64K` or a number of bytes.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((end, 'K' | 'k')) => (&text[..end], 1 << 10),
        Some((end, 'M' | 'm')) => (&text[..end], 1 << 20),
        Some((end, 'G' | 'g')) => (&text[..end], 1 << 30),
        _ => (text, 1),
    };
    let bytes = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    bytes
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| "a number of bytes, such as 3G or 512M".into())
}

/// Reads `90m`, `2h`, `1d`, `30s`.
pub(super) fn length(text: &str) -> Result<Duration, String> {
    let seconds = match text.char_indices().last() {
        Some((_, 's')) => 1,
        Some((_, 'm')) => 60,
        Some((_, 'h')) => 3600,
        Some((_, 'd')) => 86_400,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).unwrap_or_default();
    let length = number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(seconds));
    length
        .filter(|&seconds| seconds > 0)
        .map(Duration::from_secs)
        .ok_or_else(|| "a length such as 30s, 90m, 2h or 1d".into())
}

/// A number within `from` to `to`, both included.
pub(super) fn within(from: f64, to: f64) -> impl Fn(&str) -> Result<f64, String> + Clone {
    move |text: &str| {
        text.parse()
            .ok()
            .filter(|number| (from..=to).contains(number))
            .ok_or_else(|| format!("a number from {from} to {to}"))
    }
}

/// A number above 0.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number: &f64| *number > 0.0 && number.is_finite())
        .ok_or_else(|| "a number above 0".into())
}

/// Whether a path stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The ending of a file's name in small letters; empty without one.
pub(crate) fn ending(path: &Path) -> String {
    path.extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_ascii_lowercase()
}

/// The name of `path` with `ending` behind it, dots in the name included.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_has_a_number_and_a_unit() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("90m", Some(5400)),
            ("2h", Some(7200)),
            ("1d", Some(86_400)),
            ("0h", None),
            ("h", None),
            ("90", None),
            ("-1h", None),
            ("", None),
            ("9999999999999999999d", None),
            ("2µ", None),
        ] {
            assert_eq!(
                length(text).ok(),
                expected.map(Duration::from_secs),
                "{text}"
            );
        }
    }

    #[test]
    fn a_size_is_two_numbers() {
        assert_eq!(size("1920x1080"), Ok((1920, 1080)));
        for wrong in ["1920", "x", "0x10", "10x-1", "a x b"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn memory_is_bytes_or_units_of_1024() {
        for (text, expected) in [("1", 1), ("64K", 65_536), ("2m", 2 << 20), ("3G", 3 << 30)] {
            assert_eq!(memory(text), Ok(expected), "{text}");
        }
        for wrong in ["", "0", "G", "1T", "-1", "1.5G", "99999999999G"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_positive_number_is_finite() {
        assert_eq!(positive("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "NaN", "inf", "x"] {
            assert!(positive(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_range_has_both_its_ends() {
        let share = within(0.0, 1.0);
        assert_eq!((share("0"), share("1")), (Ok(0.0), Ok(1.0)));
        assert_eq!(share("1.1").unwrap_err(), "a number from 0 to 1");
        assert!(share("NaN").is_err());
    }

    #[test]
    fn an_ending_is_put_behind_the_whole_name() {
        let name = with_ending(Path::new("out/v1.2"), "png");
        assert_eq!(name, Path::new("out/v1.2.png"));
        assert_eq!(ending(Path::new("a/B.FLAM3")), "flam3");
        assert_eq!(ending(Path::new("a.b/c")), "");
    }
}
