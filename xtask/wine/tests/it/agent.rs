//! The agent of a session: one, that answers, shows the flock while nobody is here, and takes along what it began.

use std::time::Duration;

use woolgather_screens::Ended;
use woolgather_wine::{Session, difference, is_lit, program};

use crate::support::{end_of, installed, wait_for};

const OURS: &str = "woolgather";

/// Runs a command of ours; returns whether it went well, and what it said.
fn woolgather(session: &Session, line: &str) -> (bool, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    session.run(program("woolgather.exe"), &words)
}

#[track_caller]
fn done(session: &Session, line: &str) -> String {
    let (done, said) = woolgather(session, line);
    assert!(done, "{line}: {said}");
    said
}

/// The sentence of `status`, when an agent answers.
fn sentence(session: &Session) -> Option<String> {
    let said = done(session, "status");
    let first = said.lines().next().unwrap_or_default().to_owned();
    (!first.contains("not running")).then_some(first)
}

/// Starts an agent on a desktop with no saver of its own, and waits until it answers.
#[track_caller]
fn begun(session: &Session, line: &str) -> Ended {
    let mut command = session.command(program("woolgather.exe"));
    command.args(line.split_whitespace());
    let agent = session.spawn(command);
    wait_for("an answer", || sentence(session));
    agent
}

#[test]
fn there_is_one_and_it_answers_pauses_and_ends() {
    let session = Session::start();
    done(&session, "uninstall-saver");
    let (stopped, said) = woolgather(&session, "agent --stop");
    assert!(!stopped && said.contains("no agent is running"), "{said}");
    let (paused, said) = woolgather(&session, "pause");
    assert!(!paused && said.contains("is not running"), "{said}");

    let mut agent = begun(&session, "agent");
    let status = sentence(&session).expect("it runs");
    assert!(
        status.ends_with('.') && !status.contains(". "),
        "one sentence: {status}"
    );
    let (second, said) = woolgather(&session, "agent");
    assert!(!second, "{said}");
    assert!(
        said.contains("another Woolgather agent already runs"),
        "{said}"
    );
    assert_eq!(done(&session, "agent --autostarted"), "");

    let (voted, said) = woolgather(&session, "vote up");
    assert!(!voted && said.contains("Nothing of the flock"), "{said}");
    let doctor = done(&session, "doctor");
    for line in ["ok    Windows tells when", "ok    The agent runs."] {
        assert!(doctor.contains(line), "{doctor}");
    }

    let paused = done(&session, "pause");
    assert!(paused.starts_with("Paused"), "{paused}");
    let json = done(&session, "status --json");
    assert!(json.contains("\"paused\":true"), "{json}");
    // However it ends, it is still paused when it comes back.
    session.kill(OURS);
    wait_for("its end", || agent.0.try_wait().expect("it is our child"));
    assert_eq!(sentence(&session), None);
    let mut agent = begun(&session, "agent");
    let paused = wait_for("a decision", || {
        sentence(&session).filter(|said| !said.contains("just begun"))
    });
    assert!(paused.starts_with("Paused"), "{paused}");
    let resumed = done(&session, "resume");
    assert!(!resumed.starts_with("Paused"), "{resumed}");

    done(&session, "agent --stop");
    assert_eq!(end_of(&mut agent), Some(0));
    assert_eq!(session.running(OURS), [0; 0], "nothing is left");
}

#[test]
fn it_shows_the_flock_while_nobody_is_here_and_takes_it_along() {
    let session = Session::start();
    done(&session, "uninstall-saver");
    let _agent = begun(&session, "agent --set saver.idle_minutes=1");
    // A minute is the least that may be set.
    let shown = || {
        std::thread::sleep(Duration::from_secs(45));
        let first = wait_for("a picture", || Some(session.screen().shot()).filter(is_lit));
        wait_for("movement", || {
            let moved = difference(&first, &session.screen().shot());
            (moved > 0.05).then_some(())
        });
        wait_for("the agent and the saver", || {
            (session.running(OURS).len() == 2).then_some(())
        });
    };
    shown();
    wait_for("what is playing", || {
        done(&session, "status").contains("Playing ").then_some(())
    });
    for key in ["Left", "i", "space"] {
        session.screen().press(key);
    }
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(session.running(OURS).len(), 2, "such keys are the saver's");
    session.screen().press("x");
    wait_for("a free screen", || {
        let is_free = !is_lit(&session.screen().shot()) && session.running(OURS).len() == 1;
        is_free.then_some(())
    });
    let status = done(&session, "status");
    assert!(
        status.contains("No saver: it starts after 1 minute without input."),
        "{status}"
    );
    shown();
    // Whoever ends the agent, however, ends what it began.
    session.kill(OURS);
    wait_for("the saver's end", || {
        session.running(OURS).is_empty().then_some(())
    });
    wait_for("a free screen", || {
        (!is_lit(&session.screen().shot())).then_some(())
    });
}

#[test]
fn where_windows_shows_our_saver_the_agent_does_not() {
    let session = Session::start();
    installed(&session);
    let mut agent = begun(&session, "agent");
    wait_for("a decision", || {
        let status = done(&session, "status");
        let theirs = "No saver: Windows shows the flock in its own time.";
        status.contains(theirs).then_some(())
    });
    let doctor = done(&session, "doctor");
    assert!(
        doctor.contains("Windows' screensaver is Woolgather."),
        "{doctor}"
    );
    // Taking the saver away ends the agent: its file goes.
    done(&session, "uninstall-saver");
    assert_eq!(end_of(&mut agent), Some(0));
    assert_eq!(session.running(OURS), [0; 0]);
}
