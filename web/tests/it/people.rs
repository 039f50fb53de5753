//! What the pages of people and accounts promise beyond what every page does.

use woolgather_protocol::people::LINK_CODE_CHARS;
use woolgather_web::views::{Done, Linking, Shown};

use crate::html;
use crate::people_samples as samples;

#[test]
fn a_secret_is_shown_with_what_to_do_with_it() {
    let mut page = samples::account();
    page.shown = Some(Shown::RecoveryCodes(vec!["abcd-efgh-2345-67xy".into(); 10]));
    assert_eq!(
        html(&page).matches("<li><code>abcd-efgh-2345-67xy").count(),
        10
    );
    page.shown = Some(Shown::Token("wgt_x".into()));
    assert!(html(&page).contains("data-testid=\"token\">wgt_x<"));
    let code = "hdmkwpqz".parse().expect("a code");
    page.shown = Some(Shown::ScreensaverCode(code));
    let page = html(&page);
    assert!(page.contains("woolgather link hdmk-wpqz --coordinator https://flock.example"));
    assert_eq!("hdmkwpqz".len(), LINK_CODE_CHARS);
}

#[test]
fn an_account_that_only_a_cookie_opens_says_so() {
    let loose = "Only this browser knows you.";
    assert!(html(&samples::account_fresh()).contains(loose));
    assert!(!html(&samples::account()).contains(loose));
}

#[test]
fn whose_page_was_hidden_is_told_why() {
    let mut page = samples::account();
    assert!(!html(&page).contains("has hidden your page"));
    page.hidden = Some("An insult in the name.".into());
    assert!(html(&page).contains("has hidden your page.</b> The reason given: An insult"));
}

#[test]
fn what_was_done_is_said_once_by_a_word_that_is_known() {
    let mut page = samples::account();
    page.done = Done::read("token-revoked");
    assert!(html(&page).contains("The token is revoked."));
    assert_eq!(Done::read("<script>"), None);
}

#[test]
fn passkeys_are_hidden_until_the_script_finds_them_possible() {
    let page = html(&samples::account());
    assert!(page.contains("data-passkey=\"make\"") && page.contains("action=\"/account\" hidden"));
    let mut page = samples::account();
    page.passkeys_possible = false;
    assert!(!html(&page).contains("passkey.js"));
}

#[test]
fn a_stranger_s_computer_is_described_before_it_is_taken() {
    let page = html(&samples::link_found());
    assert!(page.contains("Attic") && page.contains("a7a7a7a7…") && page.contains("100 days ago"));
    let mut page = samples::link_found();
    page.linking = Linking::Ask { problem: None };
    assert!(!html(&page).contains("method=\"post\" action=\"/link\""));
}

#[test]
fn tags_grow_with_the_people_who_have_them() {
    let page = html(&samples::people());
    assert!(page.contains("<span class=\"tag tag--4\">gold</span>"));
    assert!(page.contains("<span class=\"tag tag--2\">deep-sea</span>"));
    assert!(page.contains("<span class=\"tag tag--1\">radeon</span>"));
    assert!(page.contains("1,204 other computers") && page.contains("311 people who do"));
}

#[test]
fn every_unit_says_what_became_of_it() {
    let page = html(&samples::person());
    for words in [
        "being checked",
        "accepted, in escrow",
        ">accepted<",
        "refused",
        "found wrong later",
        "?before=4711#units",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn small_groups_are_only_counted() {
    let page = html(&samples::machines());
    assert!(page.contains("7 groups under 20.") && page.contains("96 groups under 20."));
}

#[test]
fn an_artist_who_wants_to_be_found_is_one_step_from_their_sheep() {
    let mut page = crate::samples::sheep();
    assert!(!html(&page).contains("href=\"/people/"));
    page.person = Some(samples::handle("mira"));
    assert!(
        html(&page)
            .contains("by <a href=\"/people/mira\" data-testid=\"artist\">Woolgather flock</a>")
    );
}

#[test]
fn a_page_that_only_its_person_sees_says_so() {
    assert!(html(&samples::person_own()).contains("Only you see this page."));
    assert!(!html(&samples::person()).contains("Only you see this page."));
}
