//! Conditional requests (RFC 9110): "only if it is not the one I have".

use axum::http::{HeaderMap, header};

/// Whether `If-None-Match` names `tag` (quotes included), so that the answer is 304.
#[must_use]
pub fn tag_is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH);
    known
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        // Weak comparison: an intermediary may have compressed the answer and weakened its tag.
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_lists_and_weak_forms() {
        let check = |value: &str, expected| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, value.parse().unwrap());
            assert_eq!(tag_is_known(&headers, "\"7\""), expected, "{value}");
        };
        check("\"7\"", true);
        check("W/\"7\"", true);
        check("\"6\", \"7\"", true);
        check("*", true);
        check("\"8\"", false);
        check("7", false);
        assert!(!tag_is_known(&HeaderMap::new(), "\"7\""));
    }
}
