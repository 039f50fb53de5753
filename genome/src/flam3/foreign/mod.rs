//! Words of other programs: what each means here, or why it means nothing.
//!
//! Apophysis (2.0x and 7X), JWildfire and Fractorium write files that look like flam3's and say
//! more. Where another word means the same it is read ([`Meaning::Name`], [`Meaning::Rule`]);
//! where a genome cannot hold it, a remark says so ([`Meaning::Neutral`]); what is only that
//! program's housekeeping is passed over ([`Meaning::Silent`], [`Meaning::Note`]). Chaotica reads
//! such files and writes none: its worlds are another format, without a `<flame>`.
//!
//! The words are facts about files, collected from what these programs write; the tables are
//! `flame.rs` for `<flame>` and its children, `xform.rs` for `<xform>`.

pub(super) mod flame;
pub(super) mod xform;

use super::ParseError;
use super::attribute::Value;
use super::remark::{Notes, RemarkKind};
use crate::Genome;

/// What a foreign word is here.
#[derive(Clone, Copy)]
enum Meaning {
    /// The same thing under another name.
    Name(&'static str),
    /// Something that takes a rule of its own to carry over.
    Rule(fn(&mut Genome, Value<'_, '_>, &mut Notes<'_>) -> Result<(), ParseError>),
    /// Housekeeping that nobody will miss.
    Silent,
    /// Something that is not about the picture, and why it is not kept.
    Note(&'static str),
    /// Something that changes nothing at these values and cannot be carried over at others.
    Neutral(&'static [&'static str], &'static str),
}

/// A row of a table: a word, or the beginning of some words where it ends in `*`.
type Word = (&'static str, Meaning);

/// The first row that fits `name`.
fn look_up(table: &[Word], name: &str) -> Option<Meaning> {
    let fits = |word: &str| match word.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => word == name,
    };
    let row = table.iter().find(|(word, _)| fits(word));
    row.map(|(_, meaning)| *meaning)
}

/// Says what has become of a word that no rule carries over.
fn pass_over(value: Value<'_, '_>, meaning: Meaning, notes: &mut Notes<'_>) {
    match meaning {
        Meaning::Name(_) | Meaning::Rule(_) | Meaning::Silent => {}
        Meaning::Note(_) if value.text().trim().is_empty() => {}
        Meaning::Note(reason) => notes.attribute(value, RemarkKind::Ignored { reason }),
        Meaning::Neutral(values, reason) => {
            if !values.iter().any(|neutral| is_same(value.text(), neutral)) {
                notes.attribute(value, RemarkKind::Dropped { reason });
            }
        }
    }
}

/// Whether two values say the same: as numbers, one by one, where they are numbers.
fn is_same(one: &str, two: &str) -> bool {
    let (mut one, mut two) = (one.split_whitespace(), two.split_whitespace());
    loop {
        match (one.next(), two.next()) {
            (None, None) => return true,
            (Some(one), Some(two)) if is_same_word(one, two) => {}
            _ => return false,
        }
    }
}

fn is_same_word(one: &str, two: &str) -> bool {
    match (one.parse::<f64>(), two.parse::<f64>()) {
        (Ok(one), Ok(two)) => (one - two).abs() <= 1e-6 * two.abs(),
        _ => one.eq_ignore_ascii_case(two),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_however_they_are_written() {
        assert!(is_same("1.0 0 0 1e0", "1 0 0.0 1"));
        assert!(is_same(" none", "NONE"));
        assert!(is_same("2.71828182845905", "2.718281828459045"));
        assert!(!is_same("1 0", "1"));
        assert!(!is_same("1e-9", "0"));
    }

    #[test]
    fn no_word_is_shadowed_by_one_before_it() {
        for table in [flame::WORDS, xform::WORDS] {
            for (place, (word, _)) in table.iter().enumerate() {
                let plain = word.trim_end_matches('*');
                assert!(look_up(&table[..place], plain).is_none(), "{word}");
            }
        }
    }
}
