//! What every page promises, checked on the HTML.

use woolgather_protocol::Licence;
use woolgather_protocol::entries::EntryState;
use woolgather_protocol::sheep::Room;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_web::views::{
    AdminDoor, GalleryQuery, JustMe, Rating, SeenPage, System, render_embed,
};
use woolgather_web::{EMBED_SECURITY_POLICY, assets};

use crate::{grid_samples, html, people_samples, samples};

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

/// Every page with lively data, and each of its other faces.
fn all() -> Vec<(String, String)> {
    let named = |name: &str, html: String| (name.to_owned(), html);
    let mut pages = vec![
        named("home", html(&samples::home())),
        named("gallery", html(&samples::gallery())),
        named("gallery, found", html(&samples::gallery_found())),
        named("gallery, nothing found", html(&samples::gallery_nothing())),
        named("home, empty", html(&samples::home_empty())),
        named("sheep", html(&samples::sheep())),
        named("vote", html(&samples::vote())),
        named("seen", html(&samples::seen())),
        named("seen, doubted", html(&samples::seen_doubted())),
        named("seen, without a list", html(&SeenPage::default())),
        named("upload", html(&samples::upload())),
        named("upload, refused", html(&samples::upload_refused())),
        named("upload, branch", html(&samples::upload_branch())),
        named("review", html(&samples::review())),
        named("own entries", html(&samples::own_entries())),
        named("entry, declined", html(&samples::entry_declined())),
        named("entry, waiting", html(&samples::entry_waiting())),
        named("status", html(&grid_samples::status())),
        named("status, empty", html(&grid_samples::status_empty())),
        named(
            "is it just me",
            html(&grid_samples::just_me(JustMe::JustYou)),
        ),
        named("join", html(&samples::join())),
        named("work, found wrong", html(&grid_samples::work_found_wrong())),
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
        named("console", html(&grid_samples::admin())),
        named("console, flock", html(&grid_samples::admin_flock())),
        named("console, works", html(&grid_samples::admin_works())),
        named(
            "console, closed",
            html(&grid_samples::admin_door(AdminDoor::Closed)),
        ),
        named(
            "console, spent",
            html(&grid_samples::admin_door(AdminDoor::Spent)),
        ),
    ];
    pages.extend(
        ENTRY_STATES.map(|state| named(&format!("entry, {state:?}"), html(&samples::entry(state)))),
    );
    pages.extend(WORK_STATES.map(|state| {
        named(
            &format!("work, {state:?}"),
            html(&grid_samples::work(state)),
        )
    }));
    pages
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
        // Feeds and descriptions are named for whoever asks for them; no browser fetches those.
        for link in page.split("<link").skip(1) {
            let link = link.split('>').next().unwrap_or_default();
            let named = link.contains("rel=\"alternate\"") || link.contains("rel=\"canonical\"");
            assert!(named || link.contains("href=\"/static/"), "{name}: {link}");
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
    assert!(home.contains("href=\"/join#debian\""));
    let status = html(&grid_samples::status_empty());
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
    home.best.clear();
    assert!(html(&home).contains("One sheep so far."));
}

#[test]
fn home_offers_the_package_of_the_visitors_system() {
    let mut home = samples::home();
    for (system, words) in [
        (System::Debian, "/join#debian"),
        (System::Fedora, "/join#fedora"),
        (System::Windows, "/join#windows"),
        (System::MacOs, "/join#macos"),
        (System::Other, "/join#source"),
    ] {
        home.system = system;
        assert!(html(&home).contains(words), "{words}");
        let anchor = format!("id=\"{}\"", system.anchor());
        assert!(html(&samples::join()).contains(&anchor), "{anchor}");
    }
}

#[test]
fn pages_of_the_gallery_lead_to_their_neighbours() {
    let first = html(&samples::gallery());
    assert!(first.contains("href=\"/gallery?after=0.25_8\"") && !first.contains("rel=\"prev\""));
    assert!(first.contains("More than 1,000 sheep"));
    let found = html(&samples::gallery_found());
    assert!(found.contains("&#38;before=41_41\"") && !found.contains("rel=\"next\""));
    assert!(found.contains("ten thousand"));
}

#[test]
fn the_gallery_keeps_what_was_asked_for() {
    let page = html(&samples::gallery_found());
    for words in [
        "name=\"room\" value=\"archive\"",
        "name=\"tag\" value=\"blue,calm\"",
        "name=\"artist\" value=\"Ada &#38; Bo\"",
        "value=\"lantern\"",
        "<option value=\"newest\" selected>",
        // Without one of the tags, everything else stays.
        "href=\"/gallery?room=archive&#38;sort=newest&#38;tag=calm&#38;artist=Ada%20%26%20Bo&#38;q=lantern\"",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let nothing = html(&samples::gallery_nothing());
    assert!(nothing.contains("No sheep here has all of that") && !nothing.contains("sheep-card"));
}

#[test]
fn an_empty_room_says_why() {
    let mut page = samples::gallery_nothing();
    for (room, words) in [
        (Room::Living, "No sheep is alive yet"),
        (Room::Hall, "Nobody is in yet"),
        (Room::Archive, "Nobody has retired yet"),
    ] {
        page.query = GalleryQuery {
            room,
            ..GalleryQuery::default()
        };
        assert!(html(&page).contains(words), "{words}");
    }
}

#[test]
fn a_family_is_a_tree_whose_branches_fold() {
    let page = html(&samples::sheep());
    assert_eq!(page.matches("<details><summary>its ").count(), 3);
    assert_eq!(page.matches("<ul class=\"tree\">").count(), 5);
    assert!(page.contains("its 2 parents") && page.contains("its child<"));
    assert!(page.contains("by Woolgather flock, retired"));
    assert!(page.contains("; its own are shown above"));
    assert!(page.contains("more descendants than fit"));
    let mut alone = samples::sheep();
    alone.ancestors.clear();
    alone.descendants.clear();
    assert!(html(&alone).contains("Made of nothing but chance"));
    alone.is_bred = false;
    assert!(html(&alone).contains("Drawn by its artist"));
}

#[test]
fn whoever_must_be_named_is_named_first() {
    let page = html(&samples::sheep());
    let must = page.find("Wherever you show it, name").unwrap();
    let ines = page.rfind(">Ines Marín</a>").unwrap();
    let free = page.find("Among its ancestors are works by").unwrap();
    assert!(must < ines && ines < free);
}

#[test]
fn a_sheep_can_be_shared() {
    let page = html(&samples::sheep());
    for words in [
        "property=\"og:image\" content=\"https://flock.example/api/v1/sheep/abalone/poster.webp\"",
        "property=\"og:video\" content=\"https://flock.example/api/v1/clips/abalone-loop/1/clip.mp4\"",
        "name=\"twitter:card\" content=\"summary_large_image\"",
        "href=\"https://flock.example/oembed?url=https%3A%2F%2Fflock.example%2Fsheep%2Fabalone\"",
        "href=\"/submit?parent=abalone\"",
        "src=&#34;https://flock.example/embed/abalone&#34;",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[test]
fn a_rating_is_drawn_with_its_doubt() {
    let page = html(&samples::sheep());
    assert!(page.contains("88 %, between 80 % and 94 % with 95 % certainty"));
    assert!(page.contains("x=\"80\" y=\"2.5\" width=\"14\""));
}

#[test]
fn a_sheep_without_a_loop_has_no_picture_yet_and_offers_no_video() {
    let mut page = samples::sheep();
    page.sheep.clip = None;
    page.facts = None;
    page.volunteers.clear();
    page.sheep.has_poster = false;
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
        "by <a href=\"/gallery?artist=Woolgather%20flock\" data-testid=\"artist\">Woolgather flock</a>",
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
    assert!(!html(&page).contains("class=\"interval\""));
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
}

#[test]
fn a_review_says_what_is_kept_renamed_changed_and_dropped() {
    let page = html(&samples::review());
    assert_eq!(page.matches("data-testid=\"flame\"").count(), 3);
    for words in [
        "Everything is kept.",
        "Kept, with 1 dropped, 1 changed, 1 renamed.",
        ">Renamed</span> <code>linear3D",
        ">Dropped</span> <code>hexes",
        "It cannot be offered",
        "value=\"CC0-1.0\" checked",
        "value=\"CC-BY-4.0\">",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(
        page.matches("name=\"offer-").count(),
        2,
        "what cannot be drawn cannot be offered"
    );
    assert!(
        !page.contains("required checked>"),
        "consent is given by hand"
    );
    let mut owing = samples::review();
    owing.owes_credit = true;
    owing.licence = Licence::CcBy;
    let page = html(&owing);
    assert!(
        !page.contains("value=\"CC0-1.0\""),
        "credit that is owed stays owed"
    );
    assert!(page.contains("value=\"CC-BY-4.0\" checked"));
}

#[test]
fn only_its_artist_may_do_anything_with_an_entry() {
    let page = html(&samples::entry_declined());
    assert!(page.contains("/appeal") && !page.contains("/withdraw"));
    let page = html(&samples::entry_waiting());
    assert!(page.contains("/withdraw") && !page.contains("/appeal"));
    assert!(
        page.contains("3rd in the artists&#39; queue of 7; about 2 a day are born."),
        "{page}"
    );
    for mut page in [samples::entry_declined(), samples::entry_waiting()] {
        page.yours = false;
        assert!(!html(&page).contains("<form"), "a stranger only looks");
    }
    let mut heard = samples::entry_declined();
    heard.appeal = Some("It is slower now.".to_owned());
    assert!(!html(&heard).contains("<form"), "an entry has one appeal");
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
    let page = html(&grid_samples::work_found_wrong());
    assert_eq!(page.matches("<img ").count(), 2);
    for words in ["Set aside", "Handed in", "Rendered here", "bans nobody"] {
        assert!(page.contains(words), "{words}");
    }
    let waiting = html(&grid_samples::work(WorkUnitState::Auditing));
    assert!(waiting.contains("Waiting for a second opinion"));
    assert_eq!(waiting.matches("<img ").count(), 0);
}

#[test]
fn the_segment_bar_has_a_part_for_every_segment() {
    let page = html(&grid_samples::status());
    assert_eq!(page.matches("<li class=\"segment ").count(), 15);
    assert_eq!(page.matches("segment--accepted").count(), 4);
    assert!(page.contains("3 of 5 segments"));
}

#[test]
fn the_share_of_participants_is_shown_once_there_is_traffic() {
    assert!(html(&grid_samples::status()).contains("75<small> %</small>"));
    assert!(!html(&grid_samples::status_empty()).contains("<small> %</small>"));
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

#[test]
fn what_is_embedded_keeps_a_policy_of_its_own() {
    let page = render_embed(&samples::embed()).unwrap();
    assert!(page.contains("href=\"https://flock.example/sheep/abalone\" target=\"_blank\""));
    assert!(!page.contains("<style") && !page.contains(" style=") && !page.contains("<script>"));
    assert!(EMBED_SECURITY_POLICY.contains("frame-ancestors *"));
    assert!(!EMBED_SECURITY_POLICY.contains("unsafe"));
}
