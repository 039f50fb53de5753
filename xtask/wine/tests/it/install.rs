//! One user's saver: into the registry, and out again.

use woolgather_screens::Ended;
use woolgather_wine::{Session, program};

use crate::support::{end_of, installed, wait_for};

const DESKTOP: &str = r"HKCU\Control Panel\Desktop";
const OURS: &str = r"HKCU\Software\Woolgather";
const RUN: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run";
const NAMES: [&str; 3] = ["SCRNSAVE.EXE", "ScreenSaveActive", "ScreenSaveTimeOut"];

type Values = [Option<(String, String)>; 3];

fn values(session: &Session) -> Values {
    NAMES.map(|name| session.registry(DESKTOP, name))
}

/// What stands in the registry before anything is installed.
fn set(session: &Session, values: [Option<(&str, &str)>; 3]) -> Values {
    for (name, value) in NAMES.into_iter().zip(values) {
        // It may not be there, and then there is nothing to take away.
        session.run("reg", &["delete", DESKTOP, "/v", name, "/f"]);
        if let Some((kind, text)) = value {
            let add = ["add", DESKTOP, "/v", name, "/t", kind, "/d", text, "/f"];
            let (added, said) = session.run("reg", &add);
            assert!(added, "{said}");
        }
    }
    values.map(|value| value.map(|(kind, text)| (kind.to_owned(), text.to_owned())))
}

#[track_caller]
fn woolgather(session: &Session, command: &str) -> String {
    let (done, said) = session.run(program("woolgather.exe"), &[command]);
    assert!(done, "{said}");
    said
}

fn text(text: &str) -> Option<(&str, &str)> {
    Some(("REG_SZ", text))
}

#[track_caller]
fn check(session: &Session, before: [Option<(&str, &str)>; 3], timeout: &str) {
    let before = set(session, before);
    assert_eq!(values(session), before);
    woolgather(session, "install-saver");
    let chosen = values(session).map(|value| value.expect("all three are there"));
    let saver = &chosen[0].1;
    assert!(saver.ends_with(r"\Programs\Woolgather\Woolgather.scr"));
    assert_eq!(chosen[1], ("REG_SZ".to_owned(), "1".to_owned()));
    assert_eq!(chosen[2], ("REG_SZ".to_owned(), timeout.to_owned()));
    let file = session.on_drive_c(saver);
    let agent = saver.replace("Woolgather.scr", "woolgatherw.exe");
    assert!(file.is_file() && session.on_drive_c(&agent).is_file());
    woolgather(session, "install-saver");
    let starts = format!("\"{agent}\" agent --autostarted");
    let value = session.registry(RUN, "Woolgather");
    assert_eq!(value, Some(("REG_SZ".to_owned(), starts)));
    let said = woolgather(session, "uninstall-saver");
    assert!(said.contains("no longer your screensaver"), "{said}");
    assert_eq!(values(session), before);
    assert!(!file.exists() && !file.parent().unwrap().exists());
    assert_eq!(session.registry(RUN, "Woolgather"), None);
    assert!(!session.run("reg", &["query", OURS]).0, "nothing is left");
}

#[test]
fn what_a_person_had_before_is_back_exactly() {
    let session = Session::start();
    let bubbles = r"C:\windows\system32\Bubbles.scr";
    check(&session, [text(bubbles), text("1"), text("900")], "900");
    check(&session, [text(bubbles), text("0"), None], "300");
    check(&session, [None, None, None], "300");
    let odd = Some(("REG_EXPAND_SZ", r"%SystemRoot%\system32\Mystify.scr"));
    check(&session, [odd, text("1"), text("0")], "300");
}

#[test]
fn a_saver_that_was_chosen_since_stays() {
    let session = Session::start();
    set(&session, [text(r"C:\old.scr"), text("1"), text("900")]);
    let saver = installed(&session);
    let theirs = set(&session, [text(r"C:\new.scr"), text("1"), text("120")]);
    let said = woolgather(&session, "uninstall-saver");
    assert!(said.contains("stays as it is"), "{said}");
    assert_eq!(values(&session), theirs);
    assert!(!session.on_drive_c(&saver).exists());
}

#[test]
fn what_starts_with_the_session_is_the_agent_and_only_that_is_taken_away() {
    let session = Session::start();
    let add = |name: &str, text: &str| {
        let add = ["add", RUN, "/v", name, "/t", "REG_SZ", "/d", text, "/f"];
        let (added, said) = session.run("reg", &add);
        assert!(added, "{said}");
    };
    add("Another", r"C:\another.exe");
    let saver = installed(&session);
    let agent = saver.replace("Woolgather.scr", "woolgatherw.exe");
    // As Windows starts it when the person logs in.
    let command = session.command(&agent);
    let mut running = start_agent(&session, command);
    wait_for("the agent alone", || {
        (session.running("woolgatherw").len() == 1).then_some(())
    });
    // An installation over it ends it, for its file is in use.
    let said = woolgather(&session, "install-saver");
    assert!(said.contains("The agent that ran has ended"), "{said}");
    assert_eq!(end_of(&mut running), Some(0));
    let command = session.command(&agent);
    let mut running = start_agent(&session, command);
    woolgather(&session, "uninstall-saver");
    assert_eq!(end_of(&mut running), Some(0));
    assert_eq!(session.running("woolgatherw"), [0; 0]);
    assert_eq!(session.registry(RUN, "Woolgather"), None);
    assert!(session.registry(RUN, "Another").is_some());

    // Somebody who wants the saver alone, and somebody who put another program there.
    let (done, said) = session.run(
        program("woolgather.exe"),
        &["install-saver", "--without-agent"],
    );
    assert!(done, "{said}");
    assert_eq!(session.registry(RUN, "Woolgather"), None);
    add("Woolgather", r"C:\theirs.exe");
    woolgather(&session, "uninstall-saver");
    assert!(session.registry(RUN, "Woolgather").is_some());
    session.run("reg", &["delete", RUN, "/v", "Woolgather", "/f"]);
}

fn start_agent(session: &Session, mut command: std::process::Command) -> Ended {
    command.args(["agent", "--autostarted"]);
    let running = session.spawn(command);
    wait_for("an answer", || {
        let status = woolgather(session, "status");
        (!status.contains("not running")).then_some(())
    });
    running
}
