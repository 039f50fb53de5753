//! What several pages show of a sheep.

use woolgather_protocol::SheepId;
use woolgather_protocol::work::ClipKind;
use woolgather_web::views::{ClipLink, Rating, SheepCard};

use crate::state::App;
use crate::store::{ClipRow, ClipState, GalleryRow, SheepRow, StoreError};

/// A sheep with its loop, if that is live.
///
/// # Errors
///
/// As [`crate::store::Store::clips_of_sheep`].
pub async fn card(app: &App, sheep: SheepRow) -> Result<SheepCard, StoreError> {
    let loop_clip = loop_of(app, &sheep.id).await?;
    Ok(card_with(sheep, loop_clip.as_ref()))
}

/// A sheep with a loop that is at hand already.
#[must_use]
pub fn card_with(sheep: SheepRow, loop_clip: Option<&ClipRow>) -> SheepCard {
    // A retired loop's file stays; one that is being repaired is not shown.
    let shown = [ClipState::Live, ClipState::Retired];
    let clip = loop_clip.filter(|clip| clip.file.is_some() && shown.contains(&clip.state));
    let clip = clip.map(|clip| (clip.id.clone(), clip.version));
    gallery_card(GalleryRow { sheep, clip })
}

/// A sheep as the gallery's lists have it.
#[must_use]
pub fn gallery_card(row: GalleryRow) -> SheepCard {
    let sheep = row.sheep;
    SheepCard {
        clip: row.clip.map(|(id, version)| ClipLink { id, version }),
        rating: rating(&sheep),
        has_poster: sheep.poster.is_some(),
        id: sheep.id,
        title: sheep.title,
        artist: sheep.artist,
    }
}

/// A sheep's loop, whatever its state.
///
/// # Errors
///
/// As [`crate::store::Store::clips_of_sheep`].
pub async fn loop_of(app: &App, sheep: &SheepId) -> Result<Option<ClipRow>, StoreError> {
    let clips = app.store.clips_of_sheep(sheep).await?;
    Ok(clips.into_iter().find(|clip| clip.kind == ClipKind::Loop))
}

/// How a sheep fares, and how sure that is.
#[must_use]
pub fn rating(sheep: &SheepRow) -> Rating {
    let twice = 2.0 * sheep.rating_variance.sqrt();
    Rating {
        percent: rating_percent(sheep.rating, sheep.rating_variance),
        low: rating_percent(sheep.rating - twice, 0.0),
        high: rating_percent(sheep.rating + twice, 0.0),
        votes: sheep.votes,
    }
}

/// The chance of a sheep with this rating against an ordinary one, in percent: the logistic of
/// the mean, drawn towards one half by what is not known yet, as in the rating itself.
fn rating_percent(mean: f64, variance: f64) -> u8 {
    let certainty = 1.0 / (1.0 + std::f64::consts::PI * variance / 8.0).sqrt();
    let chance = 1.0 / (1.0 + (-certainty * mean).exp());
    // From 0 to 100, so that the cast only drops what is behind the point.
    (chance * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_sheep_is_an_ordinary_one() {
        assert_eq!(rating_percent(0.0, 1.44), 50);
        assert_eq!(rating_percent(0.0, 0.0), 50);
    }

    #[test]
    fn certainty_makes_the_difference_larger() {
        assert_eq!(rating_percent(1.0, 0.0), 73);
        assert_eq!(rating_percent(1.0, 1.44), 69);
        assert_eq!(rating_percent(-1.0, 0.0), 27);
        assert_eq!(rating_percent(1e9, 0.0), 100);
        assert_eq!(rating_percent(-1e9, 0.0), 0);
    }
}
