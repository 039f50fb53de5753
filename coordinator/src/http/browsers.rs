//! Browsers by name, as far as their `User-Agent` says.

/// What a browser's words hold, and what it is called. The order matters: most claim to be others as well.
const BROWSERS: [(&str, &str); 5] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The name of the browser that says this of itself; `None` for other programs.
#[must_use]
pub fn browser(user_agent: &str) -> Option<&'static str> {
    named(&BROWSERS, user_agent)
}

/// The name that goes with the first mark that is in a text.
#[must_use]
pub fn named(marks: &[(&str, &'static str)], text: &str) -> Option<&'static str> {
    let found = marks.iter().find(|(mark, _)| text.contains(mark));
    found.map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_not_what_it_also_claims_to_be() {
        let check = |user_agent: &str, expected| assert_eq!(browser(user_agent), expected);
        check(
            "Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0",
            Some("Firefox"),
        );
        check(
            "Mozilla/5.0 (KHTML, like Gecko) Chrome/150.0 Safari/537.36",
            Some("Chrome"),
        );
        check(
            "Mozilla/5.0 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0",
            Some("Edge"),
        );
        check(
            "Mozilla/5.0 AppleWebKit/605.1 Version/26.0 Safari/605.1",
            Some("Safari"),
        );
        check("curl/8.5", None);
    }
}
