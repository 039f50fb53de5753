//! What every page promises, checked on the HTML.

use woolgather_protocol::entries::EntryState;
use woolgather_protocol::problem::GenomeFault;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_web::assets;
use woolgather_web::views::{
    AdminDoor, Linking, Page, Rating, Refusal, SeenPage, SheepCard, SheepLink, VolunteerLine,
    render,
};

use crate::people_samples;
use crate::samples::{self, HOSTILE};

const ENTRY_STATES: [EntryState; 6] = [
    EntryState::Received,
    EntryState::Screening,
    EntryState::NeedsReview,
    EntryState::Accepted,
    EntryState::Rejected,
    EntryState::Withdrawn,
];

const WORK_STATES: [WorkUnitState; 6] = [
    WorkUnitState::Ready,
    WorkUnitState::Leased,
    WorkUnitState::Submitted,
    WorkUnitState::Auditing,
    WorkUnitState::Accepted,
    WorkUnitState::Quarantined,
];

fn html<P: Page>(page: &P) -> String {
    render(page).expect("the page renders")
}

/// Every page with lively data, and each of its other faces.
fn all() -> Vec<(String, String)> {
    let named = |name: &str, html: String| (name.to_owned(), html);
    let mut pages = vec![
        named("home", html(&samples::home())),
        named("home, second page", html(&samples::home_second())),
        named("home, empty", html(&samples::home_empty())),
        named("sheep", html(&samples::sheep())),
        named("vote", html(&samples::vote())),
        named("seen", html(&samples::seen())),
        named("seen, doubted", html(&samples::seen_doubted())),
        named("seen, without a list", html(&SeenPage::default())),
        named("upload", html(&samples::upload())),
        named("upload, refused", html(&samples::upload_refused())),
        named("status", html(&samples::status())),
        named("status, empty", html(&samples::status_empty())),
        named("join", html(&samples::join())),
        named("work, found wrong", html(&samples::work_found_wrong())),
        named("error", html(&samples::error())),
        named("people", html(&people_samples::people())),
        named("people, nobody", html(&people_samples::people_empty())),
        named("person", html(&people_samples::person())),
        named("person, own", html(&people_samples::person_own())),
        named("teams", html(&people_samples::teams())),
        named("teams, refused", html(&people_samples::teams_refused())),
        named("team", html(&people_samples::team())),
        named("machines", html(&people_samples::machines())),
        named("sign in", html(&people_samples::sign_in())),
        named("sign in, refused", html(&people_samples::sign_in_refused())),
        named("account", html(&people_samples::account())),
        named("account, fresh", html(&people_samples::account_fresh())),
        named("link, asked", html(&people_samples::link_asked())),
        named("link, found", html(&people_samples::link_found())),
        named("console", html(&samples::admin())),
        named(
            "console, closed",
            html(&samples::admin_door(AdminDoor::Closed)),
        ),
        named(
            "console, spent",
            html(&samples::admin_door(AdminDoor::Spent)),
        ),
    ];
    pages.extend(
        ENTRY_STATES.map(|state| named(&format!("entry, {state:?}"), html(&samples::entry(state)))),
    );
    pages.extend(
        WORK_STATES.map(|state| named(&format!("work, {state:?}"), html(&samples::work(state)))),
    );
    pages
}

fn hostile_card() -> SheepCard {
    SheepCard {
        title: HOSTILE.to_owned(),
        artist: HOSTILE.to_owned(),
        ..samples::card(0)
    }
}

