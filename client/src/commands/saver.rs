//! `woolgather install-saver` and `uninstall-saver`: this program as Windows' screensaver, for one user.
//!
//! The saver is a copy of this program, as a `.scr` is a program of another name, but for one thing: it opens no console.

mod console;

use std::fs;
use std::io::ErrorKind;

use anyhow::{Context as _, bail};
use woolgather_platform::Environment;
use woolgather_platform::control_panel::{GivenUp, ThisUser, choose, give_up, saver_file};

use crate::library::replace;

pub(crate) fn install() -> anyhow::Result<()> {
    let saver = saver_file(&Environment::of_this_process())?;
    let path = saver.to_str().context("your folder's path is odd")?;
    let program = std::env::current_exe()?;
    let mut bytes =
        fs::read(&program).with_context(|| format!("{} cannot be read", program.display()))?;
    console::take_away(&mut bytes).context("this program is of another form than others")?;
    if let Some(folder) = saver.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("could not make {}", folder.display()))?;
    }
    replace(&saver, &bytes).with_context(|| {
        format!("could not write {path}; if the saver is on or its settings are open, end it first")
    })?;
    choose(&mut ThisUser, path).context("your screensaver settings could not be changed")?;
    tell_session();
    println!(
        "Woolgather is your screensaver now ({path}). `woolgather uninstall-saver` gives you back what you had."
    );
    Ok(())
}

pub(crate) fn uninstall() -> anyhow::Result<()> {
    let saver = saver_file(&Environment::of_this_process())?;
    let path = saver.to_str().context("your folder's path is odd")?;
    let given_up =
        give_up(&mut ThisUser, path).context("your screensaver settings could not be changed")?;
    tell_session();
    match fs::remove_file(&saver) {
        Err(error) if error.kind() != ErrorKind::NotFound => bail!(
            "Woolgather is no longer your screensaver, but could not remove {path} ({error}); \
             if its settings are open, close them and run this again"
        ),
        _ => {}
    }
    if let Some(folder) = saver.parent() {
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

fn tell_session() {
    if let Err(error) = ThisUser.tell_session() {
        tracing::warn!("This counts from the next time that you log in: {error}");
    }
}
