//! What a scrape asks: how many peers do these torrents have? (BEP 48)

use woolgather_protocol::InfoHash;

use super::query::{self, QUERY_BYTES_MAX};

/// The most torrents one scrape may ask about; more do not fit into a query anyway.
pub const TORRENTS_MAX: usize = 64;

/// Why a scrape cannot be read. The text goes to the client as its failure reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScrapeError {
    /// Longer than [`QUERY_BYTES_MAX`].
    #[error("the query is longer than {QUERY_BYTES_MAX} bytes")]
    TooLong,
    /// It asks about no torrent, or about too many.
    #[error("ask about 1 to {TORRENTS_MAX} torrents by info_hash")]
    Count,
    /// An info hash is not one.
    #[error("info_hash must be 20 bytes, percent-encoded")]
    InfoHash,
}

/// Reads the query of a scrape: the torrents it asks about, in its order.
///
/// # Errors
///
/// [`ScrapeError`] says what is wrong.
pub fn parse(query: &str) -> Result<Vec<InfoHash>, ScrapeError> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(ScrapeError::TooLong);
    }
    let hashes = query::pairs(query)
        .filter(|(name, _)| name == b"info_hash")
        .map(|(_, value)| <[u8; 20]>::try_from(value).map(InfoHash))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| ScrapeError::InfoHash)?;
    if hashes.is_empty() || hashes.len() > TORRENTS_MAX {
        return Err(ScrapeError::Count);
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn several_torrents_may_be_asked_about() {
        let query = format!("info_hash={}&info_hash={}", "a".repeat(20), "b".repeat(20));
        let expected = vec![InfoHash([b'a'; 20]), InfoHash([b'b'; 20])];
        assert_eq!(parse(&query), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parse(""), Err(ScrapeError::Count));
        assert_eq!(parse("info_hash=a"), Err(ScrapeError::InfoHash));
        let many = format!("info_hash={}&", "a".repeat(20)).repeat(TORRENTS_MAX + 1);
        assert_eq!(parse(&many), Err(ScrapeError::Count));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = parse(&text);
        }
    }
}