fn hostile_pages() -> Vec<String> {
    let text = || HOSTILE.to_owned();
    let mut home = samples::home();
    home.flock = text();
    home.featured = Some(hostile_card());
    home.sheep = vec![hostile_card()];
    let mut sheep = samples::sheep();
    sheep.sheep = hostile_card();
    sheep.licence = text();
    sheep.volunteers = vec![text(); 3];
    sheep.parents = vec![SheepLink {
        id: samples::sheep_id("x"),
        title: text(),
    }];
    let mut vote = samples::vote();
    vote.problem = Some(text());
    if let Some(pair) = &mut vote.pair {
        pair.ballot = text();
        pair.left = hostile_card();
        pair.right = hostile_card();
    }
    let mut seen = samples::seen();
    seen.list = Some(text());
    seen.doubt = Some(text());
    seen.problem = Some(text());
    seen.sheep[0].card = hostile_card();
    seen.sheep[0].ballot = Some(text());
    let mut upload = samples::upload_refused();
    upload.artist = text();
    upload.refused = Some(Refusal {
        message: text(),
        fault: Some(GenomeFault {
            line: 1,
            attribute: Some(text()),
            value: Some(text()),
            legal: Some(text()),
        }),
    });
    let mut entry = samples::entry(EntryState::Rejected);
    entry.entry.title = text();
    entry.entry.artist = text();
    entry.entry.reason = text();
    entry.preview_url = Some(text());
    let mut work = samples::work_found_wrong();
    work.title = text();
    work.wrong[0].detail = text();
    work.wrong[0].submitted_url = text();
    let mut status = samples::status();
    status.flock = text();
    status.recipe = text();
    status.rendering[0].title = text();
    status.published[0].sheep = hostile_card();
    status.published[0].volunteers = vec![text(); 5];
    status.volunteers = vec![VolunteerLine {
        name: text(),
        segments: 1,
    }];
    let mut people = people_samples::people();
    people.ever[0].name = text();
    let mut person = people_samples::person();
    person.person.name = text();
    person.about = text();
    person.sheep[0].title = text();
    person.units[0].title = text();
    let mut teams = people_samples::teams();
    teams.teams[0].name = text();
    teams.problem = Some(text());
    let mut team = people_samples::team();
    team.team.name = text();
    team.about = text();
    team.named[0].1 = text();
    let mut machines = people_samples::machines();
    machines.by_class[0].name = text();
    machines.by_tag[0].name = text();
    let mut sign_in = people_samples::sign_in_refused();
    sign_in.handle = text();
    sign_in.then = Some(text());
    sign_in.problem = Some(text());
    let mut account = people_samples::account();
    account.name = text();
    account.about = text();
    account.tags = text();
    account.passkeys[0].name = text();
    account.sessions[1].label = text();
    account.devices[0].volunteer = text();
    account.tokens[0].name = text();
    account.problem = Some(text());
    account.hidden = Some(text());
    let mut link = people_samples::link_found();
    if let Linking::Confirm { volunteer, .. } = &mut link.linking {
        *volunteer = text();
    }
    let mut join = samples::join();
    join.coordinator_url = text();
    let mut error = samples::error();
    error.title = text();
    error.detail = text();
    let mut admin = samples::admin();
    admin.entries[0].title = text();
    admin.entries[0].artist = text();
    admin.verdicts[0].wrong.detail = text();
    admin.devices[1].volunteer = text();
    admin.devices[1].class = text();
    admin.devices[1].banned = Some(text());
    admin.log[0].subject = text();
    admin.log[0].reason = text();
    let door = samples::admin_door(AdminDoor::Link { word: text() });
    vec![
        html(&admin),
        html(&door),
        html(&home),
        html(&sheep),
        html(&vote),
        html(&seen),
        html(&upload),
        html(&entry),
        html(&work),
        html(&status),
        html(&people),
        html(&person),
        html(&teams),
        html(&team),
        html(&machines),
        html(&sign_in),
        html(&account),
        html(&link),
        html(&join),
        html(&error),
    ]
}

#[test]
fn text_from_outside_never_becomes_markup() {
    for page in hostile_pages() {
        assert!(page.contains("alert("), "the text is shown");
        assert!(!page.contains("<script>"), "{page}");
        assert!(!page.contains("<img src=x"), "{page}");
    }
}

#[test]
fn every_page_keeps_the_content_security_policy() {
    for (name, page) in all() {
        for script in page.split("<script").skip(1) {
            assert!(
                script.starts_with(" type=\"module\" src=\"/static/"),
                "{name}"
            );
            assert!(script.contains("></script>"), "{name}: an inline script");
        }
        assert!(!page.contains("<style"), "{name}: an inline style");
        assert!(!page.contains(" style="), "{name}: an inline style");
        let handlers = [" onclick=", " onload=", " onerror=", "javascript:"];
        assert!(!handlers.iter().any(|word| page.contains(word)), "{name}");
    }
}

#[test]
fn no_page_fetches_anything_from_elsewhere() {
    for (name, page) in all() {
        for attribute in [" src=\"", " poster=\"", " data-clip=\"", " action=\""] {
            for address in page.split(attribute).skip(1) {
                assert!(
                    address.starts_with('/'),
                    "{name}: {attribute}{}",
                    &address[..30]
                );
                assert!(!address.starts_with("//"), "{name}");
            }
        }
        for link in page.split("<link").skip(1) {
            assert!(link.contains("href=\"/static/"), "{name}");
        }
    }
}

