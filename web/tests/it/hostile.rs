//! Somebody hostile fills in everything that a page shows: none of it becomes markup.

use woolgather_protocol::entries::EntryState;
use woolgather_protocol::problem::GenomeFault;
use woolgather_web::views::{
    AdminDoor, JustMe, Linking, Refusal, SheepCard, VolunteerLine, render_embed,
};

use crate::samples::{self, HOSTILE};
use crate::{grid_samples, html, people_samples};

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
    home.hero = Some(hostile_card());
    home.best = vec![hostile_card()];
    let mut gallery = samples::gallery_nothing();
    gallery.query.artist = Some(text());
    gallery.query.search = text();
    gallery.sheep = vec![hostile_card()];
    let mut sheep = samples::sheep();
    sheep.sheep = hostile_card();
    sheep.licence = text();
    sheep.volunteers = vec![text(); 3];
    sheep.ancestors[0].kin.title = text();
    sheep.ancestors[0].kin.artist = text();
    sheep.credits[0].artist = text();
    sheep.credits[0].licence = text();
    sheep.address = text();
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
    entry.appeal = Some(text());
    entry.refused = Some(text());
    let mut review = samples::review();
    review.artist = text();
    review.tags = text();
    review.refused = Some(text());
    review.flames[1].title = text();
    review.flames[2].undrawable = Some(text());
    review.flames[1].xforms[0].kept = vec![text()];
    review.flames[1].xforms[0].remarks[0].name = text();
    review.flames[1].xforms[0].remarks[0].words = text();
    if let Some(parent) = &mut review.parent {
        parent.title = text();
    }
    let mut branch = samples::upload_branch();
    if let Some(parent) = &mut branch.parent {
        parent.sheep.title = text();
        parent.artist = text();
    }
    let mut own = samples::own_entries();
    own.entries[0].entry.title = text();
    own.entries[0].entry.reason = text();
    let mut work = grid_samples::work_found_wrong();
    work.title = text();
    work.wrong[0].detail = text();
    work.wrong[0].submitted_url = text();
    let mut status = grid_samples::status();
    status.flock = text();
    status.health.lines[0].client = text();
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
    let mut admin = grid_samples::admin();
    admin.entries[0].title = text();
    admin.entries[0].artist = text();
    admin.entries[0].appeal = Some(text());
    admin.verdicts[0].wrong.detail = text();
    admin.devices[1].volunteer = text();
    admin.devices[1].class = text();
    admin.devices[1].banned = Some(text());
    admin.log[0].subject = text();
    admin.log[0].reason = text();
    let mut flock = grid_samples::admin_flock();
    flock.numbers = vec![text()];
    flock.waiting[0].title = text();
    flock.forecast = Some(vec![text()]);
    let mut works = grid_samples::admin_works();
    works.jobs[0].key = text();
    works.jobs[0].error = Some(text());
    works.swarm[0].title = text();
    works.settings[1].1 = text();
    let mut just_me = grid_samples::just_me(JustMe::JustYou);
    just_me.mine[0].client = text();
    let mut embed = samples::embed();
    embed.sheep = hostile_card();
    embed.address = text();
    let door = grid_samples::admin_door(AdminDoor::Link { word: text() });
    vec![
        html(&admin),
        html(&flock),
        html(&works),
        html(&door),
        html(&just_me),
        render_embed(&embed).expect("it renders"),
        html(&home),
        html(&gallery),
        html(&sheep),
        html(&vote),
        html(&seen),
        html(&upload),
        html(&branch),
        html(&review),
        html(&own),
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
