//! Static files: style sheets, scripts and the mark, inside the binary.
//!
//! A file's address carries the hash of its bytes (`/static/{hash}/{name}`), so a browser may keep
//! it for ever and a new version has a new address. Templates ask [`url`]; the coordinator's
//! `/static/` route asks [`asset`] and sends [`CACHE_CONTROL`].

use std::sync::LazyLock;

/// What the coordinator sends with every asset: its address changes whenever its bytes do.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One static file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The name under `/static/{hash}/`.
    pub name: &'static str,
    /// For the `Content-Type` header.
    pub content_type: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// For the `ETag` header, quotes included.
    pub etag: String,
}

/// Hexadecimal digits of the hash in an address: 64 bits, to tell versions of a file apart.
const HASH_DIGITS: usize = 16;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const ICO: &str = "image/x-icon";

macro_rules! files {
    ($($name:literal $content_type:expr),* $(,)?) => {
        &[$(($name, $content_type, include_bytes!(concat!("../static/", $name)).as_slice())),*]
    };
}

static FILES: &[(&str, &str, &[u8])] = files![
    "site.css" CSS,
    "status.css" CSS,
    "home.css" CSS,
    "gallery.css" CSS,
    "sheep.css" CSS,
    "motion.js" JS,
    "vote.js" JS,
    "live.js" JS,
    "copy.js" JS,
    "people.css" CSS,
    "passkey.js" JS,
    "drop.js" JS,
    "preview.js" JS,
    "submit.css" CSS,
    "preview.css" CSS,
    "mark.svg" SVG,
    "favicon.ico" ICO,
    "apple-touch-icon.png" PNG,
    "embed.css" CSS,
    "embed.js" JS,
];

static ASSETS: LazyLock<Vec<(String, Asset)>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|&(name, content_type, bytes)| {
            let hash = &blake3::hash(bytes).to_hex()[..HASH_DIGITS];
            let etag = format!("\"{hash}\"");
            let asset = Asset {
                name,
                content_type,
                bytes,
                etag,
            };
            (format!("{hash}/{name}"), asset)
        })
        .collect()
});

/// The file at `path`, which is what follows `/static/` in its address: `{hash}/{name}`.
///
/// `None` when there is no such file, or when the hash belongs to another version of it.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    ASSETS
        .iter()
        .find(|(address, _)| address == path)
        .map(|(_, asset)| asset.clone())
}

/// The address of the file called `name`.
///
/// # Panics
///
/// When there is no such file: a template names one that was never added to the list above.
#[must_use]
pub fn url(name: &str) -> String {
    let found = ASSETS.iter().find(|(_, asset)| asset.name == name);
    let (address, _) = found.unwrap_or_else(|| panic!("no static file is called {name}"));
    format!("/static/{address}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_at_the_address_that_pages_name() {
        for (name, content_type, bytes) in FILES {
            let address = url(name);
            let path = address.strip_prefix("/static/").expect("a static address");
            let asset = asset(path).expect("the file is there");
            assert_eq!((asset.bytes, asset.content_type), (*bytes, *content_type));
            assert!(path.contains(asset.etag.trim_matches('"')));
        }
    }

    #[test]
    fn another_hash_or_another_name_finds_nothing() {
        for path in ["", "site.css", "0000000000000000/site.css", "../site.css"] {
            assert_eq!(asset(path), None, "{path}");
        }
    }

    #[test]
    fn scripts_stay_small() {
        // The live preview is for the few pages that show flames live.
        let scripts = FILES
            .iter()
            .filter(|(name, kind, _)| *kind == JS && *name != "preview.js");
        let total: usize = scripts.map(|(_, _, bytes)| bytes.len()).sum();
        assert!(
            total <= 20_000,
            "{total} bytes of script before compression"
        );
        let preview = FILES.iter().find(|(name, ..)| *name == "preview.js");
        let bytes = preview.map_or(0, |(_, _, bytes)| bytes.len());
        assert!(
            (1..=13_000).contains(&bytes),
            "{bytes} bytes of preview.js, a third when compressed"
        );
    }
}