#[test]
fn every_static_file_that_a_page_names_exists() {
    for (name, page) in all() {
        for rest in page.split("\"/static/").skip(1) {
            let path = rest.split('"').next().unwrap_or_default();
            assert!(assets::asset(path).is_some(), "{name}: {path}");
        }
    }
}

#[test]
fn every_page_has_one_heading_one_main_and_a_way_past_the_navigation() {
    for (name, page) in all() {
        assert!(
            page.starts_with("<!doctype html>\n<html lang=\"en\">"),
            "{name}"
        );
        for once in ["<h1", "<main id=\"main\"", "<title>", "href=\"#main\""] {
            assert_eq!(page.matches(once).count(), 1, "{name}: {once}");
        }
        let pictures = page.matches("<img ").count();
        assert_eq!(
            page.matches(" alt=\"").count(),
            pictures,
            "{name}: an alt is missing"
        );
    }
}

#[test]
fn ids_are_used_once_on_a_page() {
    for (name, page) in all() {
        let mut ids: Vec<&str> = page
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: {ids:?}");
    }
}

#[test]
fn the_navigation_marks_the_page_one_is_on() {
    let marked = |page: &str| -> Vec<String> {
        page.lines()
            .filter(|line| line.contains("aria-current=\"page\""))
            .map(|line| line.trim().to_owned())
            .collect()
    };
    assert_eq!(
        marked(&html(&samples::vote())),
        ["<a href=\"/vote\" aria-current=\"page\">Vote</a>"]
    );
    assert_eq!(marked(&html(&samples::error())), [""; 0]);
}

#[test]
fn an_empty_flock_invites_instead_of_showing_nothing() {
    let home = html(&samples::home_empty());
    assert!(home.contains("The first sheep are on their way"));
    assert!(home.contains("href=\"/join\""));
    let status = html(&samples::status_empty());
    assert!(status.contains("Nothing at the moment."));
    let mut vote = samples::vote();
    vote.pair = None;
    let vote = html(&vote);
    assert!(vote.contains("A vote needs two living sheep."));
    assert!(!vote.contains("<form"));
}

#[test]
fn a_single_sheep_is_already_a_flock() {
    let mut home = samples::home();
    home.sheep.clear();
    home.number.pages = 1;
    let home = html(&home);
    assert!(home.contains("One sheep so far."));
    assert!(!home.contains("class=\"pager\""));
}

#[test]
fn pages_lead_to_their_neighbours() {
    let first = html(&samples::home());
    assert!(first.contains("/?page=2") && !first.contains("rel=\"prev\""));
    let second = html(&samples::home_second());
    assert!(second.contains("/?page=1") && second.contains("/?page=3"));
}

#[test]
fn a_page_beyond_the_last_leads_back() {
    let mut home = samples::home_second();
    home.sheep.clear();
    home.number.page = 9;
    assert!(html(&home).contains("Back to the first"));
}

#[test]
fn a_sheep_without_a_loop_has_no_picture_yet_and_offers_no_video() {
    let mut page = samples::sheep();
    page.sheep.clip = None;
    page.facts = None;
    page.volunteers.clear();
    let page = html(&page);
    assert!(page.contains("Not born yet") && !page.contains("/api/v1/sheep/abalone/poster.webp"));
    assert!(page.contains("genome.flam3"));
    assert!(!page.contains("clip.mp4") && !page.contains("clip.torrent"));
}

#[test]
fn a_retired_sheep_keeps_its_picture() {
    let mut page = samples::sheep();
    page.sheep.clip = None;
    page.retired = true;
    assert!(html(&page).contains("/api/v1/sheep/abalone/poster.webp"));
}

#[test]
fn a_sheep_page_credits_everybody() {
    let page = html(&samples::sheep());
    for words in [
        "by Woolgather flock",
        "Ada",
        "Ines &#38; Jo",
        "CC0 1.0",
        "3.1 MB",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("/api/v1/clips/abalone-loop/1/clip.torrent"));
}

#[test]
fn an_unrated_sheep_has_no_number() {
    let mut page = samples::sheep();
    page.sheep.rating = Rating::default();
    assert!(!html(&page).contains("<meter"));
}

