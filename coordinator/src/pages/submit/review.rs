//! `/submit/review/{draft}`: what was read of a file, and the offer.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Redirect, Response};
use woolgather_genome::{Genome, Outcome, Reading, Remark, XformPlace, XformReport};
use woolgather_protocol::limits::NAME_CHARS_MAX;
use woolgather_protocol::{EntryId, Licence, Problem, ProblemKind, Tag};
use woolgather_web::views::{
    Became, ReviewFlame, ReviewPage, ReviewRemark, ReviewXform, SheepLink,
};

use super::stills::{self, still, still_settings};
use crate::http::entries::{Offer, read_file, take_offer};
use crate::http::error::{self, ApiError};
use crate::http::extract::PathOf;
use crate::pages::answer::{PageError, page, page_with_status};
use crate::pages::from_here::FromHere;
use crate::pages::live;
use crate::pages::voter::WebVoter;
use crate::state::App;
use crate::store::Draft;

/// What was typed on the page, by field.
type Fields = HashMap<String, String>;

/// The review of a draft.
///
/// # Errors
///
/// `not-found`, also for somebody else's draft.
pub async fn get_review(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    PathOf(id): PathOf<EntryId>,
) -> Result<Response, PageError> {
    let (draft, reading) = open(&app, &id, &voter).await?;
    Ok(page(&view(&app, &id, &draft, &reading, None).await?)?)
}

/// Offers the flames that were chosen.
///
/// # Errors
///
/// As [`get_review`]; refusals come back with the page.
pub async fn post_review(
    State(app): State<Arc<App>>,
    _: FromHere,
    voter: WebVoter,
    PathOf(id): PathOf<EntryId>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, PageError> {
    let (draft, reading) = open(&app, &id, &voter).await?;
    let Form(fields) = form.map_err(|rejection| {
        ApiError::refused(ProblemKind::MalformedRequest, rejection.body_text())
    })?;
    match offer(&app, &voter, &draft, &reading, &fields).await {
        Ok(entries) => {
            let to = match entries.as_slice() {
                [only] => format!("/entries/{only}"),
                _ => "/entries".to_owned(),
            };
            Ok(voter.remember(Redirect::to(&to).into_response()))
        }
        Err(ApiError::Refused(problem)) => {
            let status = error::status(problem.kind);
            let refusal = error::Refusal(problem.kind);
            let typed = Typed {
                fields: &fields,
                refused: problem.detail,
            };
            let view = view(&app, &id, &draft, &reading, Some(typed)).await?;
            let mut response = page_with_status(status, &view)?;
            response.extensions_mut().insert(refusal);
            Ok(response)
        }
        Err(ours) => Err(ours.into()),
    }
}

/// A flame of a draft: `{number}.webp`, its still, or `{number}.json`, what draws it live.
///
/// # Errors
///
/// As [`get_review`]; `genome-refused` when it cannot be drawn.
pub async fn get_file(
    State(app): State<Arc<App>>,
    voter: WebVoter,
    PathOf((id, file)): PathOf<(EntryId, String)>,
) -> Result<Response, ApiError> {
    let (_, reading) = open(&app, &id, &voter).await?;
    let (number, kind) = file.split_once('.').ok_or_else(ApiError::not_found)?;
    let genome = number
        .parse::<usize>()
        .ok()
        .and_then(|number| reading.genomes.into_iter().nth(number))
        .ok_or_else(ApiError::not_found)?;
    if let Some(address) = voter.from.address {
        app.throttles.stills.claim(address, app.clock.now_ms())?;
    }
    match kind {
        "webp" => still(&app, genome.id().to_string(), genome).await,
        "json" => live::document(&app, genome, still_settings(&app.flock.recipe)).await,
        _ => Err(ApiError::not_found()),
    }
}

async fn open(app: &App, id: &EntryId, voter: &WebVoter) -> Result<(Draft, Reading), ApiError> {
    let draft = app.store.draft(id, &voter.from.voter).await?;
    let draft = draft.ok_or_else(|| {
        let detail = "This page was kept for an hour, in the browser that it was made in. Choose the file again.";
        ApiError::refused(ProblemKind::NotFound, detail)
    })?;
    let reading = read_file(&draft.xml)?;
    Ok((draft, reading))
}

async fn offer(
    app: &App,
    voter: &WebVoter,
    draft: &Draft,
    reading: &Reading,
    fields: &Fields,
) -> Result<Vec<EntryId>, ApiError> {
    let malformed = |detail: String| Problem::new(ProblemKind::MalformedRequest, detail);
    let text = |name: &str| fields.get(name).map_or("", String::as_str);
    let tags = Tag::list(text("tags")).map_err(|error| malformed(format!("Tags: {error}.")))?;
    let licence = match text("licence") {
        "" => Licence::default(),
        licence => licence
            .parse()
            .map_err(|error| malformed(format!("{error}.")))?,
    };
    let chosen: Vec<(usize, &Genome)> = reading
        .genomes
        .iter()
        .enumerate()
        .filter(|(number, _)| text(&format!("offer-{number}")) == "yes")
        .collect();
    if chosen.is_empty() {
        return Err(malformed("Choose at least one flame to offer.".into()).into());
    }
    for (number, genome) in &chosen {
        if let Some(why) = stills::undrawable(app, genome) {
            let detail = format!("Flame {} cannot be drawn: {why}.", number + 1);
            return Err(ApiError::refused(ProblemKind::GenomeRefused, detail));
        }
    }
    let mut entries = Vec::new();
    for (number, genome) in chosen {
        let offer = Offer {
            genome: genome.clone(),
            title: text(&format!("title-{number}")).to_owned(),
            artist: text("artist").to_owned(),
            tags: tags.clone(),
            licence,
            parent: draft.parent.clone(),
            consent: text("consent") == "yes",
        };
        entries.push(take_offer(app, voter.from.clone(), offer).await?.id);
    }
    Ok(entries)
}

/// A page that comes back.
struct Typed<'a> {
    fields: &'a Fields,
    refused: String,
}

