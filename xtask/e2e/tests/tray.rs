//! The agent's icon in a panel, on a session bus of its own: what its menu says, and what follows from a click.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use woolgather_e2e::{Grid, program, tiny_recipe};
use woolgather_screens::{MenuLine, Panel, Screen, SessionBus, lit};

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9/";

/// A session with an agent in it, and somebody's folders.
struct Session {
    bus: SessionBus,
    screen: Screen,
    folder: tempfile::TempDir,
    agent: Option<Child>,
}

impl Session {
    /// An agent of the flock at `url`, and a browser that only writes down what it is to open.
    fn begin(url: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        for name in ["run", "data", "bin"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder.path().join("run"), private)?;
        let opened = folder.path().join("opened");
        let browser = folder.path().join("bin/xdg-open");
        let script = format!(
            "#!/bin/sh\nprintf '%s' \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n",
            opened.display()
        );
        fs::write(&browser, script)?;
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755))?;
        let mut session = Self {
            bus: SessionBus::start(&folder.path().join("run")),
            screen: Screen::start(),
            folder,
            agent: None,
        };
        let log = fs::File::create(session.path("agent.log"))?;
        let mut agent = session.command(&["agent", "--coordinator", url])?;
        session.agent = Some(agent.stdout(Stdio::null()).stderr(log).spawn()?);
        wait_until("the agent answers", || {
            Ok(session.status()?["running"] == true)
        })?;
        Ok(session)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> anyhow::Result<Command> {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.path("bin").display());
        let mut command = Command::new(program("woolgather")?);
        command
            .args(args)
            .env("PATH", path)
            .env("DISPLAY", self.screen.display())
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("WOOLGATHER_CONFIG", self.path("config.toml"))
            .env("WOOLGATHER_DATA", self.path("data"))
            .env("WOOLGATHER_LOG", "woolgather=info")
            .env_remove("WOOLGATHER_COORDINATOR")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null());
        Ok(command)
    }

    /// What a command says; one that fails is an error.
    fn ask(&self, args: &[&str]) -> anyhow::Result<String> {
        let output = self.command(args)?.output()?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{args:?}: {words}");
        Ok(String::from_utf8(output.stdout)?)
    }

    fn status(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.ask(&["status", "--json"])?)?)
    }

    /// Says what a process of a desktop's saver says when it turns to a sheep. It is there for as long as what is
    /// returned.
    fn show(&self, id: &str, title: &str) -> anyhow::Result<UnixStream> {
        let mut saver = UnixStream::connect(self.path("run/woolgather/agent.sock"))?;
        let hello = json!({
            "v": 1, "request": "saver_hello", "pid": 4_000_000, "window": 7, "monitor": "1",
            "sheep": title, "sheep_id": id, "artist": "Ada",
        });
        writeln!(saver, "{hello}")?;
        let mut answer = String::new();
        BufReader::new(&saver).read_line(&mut answer)?;
        ensure!(answer.contains("\"saver\""), "{answer}");
        Ok(saver)
    }

    /// The process of the agent's that runs this command.
    fn child(&self, command: &str) -> Option<u32> {
        let agent = self.agent.as_ref()?.id().to_string();
        fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(process.path().join("stat")).ok()?;
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?;
            let line = fs::read(process.path().join("cmdline")).ok()?;
            let word = line.split(|&byte| byte == 0).nth(1)?;
            (parent == agent && word == command.as_bytes()).then_some(pid)
        })
    }

    /// Votes that wait to be sent, one a line.
    fn waiting(&self) -> String {
        fs::read_to_string(self.path("data/votes.jsonl")).unwrap_or_default()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(agent) = &mut self.agent {
            // It may have ended already; its children end with it.
            drop(agent.kill());
            drop(agent.wait());
        }
    }
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let start = Instant::now();
    while !is_so()? {
        ensure!(start.elapsed() < Duration::from_secs(40), "{what}: never");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Share of the screen's pixels that are not black.
fn brightness(screen: &Screen) -> f64 {
    let shot = screen.shot();
    lit(&shot, [0, 0, shot.width(), shot.height()])
}

fn words(menu: &[MenuLine]) -> Vec<&str> {
    menu.iter().map(|line| line.words.as_str()).collect()
}

fn ticked(menu: &[MenuLine]) -> Vec<&str> {
    let ticked = menu.iter().filter(|line| line.ticked);
    ticked.map(|line| line.words.as_str()).collect()
}

#[test]
fn the_menu_votes_on_what_was_seen_pauses_and_ends_the_agent() -> anyhow::Result<()> {
    let mut session = Session::begin(NOBODY)?;
    drop(session.show("cinder-star", "Cinder_Star")?);
    drop(session.show("fern", "Fern")?);

    // A panel that comes later finds the icon.
    wait_until("nobody shows the icon", || {
        let log = fs::read_to_string(session.path("agent.log"))?;
        Ok(log.contains("No panel shows icons yet"))
    })?;
    let panel = Panel::open(&session.bus);
    panel.wait_for_icons(1);
    ensure!(panel.title() == "Woolgather");
    let awake = panel.pixmaps();
    ensure!(awake.iter().any(|(width, ..)| *width == 24), "sizes");
    let menu = panel.wait_for_menu(|menu| menu[2].words == "Seen last: Fern by Ada");
    let sentence = session.status()?["sentence"].clone();
    ensure!(sentence == menu[0].words.as_str(), "{sentence} {menu:?}");
    ensure!(!menu[0].enabled && ticked(&menu).is_empty(), "{menu:?}");

    panel.click("Not for me");
    panel.wait_for_menu(|menu| ticked(menu) == ["Not for me"]);
    let waiting = session.waiting();
    ensure!(
        waiting == "{\"sheep\":\"fern\",\"up\":false}\n",
        "{waiting}"
    );
    let seen: Value = serde_json::from_str(&session.ask(&["seen", "--json"])?)?;
    ensure!(seen["sheep"][0]["vote"] == "down", "{seen}");
    ensure!(seen["sheep"][1]["title"] == "Cinder_Star", "{seen}");
    let said = session.ask(&["vote", "up", "--sheep", "2"])?;
    ensure!(said.contains("your vote on Cinder_Star is kept"), "{said}");
    ensure!(session.waiting().lines().count() == 2);

    panel.click("Pause for an hour");
    let menu = panel.wait_for_menu(|menu| menu[0].words.starts_with("Paused"));
    ensure!(words(&menu).contains(&"Resume"), "{menu:?}");
    let status = session.status()?;
    let sentence = status["sentence"].as_str().unwrap_or_default();
    ensure!(
        status["paused"] == true && sentence.starts_with("Paused"),
        "{status}"
    );
    ensure!(panel.pixmaps() != awake, "the icon sleeps");
    panel.click("Resume");
    panel.wait_for_menu(|menu| words(menu).contains(&"Pause until tomorrow"));
    ensure!(session.status()?["paused"] == false && panel.pixmaps() == awake);

    // The setting counts at once, and so does a panel that goes and comes.
    session.ask(&["config", "set", "agent.tray", "false"])?;
    panel.wait_for_icons(0);
    session.ask(&["config", "set", "agent.tray", "true"])?;
    panel.wait_for_icons(1);
    panel.close();
    ensure!(session.status()?["running"] == true);
    let panel = Panel::open(&session.bus);
    panel.wait_for_icons(1);

    panel.click("Quit");
    let mut agent = session.agent.take().context("an agent")?;
    let log = fs::read_to_string(session.path("agent.log"))?;
    wait_until("the agent ends", || Ok(agent.try_wait()?.is_some()))?;
    let mut told = log.lines().filter(|line| line.contains("agent::tray"));
    let yet = told.next().context("a line about the panel")?;
    ensure!(
        yet.contains("INFO") && yet.contains("No panel shows icons yet"),
        "{log}"
    );
    let gone = told.next().context("another line")?;
    ensure!(
        gone.contains("The panel that showed the icon has gone"),
        "{log}"
    );
    ensure!(told.next().is_none(), "{log}");
    panel.wait_for_icons(0);
    Ok(())
}

#[test]
fn the_menu_shows_the_flock_until_somebody_touches_a_key() -> anyhow::Result<()> {
    let session = Session::begin(NOBODY)?;
    let panel = Panel::open(&session.bus);
    panel.wait_for_icons(1);
    panel.click("Show the flock now");
    wait_until("flames", || Ok(brightness(&session.screen) > 0.05))?;
    session.screen.press("a");
    wait_until("nothing", || Ok(brightness(&session.screen) == 0.0))?;
    ensure!(session.status()?["running"] == true);

    panel.click("Settings…");
    let mut settings = None;
    wait_until("the settings", || {
        settings = session.child("settings");
        Ok(settings.is_some())
    })?;
    let settings = settings.context("a process")?;
    Command::new("kill").arg(settings.to_string()).status()?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_the_menu_opens_counts_votes_of_this_device() -> anyhow::Result<()> {
    let grid = Grid::start(&tiny_recipe(), &["--audit-patience", "2s"])?;
    let worker = grid.worker("worker")?;
    grid.published(&[&worker]).await?;
    let sheep = grid.manifest().await?.sheep.remove(0);
    let session = Session::begin(&grid.url)?;
    drop(session.show(sheep.id.as_str(), &sheep.title)?);

    let panel = Panel::open(&session.bus);
    panel.wait_for_icons(1);
    // The agent fetches the flock by itself, and meets the coordinator by that.
    wait_until("a page", || {
        let seen: Value = serde_json::from_str(&session.ask(&["seen", "--json"])?)?;
        Ok(seen["page"].is_string())
    })?;
    panel.click("What you have just seen…");
    wait_until("a browser", || Ok(session.path("opened").exists()))?;
    let address = fs::read_to_string(session.path("opened"))?;
    let html = reqwest::get(&address).await?.text().await?;
    ensure!(
        html.contains(&sheep.title) && !html.contains("data-testid=\"doubt\""),
        "{html}"
    );

    let value = |name: &str| {
        let field = html.split(&format!("name=\"{name}\" value=\"")).nth(1);
        let value = field.and_then(|rest| rest.split('"').next());
        value.map(str::to_owned).context("a field of the form")
    };
    let form = format!("list={}&up={}", value("list")?, value("up")?);
    let voted = reqwest::Client::new()
        .post(format!("{}/seen", grid.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await?;
    let html = voted.error_for_status()?.text().await?;
    ensure!(html.contains("Thank you, counted."), "{html}");
    ensure!(html.contains("aria-pressed=\"true\""), "{html}");

    // The same from a terminal, and `seen` says the address where nothing opens it.
    fs::remove_file(session.path("opened"))?;
    session.ask(&["seen", "--open"])?;
    ensure!(session.path("opened").exists());
    fs::write(session.path("bin/xdg-open"), "#!/bin/sh\nexit 3\n")?;
    let error = session.ask(&["seen", "--open"]).unwrap_err().to_string();
    ensure!(
        error.contains(&format!("the page is {}/seen?list=", grid.url)),
        "{error}"
    );
    Ok(())
}