#[test]
fn the_vote_is_a_plain_form() {
    let page = html(&samples::vote());
    assert!(page.contains("method=\"post\" action=\"/vote\""));
    assert!(page.contains("name=\"ballot\" value=\"b4ll0t\""));
    for answer in ["left", "right", "same"] {
        let button = format!("name=\"answer\" value=\"{answer}\" data-testid=\"vote-{answer}\"");
        assert!(page.contains(&button), "{answer}");
    }
    assert!(page.contains("Thank you, counted."));
}

#[test]
fn what_was_seen_is_voted_on_with_a_plain_form() {
    let page = html(&samples::seen());
    assert!(page.contains("method=\"post\" action=\"/seen\""));
    assert!(page.contains("name=\"list\" value=\"s3413d\""));
    let button = |way: &str, number: usize, id: &str, pressed: bool| {
        format!(
            "name=\"{way}\" value=\"b4ll0t-{number}\" formaction=\"/seen#s-{id}\" aria-pressed=\"{pressed}\""
        )
    };
    assert!(page.contains(&button("up", 0, "cinder-star", false)));
    assert!(page.contains(&button("up", 1, "lightning-rose", true)));
    assert!(page.contains(&button("down", 3, "three-lanterns", true)));
    assert!(page.contains("Thank you, counted."));
    assert_eq!(page.matches("It has retired").count(), 1);
    // Whoever knows what others think of a sheep is not asked what they think.
    assert!(!page.contains("<meter"));
}

#[test]
fn a_list_in_doubt_shows_its_sheep_and_says_why_nobody_can_vote() {
    let page = html(&samples::seen_doubted());
    assert!(page.contains("Cinder Star") && page.contains("more than half an hour old"));
    assert!(!page.contains("<button class=\"button\""));
}

#[test]
fn without_a_list_the_page_says_where_lists_come_from() {
    let page = html(&SeenPage::default());
    assert!(page.contains("woolgather seen --open") && !page.contains("<form"));
}

#[test]
fn a_refused_genome_says_where_and_keeps_what_was_typed() {
    let page = html(&samples::upload_refused());
    for words in [
        "<dd data-testid=\"problem-line\">7</dd>",
        "weight",
        "heavy",
        "1000000",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("value=\"Ines Marín\""));
    assert!(page.contains("required checked>"));
    assert!(!html(&samples::upload()).contains("required checked>"));
}

#[test]
fn an_entry_renews_itself_only_while_it_can_change() {
    for state in ENTRY_STATES {
        let page = html(&samples::entry(state));
        let moving = matches!(
            state,
            EntryState::Received | EntryState::Screening | EntryState::NeedsReview
        );
        assert_eq!(page.contains("live.js"), moving, "{state:?}");
        let born = state == EntryState::Accepted;
        assert_eq!(page.contains("Meet your sheep"), born, "{state:?}");
    }
}

#[test]
fn a_piece_of_work_found_wrong_shows_both_pictures_and_accuses_nobody() {
    let page = html(&samples::work_found_wrong());
    assert_eq!(page.matches("<img ").count(), 2);
    for words in ["Set aside", "Handed in", "Rendered here", "bans nobody"] {
        assert!(page.contains(words), "{words}");
    }
    let waiting = html(&samples::work(WorkUnitState::Auditing));
    assert!(waiting.contains("Waiting for a second opinion"));
    assert_eq!(waiting.matches("<img ").count(), 0);
}

#[test]
fn the_segment_bar_has_a_part_for_every_segment() {
    let page = html(&samples::status());
    assert_eq!(page.matches("<li class=\"segment ").count(), 15);
    assert_eq!(page.matches("segment--accepted").count(), 4);
    assert!(page.contains("3 of 5 segments"));
}

#[test]
fn the_share_of_participants_is_shown_once_there_is_traffic() {
    assert!(html(&samples::status()).contains("75<small> %</small>"));
    assert!(!html(&samples::status_empty()).contains("<small> %</small>"));
}

#[test]
fn long_names_are_shown_whole() {
    let name = samples::long_name();
    let mut page = samples::sheep();
    page.sheep.title.clone_from(&name);
    page.volunteers = vec![name.clone(); 64];
    let page = html(&page);
    assert_eq!(page.matches(&format!("<li>{name}</li>")).count(), 64);
}
