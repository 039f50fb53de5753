//! `woolgather install-saver` and `uninstall-saver`: this program as Windows' screensaver, for one user, and the agent that
//! starts with the session.
//!
//! The saver is a copy of this program, as a `.scr` is a program of another name, but for one thing: it opens no console.
//! The agent is the same file by another name, for what ends in `.scr` is started as a saver.

mod console;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use woolgather_platform::Environment;
use woolgather_platform::control_panel::login::{agent_file, no_longer, start_with_session};
use woolgather_platform::control_panel::{GivenUp, ThisUser, choose, give_up, saver_file};

use super::agent;
use crate::cli::SaverArgs;
use crate::library::replace;

/// Where both lie.
struct Files {
    saver: PathBuf,
    agent: PathBuf,
}

impl Files {
    fn of_this_user() -> anyhow::Result<Self> {
        let environment = Environment::of_this_process();
        Ok(Self {
            saver: saver_file(&environment)?,
            agent: agent_file(&environment)?,
        })
    }
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().context("your folder's path is odd")
}

pub(crate) fn install(args: &SaverArgs) -> anyhow::Result<()> {
    let files = Files::of_this_user()?;
    let (saver, agent) = (text(&files.saver)?, text(&files.agent)?);
    // What runs cannot be replaced.
    let ran = agent::end()?;
    place(&files)?;
    choose(&mut ThisUser, saver).context("your screensaver settings could not be changed")?;
    tell_session();
    let starts = if args.without_agent {
        no_longer(&mut ThisUser, agent)
    } else {
        start_with_session(&mut ThisUser, agent)
    };
    starts.context("what starts with your session could not be changed")?;
    println!("Woolgather is your screensaver now ({saver}).");
    if ran {
        println!("The agent that ran has ended; `woolgather agent` starts the new one at once.");
    }
    if !args.without_agent {
        println!("The agent starts with your session from now on.");
    }
    println!("`woolgather uninstall-saver` takes both away and gives you back what you had.");
    Ok(())
}

/// Puts this program where the saver and the agent are to be.
fn place(files: &Files) -> anyhow::Result<()> {
    let program = std::env::current_exe()?;
    let mut bytes =
        fs::read(&program).with_context(|| format!("{} cannot be read", program.display()))?;
    console::take_away(&mut bytes).context("this program is of another form than others")?;
    if let Some(folder) = files.saver.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
    }
    let write = |path: &Path| {
        replace(path, &bytes).with_context(|| {
            format!(
                "could not write {}; if the saver is on or its settings are open, end it first",
                path.display()
            )
        })
    };
    write(&files.saver)?;
    remove(&files.agent)?;
    // Where a file can have two names it takes its place once.
    match fs::hard_link(&files.saver, &files.agent) {
        Ok(()) => Ok(()),
        Err(_) => write(&files.agent),
    }
}

pub(crate) fn uninstall() -> anyhow::Result<()> {
    let files = Files::of_this_user()?;
    let (saver, agent) = (text(&files.saver)?, text(&files.agent)?);
    no_longer(&mut ThisUser, agent)
        .context("what starts with your session could not be changed")?;
    let given_up =
        give_up(&mut ThisUser, saver).context("your screensaver settings could not be changed")?;
    tell_session();
    agent::end()?;
    for file in [&files.saver, &files.agent] {
        remove(file).context(
            "Woolgather is no longer your screensaver and starts no more, but its files are still there; if its settings \
             are open, close them and run this again",
        )?;
    }
    if let Some(folder) = files.saver.parent() {
        // One that holds something else stays.
        fs::remove_dir(folder).ok();
    }
    match given_up {
        GivenUp::Restored => println!("Woolgather is no longer your screensaver."),
        GivenUp::NotChosen => println!(
            "Woolgather was not chosen as your screensaver; what is chosen there stays as it is."
        ),
    }
    Ok(())
}

/// Removes a file; one that is not there is well. A program that has just ended holds its file for a moment more.
fn remove(file: &Path) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(3);
    loop {
        match fs::remove_file(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if Instant::now() > deadline => {
                bail!("could not remove {} ({error})", file.display())
            }
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
            Ok(()) => return Ok(()),
        }
    }
}

fn tell_session() {
    if let Err(error) = ThisUser.tell_session() {
        tracing::warn!("This counts from the next time that you log in: {error}");
    }
}
