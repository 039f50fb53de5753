//! A clip's torrent: our tracker, and our own HTTP path as a web seed for other clients.

use std::path::Path;

use url::Url;
use woolgather_protocol::paths;
use woolgather_swarm::{TorrentFile, TorrentSpec, create_torrent, piece_length_for};

use crate::state::App;
use crate::store::ClipRow;

/// Characters of a title that go into a file's name.
const NAME_CHARS_MAX: usize = 48;

/// Describes the clip's file.
pub(super) fn make(app: &App, clip: &ClipRow, file: &Path) -> anyhow::Result<TorrentFile> {
    let length = std::fs::metadata(file)?.len();
    let address = |path: &str| Url::parse(&app.public_address(path));
    let spec = TorrentSpec {
        name: format!("{}-{}-{}.mp4", slug(&clip.title), clip.id, clip.version),
        trackers: vec![address(paths::ANNOUNCE)?],
        web_seeds: vec![address(&paths::clip(&clip.id, clip.version))?],
        piece_length: piece_length_for(length),
    };
    Ok(create_torrent(file, &spec)?)
}

/// A title as part of a file's name: letters, digits and hyphens.
fn slug(title: &str) -> String {
    let words = title
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    if slug.is_empty() {
        "sheep".into()
    } else {
        slug.chars().take(NAME_CHARS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn titles_become_file_names() {
        assert_eq!(slug("Ember & Ash → Night"), "ember-ash-night");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("夢"), "sheep");
        assert_eq!(slug(&"a".repeat(100)).len(), 48);
    }
}
