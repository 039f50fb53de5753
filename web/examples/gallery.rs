//! Writes every page with sample data to a folder, to look at while designing:
//! `cargo run -p woolgather-web --example gallery -- FOLDER`, then serve the folder over HTTP.

#[path = "../tests/it/grid_samples.rs"]
mod grid_samples;
#[path = "../tests/it/people_samples.rs"]
mod people_samples;
#[path = "../tests/it/samples.rs"]
mod samples;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use woolgather_protocol::entries::EntryState;
use woolgather_protocol::submission::WorkUnitState;
use woolgather_web::assets;
use woolgather_web::views::{AdminDoor, JustMe, Page, SeenPage, Shown, render, render_embed};

const ASSETS: &[&str] = &[
    "drop.js",
    "preview.js",
    "preview.css",
    "submit.css",
    "site.css",
    "home.css",
    "gallery.css",
    "sheep.css",
    "motion.js",
    "vote.js",
    "live.js",
    "copy.js",
    "status.css",
    "people.css",
    "passkey.js",
    "mark.svg",
    "apple-touch-icon.png",
    "embed.css",
    "embed.js",
];

fn main() -> io::Result<()> {
    let folder: PathBuf = env::args_os()
        .nth(1)
        .ok_or_else(|| io::Error::other("say which folder to write to"))?
        .into();
    fs::create_dir_all(&folder)?;
    for name in ASSETS {
        let address = assets::url(name);
        let path = address.trim_start_matches("/static/");
        if let Some(asset) = assets::asset(path) {
            let file = folder.join("static").join(path);
            fs::create_dir_all(file.parent().unwrap_or(&folder))?;
            fs::write(file, asset.bytes)?;
        }
    }
    let mut long = samples::sheep();
    long.sheep.title = samples::long_name();
    long.volunteers.push(samples::long_name());
    let mut odd = samples::gallery_found();
    odd.sheep[1].title = samples::HOSTILE.to_owned();
    odd.sheep[2].title = samples::long_name();
    let mut no_pair = samples::vote();
    no_pair.pair = None;

    write(&folder, "home", &samples::home())?;
    write(&folder, "gallery", &samples::gallery())?;
    write(&folder, "gallery-found", &odd)?;
    write(&folder, "gallery-nothing", &samples::gallery_nothing())?;
    write(&folder, "home-empty", &samples::home_empty())?;
    write(&folder, "sheep", &samples::sheep())?;
    write(&folder, "sheep-long", &long)?;
    write(&folder, "vote", &samples::vote())?;
    write(&folder, "vote-empty", &no_pair)?;
    write(&folder, "seen", &samples::seen())?;
    write(&folder, "seen-doubted", &samples::seen_doubted())?;
    write(&folder, "seen-empty", &SeenPage::default())?;
    write(&folder, "upload", &samples::upload())?;
    write(&folder, "upload-refused", &samples::upload_refused())?;
    write(&folder, "upload-branch", &samples::upload_branch())?;
    write(&folder, "review", &samples::review())?;
    write(&folder, "own-entries", &samples::own_entries())?;
    write(&folder, "entry-declined", &samples::entry_declined())?;
    write(&folder, "entry-waiting", &samples::entry_waiting())?;
    write(&folder, "entry", &samples::entry(EntryState::Screening))?;
    write(&folder, "entry-born", &samples::entry(EntryState::Accepted))?;
    write(&folder, "status", &grid_samples::status())?;
    write(&folder, "status-empty", &grid_samples::status_empty())?;
    write(&folder, "just-me", &grid_samples::just_me(JustMe::JustYou))?;
    write(
        &folder,
        "just-me-well",
        &grid_samples::just_me(JustMe::NotJustYou),
    )?;
    write(&folder, "work", &grid_samples::work_found_wrong())?;
    write(
        &folder,
        "work-waiting",
        &grid_samples::work(WorkUnitState::Auditing),
    )?;
    write(&folder, "join", &samples::join())?;
    write_people(&folder)?;
    write(&folder, "admin", &grid_samples::admin())?;
    write(&folder, "admin-flock", &grid_samples::admin_flock())?;
    write(&folder, "admin-works", &grid_samples::admin_works())?;
    write(
        &folder,
        "admin-door",
        &grid_samples::admin_door(AdminDoor::Closed),
    )?;
    fs::write(
        folder.join("embed.html"),
        render_embed(&samples::embed()).map_err(io::Error::other)?,
    )?;
    write(&folder, "error", &samples::error())
}

fn write_people(folder: &Path) -> io::Result<()> {
    let mut shown = people_samples::account();
    let code = String::from("abcd-efgh-2345-67xy");
    shown.shown = Some(Shown::RecoveryCodes(vec![code; 10]));
    write(folder, "people", &people_samples::people())?;
    write(folder, "people-empty", &people_samples::people_empty())?;
    write(folder, "person", &people_samples::person())?;
    write(folder, "person-own", &people_samples::person_own())?;
    write(folder, "teams", &people_samples::teams())?;
    write(folder, "teams-refused", &people_samples::teams_refused())?;
    write(folder, "team", &people_samples::team())?;
    write(folder, "machines", &people_samples::machines())?;
    write(folder, "signin", &people_samples::sign_in())?;
    write(folder, "signin-refused", &people_samples::sign_in_refused())?;
    write(folder, "account", &people_samples::account())?;
    write(folder, "account-fresh", &people_samples::account_fresh())?;
    write(folder, "account-shown", &shown)?;
    write(folder, "link", &people_samples::link_asked())?;
    write(folder, "link-found", &people_samples::link_found())
}

fn write<P: Page>(folder: &Path, name: &str, page: &P) -> io::Result<()> {
    let html = render(page).map_err(io::Error::other)?;
    fs::write(folder.join(format!("{name}.html")), html)
}
