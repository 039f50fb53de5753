//! The desktop agent on a desktop that nobody sees: it shows and renders when nobody is there, and is out of the way
//! when somebody is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use woolgather_e2e::{Grid, PATIENCE, program, tiny_recipe};
use woolgather_protocol::Recipe;
use woolgather_screens::Screen;

/// A session: a screen, a person's folders, and the agent in it.
struct Session {
    screen: Screen,
    folder: tempfile::TempDir,
    url: String,
    agent: Option<Child>,
}

impl Session {
    fn begin(url: &str, settings: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("config.toml"), settings)?;
        for name in ["run", "data"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(folder.path().join("run"), private)?;
        let mut session = Self {
            screen: Screen::start(),
            folder,
            url: url.to_owned(),
            agent: None,
        };
        session.start_agent()?;
        Ok(session)
    }

    fn start_agent(&mut self) -> anyhow::Result<()> {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("agent.log"))?;
        let data = self.path("data");
        let mut command = self.command("agent")?;
        command
            .args(["--coordinator", &self.url, "--data"])
            .arg(data)
            .args(["--saver=--rng-seed", "--saver=11"])
            .stdout(Stdio::null())
            .stderr(log);
        self.agent = Some(command.spawn()?);
        self.wait_for("the agent answers", |status| status["running"] == true)?;
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, name: &str) -> anyhow::Result<Command> {
        let mut command = Command::new(program("woolgather")?);
        command
            .arg(name)
            .env("DISPLAY", self.screen.display())
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("WOOLGATHER_CONFIG", self.path("config.toml"))
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XDG_SESSION_TYPE")
            .env_remove("WOOLGATHER_DATA")
            .stdin(Stdio::null());
        Ok(command)
    }

    fn ask(&self, args: &[&str]) -> anyhow::Result<Output> {
        let (name, rest) = args.split_first().context("a command")?;
        Ok(self.command(name)?.args(rest).output()?)
    }

    fn status(&self) -> anyhow::Result<Value> {
        let output = self.ask(&["status", "--json"])?;
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> anyhow::Result<Duration> {
        let start = Instant::now();
        loop {
            let status = self.status()?;
            if is_so(&status) {
                return Ok(start.elapsed());
            }
            if start.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.path("agent.log"))?;
                bail!("{what}: never; {status}\n{log}");
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// The children that run `command`, and how each stands: `S` and `R` go on, `T` stands still.
    fn children(&self, command: &str) -> Vec<(u32, char)> {
        let agent = self.agent.as_ref().map_or(0, Child::id);
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let child = |process: fs::DirEntry| {
            let pid: u32 = process.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(process.path().join("stat")).ok()?;
            let fields = stat.rsplit_once(") ")?.1;
            let mut fields = fields.split(' ');
            let state = fields.next()?.chars().next()?;
            let parent: u32 = fields.next()?.parse().ok()?;
            let line = fs::read(process.path().join("cmdline")).ok()?;
            let word = line.split(|&byte| byte == 0).nth(1)?;
            (parent == agent && word == command.as_bytes()).then_some((pid, state))
        };
        processes.filter_map(child).collect()
    }

    /// Waits until nothing shows any more; it must go within seconds of `back`, when somebody came.
    fn saver_goes(&self, back: Instant) -> anyhow::Result<()> {
        while !self.children("play").iter().all(|child| child.1 == 'Z') {
            ensure!(
                back.elapsed() < Duration::from_secs(10),
                "it goes on showing: {:?}, {}\n{}",
                self.children("play"),
                self.status()?,
                fs::read_to_string(self.path("agent.log"))?
            );
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn works(&self) -> bool {
        let works = |&(_, state): &(u32, char)| state != 'T' && state != 'Z';
        self.children("work").iter().any(works)
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

/// Share of a screen's pixels that are not black.
fn lit(screen: &Screen) -> f64 {
    let shot = screen.shot();
    let lit = shot
        .pixels()
        .filter(|pixel| pixel.0.iter().any(|&channel| channel > 16));
    lit.count() as f64 / f64::from(shot.width() * shot.height())
}

/// Other tests keep the processor busy, which is not what this is about.
const SETTINGS: &str = "[saver]\nidle_minutes = 1\n[render]\nenabled = true\nidle_minutes = 1\n\
    others_cpu_percent_max = 100\ncelsius_max = 110\n[disk]\nfree_gib_min = 1\n[network]\nshare = false\n";

#[test]
fn it_shows_and_renders_while_nobody_is_there_and_stops_the_moment_somebody_is()
-> anyhow::Result<()> {
    // Long segments, so that work is under way when somebody comes.
    let recipe = Recipe {
        quality: 400.0,
        ..tiny_recipe()
    };
    let grid = Grid::start(&recipe, &["--audit-patience", "2s"])?;
    let mut session = Session::begin(&grid.url, SETTINGS)?;
    let status = session.status()?;
    ensure!(
        status["sentence"] == "Not rendering: it starts after 1 minute without input.",
        "{status}"
    );
    // A second one finds the first.
    let second = session.ask(&["agent"])?;
    let said = String::from_utf8_lossy(&second.stderr);
    ensure!(
        !second.status.success() && said.contains("already runs"),
        "{said}"
    );

    session.wait_for("work and saver", |status| {
        status["rendering"].is_object() && status["playing"][0].is_object()
    })?;
    let start = Instant::now();
    while lit(&session.screen) < 0.2 {
        ensure!(start.elapsed() < PATIENCE, "the screen stays dark");
        sleep(Duration::from_millis(100));
    }
    ensure!(session.works(), "{:?}", session.children("work"));

    let back = Instant::now();
    session.screen.press("a");
    let pressed = back.elapsed();
    while session.works() {
        ensure!(
            back.elapsed() < Duration::from_secs(10),
            "it goes on working"
        );
        sleep(Duration::from_millis(5));
    }
    let stopped = back.elapsed();
    session.saver_goes(back)?;
    let gone = back.elapsed();
    println!(
        "key pressed after {pressed:?}, work stopped after {stopped:?}, screen free after {gone:?}"
    );
    ensure!(
        stopped < Duration::from_millis(1000),
        "work stopped after {stopped:?}"
    );
    session.wait_for("it says why", |status| {
        status["sentence"] == "Not rendering: it starts after 1 minute without input."
    })?;

    pause_outlives_the_agent(&mut session)?;
    children_end_with_their_agent(&mut session)
}

/// Whoever is back in the moment in which the saver opens presses a key that no window of its gets yet.
#[test]
fn a_key_that_comes_while_the_saver_opens_closes_it() -> anyhow::Result<()> {
    let settings = SETTINGS.replace("enabled = true", "enabled = false");
    let session = Session::begin("http://127.0.0.1:9", &settings)?;
    let start = Instant::now();
    while session.children("play").is_empty() {
        ensure!(start.elapsed() < PATIENCE, "it never opens");
        sleep(Duration::from_millis(10));
    }
    session.screen.press("a");
    session.saver_goes(Instant::now())
}

/// A pause stays over a kill -9 of the agent, and ends when it is told to.
fn pause_outlives_the_agent(session: &mut Session) -> anyhow::Result<()> {
    let paused = session.ask(&["pause"])?;
    let said = String::from_utf8_lossy(&paused.stdout);
    ensure!(
        said.starts_with("Paused until you say otherwise."),
        "{said}"
    );
    if let Some(mut agent) = session.agent.take() {
        agent.kill()?;
        agent.wait()?;
    }
    let status = session.status()?;
    ensure!(status["running"] == false, "{status}");
    session.start_agent()?;
    session.wait_for("it is paused still", |status| status["paused"] == true)?;
    let resumed = session.ask(&["resume"])?;
    let said = String::from_utf8_lossy(&resumed.stdout);
    ensure!(said.starts_with("Not rendering: it starts"), "{said}");
    Ok(())
}

/// Whoever the agent has started leaves when it is killed, also one that stands still.
fn children_end_with_their_agent(session: &mut Session) -> anyhow::Result<()> {
    session.wait_for("it renders again", |status| status["rendering"].is_object())?;
    let children: Vec<u32> = ["work", "play", "sync"]
        .iter()
        .flat_map(|command| session.children(command))
        .map(|(pid, _)| pid)
        .collect();
    ensure!(children.len() >= 2, "{children:?}");
    if let Some(mut agent) = session.agent.take() {
        agent.kill()?;
        agent.wait()?;
    }
    let start = Instant::now();
    let is_there = |pid: &u32| {
        let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    while children.iter().any(is_there) {
        ensure!(
            start.elapsed() < Duration::from_secs(20),
            "{children:?} stay"
        );
        sleep(Duration::from_millis(50));
    }
    Ok(())
}
