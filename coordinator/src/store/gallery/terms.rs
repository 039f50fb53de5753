//! What sheep are found by: a row of `sheep_term` for each tag, artist and word of a sheep.
//!
//! Terms are bytes, so that both databases put them in one order; their first byte says what they are.

use std::collections::BTreeSet;

use woolgather_coordinator_core::breeding::fame;
use woolgather_coordinator_core::ratings::Belief;
use woolgather_protocol::{SheepId, Tag};

use super::super::StoreError;
use super::super::database::{Database, query};
use super::super::nursery::descriptors;
use super::super::rows::parsed;
use super::super::tags::{tag_by_looks, tags_of};
use super::{GalleryFilter, TERMS_MAX};

/// Characters of a word that count.
const WORD_CHARS_MAX: usize = 24;
/// Words of one sheep that it is found by.
const WORDS_MAX: usize = 24;
/// A term that more sheep have is common.
pub(super) const RARE_MAX: i64 = 1_000;

/// Writes down anew what a sheep is found by; call it whenever title, artist or tags changed.
pub(in crate::store) fn index(conn: &mut dyn Database, sheep: &SheepId) -> Result<(), StoreError> {
    let row = query("SELECT number, title, artist FROM sheep WHERE id = $1")
        .bind(sheep.as_str())
        .fetch_one(&mut *conn)?;
    let place: i64 = row.try_get("number")?;
    let (title, artist): (&str, &str) = (row.try_get("title")?, row.try_get("artist")?);
    let tags = tags_of(&mut *conn, sheep)?;
    let mut terms: BTreeSet<Vec<u8>> = tags.iter().map(tag_term).collect();
    terms.insert(artist_term(artist));
    let texts = [title, artist];
    let texts = texts.into_iter().chain(tags.iter().map(Tag::as_str));
    terms.extend(
        texts
            .flat_map(words)
            .take(WORDS_MAX)
            .map(|word| word_term(&word)),
    );
    query("DELETE FROM sheep_term WHERE sheep = $1")
        .bind(place)
        .execute(&mut *conn)?;
    for term in terms {
        query("INSERT INTO sheep_term (sheep, term) VALUES ($1, $2)")
            .bind(place)
            .bind(term)
            .execute(&mut *conn)?;
    }
    Ok(())
}

/// Fills what is new for sheep that were there before there was a gallery.
pub(in crate::store) fn fill(conn: &mut dyn Database) -> Result<(), StoreError> {
    let rows =
        query("SELECT id, rating_mean, rating_variance, descriptors FROM sheep ORDER BY number")
            .fetch_all(&mut *conn)?;
    for row in &rows {
        let belief = Belief {
            mean: row.try_get("rating_mean")?,
            variance: row.try_get("rating_variance")?,
        };
        let sheep: SheepId = parsed(row, "id")?;
        query("UPDATE sheep SET fame = $2 WHERE id = $1")
            .bind(sheep.as_str())
            .bind(fame(belief))
            .execute(&mut *conn)?;
        match descriptors(row)? {
            Some(looks) => tag_by_looks(conn, &sheep, &looks)?,
            None => index(conn, &sheep)?,
        }
    }
    super::super::family::fill(conn)
}

/// The words of a text: runs of letters and digits, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let lowered = word.chars().flat_map(char::to_lowercase);
            lowered.take(WORD_CHARS_MAX).collect()
        })
}

fn word_term(word: &str) -> Vec<u8> {
    [b"w", word.as_bytes()].concat()
}

fn tag_term(tag: &Tag) -> Vec<u8> {
    [b"t", tag.as_str().as_bytes()].concat()
}

fn artist_term(artist: &str) -> Vec<u8> {
    [b"a", artist.trim().to_lowercase().as_bytes()].concat()
}

/// Terms from one to before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) from: Vec<u8>,
    pub(super) to: Vec<u8>,
}

impl Range {
    fn exactly(term: Vec<u8>) -> Self {
        let to = [&term[..], &[0]].concat();
        Self { from: term, to }
    }

    /// UTF-8 never has the byte 255.
    fn beginning(term: Vec<u8>) -> Self {
        let to = [&term[..], &[255]].concat();
        Self { from: term, to }
    }
}

/// The terms that a filter asks for, at most [`TERMS_MAX`].
pub(super) fn ranges(filter: &GalleryFilter) -> Vec<Range> {
    let tags = filter.tags.iter().map(tag_term).map(Range::exactly);
    let artist = filter.artist.iter().map(|artist| artist_term(artist));
    let artist = artist.map(Range::exactly);
    let words = words(&filter.words).map(|word| Range::beginning(word_term(&word)));
    tags.chain(artist).chain(words).take(TERMS_MAX).collect()
}

/// How often a term is there, counted a little further than it is rare.
pub(super) fn sheep_with(conn: &mut dyn Database, range: &Range) -> Result<i64, StoreError> {
    let row = query(
        "SELECT COUNT(*) AS found FROM
         (SELECT 1 FROM sheep_term WHERE term >= $1 AND term < $2 LIMIT $3) AS counted",
    )
    .bind(&*range.from)
    .bind(&*range.to)
    .bind(RARE_MAX + 1)
    .fetch_one(conn)?;
    Ok(row.try_get("found")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        let found: Vec<_> = words("Owl in the-Reeds, №7 ÜBER").collect();
        assert_eq!(found, ["owl", "in", "the", "reeds", "7", "über"]);
        assert_eq!(words(" -- ").count(), 0);
        assert_eq!(words(&"x".repeat(99)).next().unwrap().len(), 24);
    }

    #[test]
    fn a_list_is_filtered_by_a_bounded_number_of_terms() {
        let filter = GalleryFilter {
            words: "one two three four five six seven eight".into(),
            ..GalleryFilter::default()
        };
        assert_eq!(ranges(&filter).len(), TERMS_MAX);
    }
}
