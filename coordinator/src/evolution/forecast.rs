//! How the flock renews itself, and what it would do next, in sentences for operators.

use rand_chacha::ChaCha20Rng;
use woolgather_coordinator_core::breeding::births_due;

use super::births::{self, NextBirth};
use super::{Evolution, deaths, describe};
use crate::hands::Hands;
use crate::store::Nursery;

/// The flock in numbers, and what is due.
#[must_use]
pub fn numbers(nursery: &Nursery, evolution: &Evolution) -> Vec<String> {
    let pace = evolution.pace(nursery);
    let leaving = nursery.living.iter().filter(|sheep| sheep.leaving).count();
    let per_birth = pace.samples_per_birth.max(1.0);
    let breeds = if evolution.breeds(nursery) {
        let (due, left) = (births_due(&pace), births::due(nursery, evolution));
        format!(
            "births due now: {left} (the pace says {due}, at most {} a day)",
            evolution.births_a_day
        )
    } else {
        "the flock does not breed: it is turned off, too small, or has too few votes".to_owned()
    };
    vec![
        format!(
            "{} of {} live, {leaving} of them about to retire; being rendered: {}; entries waiting: {}",
            nursery.living.len(),
            evolution.flock_size,
            nursery.rendering,
            nursery.queue.len()
        ),
        format!(
            "last day: {} births, {} of them artists', {} answered ballots, work for {:.1} births",
            nursery.recent.all,
            nursery.recent.artists,
            nursery.acts_a_day,
            pace.samples_a_day / per_birth
        ),
        format!(
            "queue: work for {:.1} births, wanted {:.1}",
            pace.samples_queued / per_birth,
            pace.samples_wanted / per_birth
        ),
        format!(
            "children take after their parents by {:.2}",
            nursery.heritability
        ),
        breeds,
    ]
}

/// What would be born next, and who would retire; nothing is changed. Each birth takes about as long as a real one:
/// seconds.
///
/// # Errors
///
/// When the program ends meanwhile, or a genome cannot be read.
pub async fn forecast(
    hands: &Hands,
    nursery: &mut Nursery,
    evolution: &Evolution,
    births: u32,
    rng: &mut ChaCha20Rng,
) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    let undrawable = describe(hands, nursery, |_, _| async { Ok(()) }).await?;
    lines.extend(
        undrawable
            .into_iter()
            .map(|(sheep, error)| format!("{sheep} cannot be drawn: {error}")),
    );
    for _ in 0..births {
        lines.push(match births::decide(nursery, rng) {
            NextBirth::Entry(entry) => format!("artist: entry {}, \"{}\"", entry.id, entry.title),
            NextBirth::Child(mating) => {
                let names: Vec<_> = mating.parents.iter().map(|sheep| &*sheep.title).collect();
                let kind = format!("{:?}", mating.kind).to_lowercase();
                let of = match names.as_slice() {
                    [] => "nobody".to_owned(),
                    names => names.join(" and "),
                };
                match mating.bear(hands).await? {
                    Ok(child) => format!("{kind} of {of}: it may join ({})", child.action),
                    Err(away) => format!("{kind} of {of}: turned away, {away}"),
                }
            }
        });
    }
    let leaving = deaths::next(nursery, evolution);
    if leaving.is_empty() {
        lines.push("nobody would retire".to_owned());
    }
    lines.extend(leaving.into_iter().map(|sheep| {
        format!(
            "would retire: {} \"{}\", rated {:.2}, {} acts",
            sheep.id, sheep.title, sheep.belief.mean, sheep.acts
        )
    }));
    Ok(lines)
}