async fn view(
    app: &App,
    id: &EntryId,
    draft: &Draft,
    reading: &Reading,
    typed: Option<Typed<'_>>,
) -> Result<ReviewPage, ApiError> {
    let text = |name: &str| typed.as_ref().and_then(|typed| typed.fields.get(name));
    let parent = match &draft.parent {
        Some(parent) => Some(app.store.sheep(parent).await?),
        None => None,
    };
    let owes_credit = parent
        .as_ref()
        .is_some_and(|parent| parent.licence == Licence::CcBy.spdx());
    let least = if owes_credit {
        Licence::CcBy
    } else {
        Licence::Cc0
    };
    let licence = text("licence").and_then(|text| text.parse().ok());
    let reports = reading.reports().into_iter();
    let flames = reading.genomes.iter().zip(reports).enumerate();
    let flames = flames.map(|(number, (genome, report))| {
        let undrawable = stills::undrawable(app, genome).map(|why| format!("{why}."));
        ReviewFlame {
            number,
            title: match text(&format!("title-{number}")) {
                Some(title) => title.clone(),
                // A genome's name has no spaces.
                None => genome.name.replace('_', " "),
            },
            chosen: match &typed {
                Some(_) => text(&format!("offer-{number}")).is_some(),
                // Of many, an artist chooses.
                None => undrawable.is_none() && reading.genomes.len() == 1,
            },
            undrawable,
            xforms: report.xforms.iter().map(xform).collect(),
            remarks: report.remarks.iter().map(remark).collect(),
        }
    });
    Ok(ReviewPage {
        draft: id.clone(),
        flames: flames.collect(),
        artist: text("artist").unwrap_or(&draft.artist).clone(),
        tags: text("tags").cloned().unwrap_or_default(),
        licence: least.joined(licence.unwrap_or_default()),
        consent: text("consent").is_some(),
        parent: parent.map(|parent| SheepLink {
            id: parent.id,
            title: parent.title,
        }),
        owes_credit,
        name_chars_max: NAME_CHARS_MAX,
        remarks_left_out: reading.remarks_left_out,
        refused: typed.map(|typed| typed.refused),
    })
}

fn xform(report: &XformReport) -> ReviewXform {
    ReviewXform {
        place: match report.place {
            XformPlace::Number(number) => format!("Xform {}", number + 1),
            XformPlace::Final => "Final xform".to_owned(),
        },
        kept: report.kept.iter().map(|name| (*name).to_owned()).collect(),
        remarks: report.remarks.iter().map(remark).collect(),
    }
}

fn remark(remark: &Remark) -> ReviewRemark {
    ReviewRemark {
        became: match remark.kind.outcome() {
            Outcome::Renamed => Became::Renamed,
            Outcome::Changed => Became::Changed,
            Outcome::Dropped => Became::Dropped,
            Outcome::Ignored => Became::Ignored,
        },
        line: remark.line,
        name: match remark.value.as_str() {
            "" => remark.attribute.clone(),
            value => format!("{}=\"{value}\"", remark.attribute),
        },
        words: remark.kind.words(),
    }
}
