//! One agent per session, with real processes and a real stranger.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use woolgather_platform::single::{Agent, ClaimError, connect};

use crate::machine::{eventually, runtime_folder};

/// This test program again, playing another part: `part` is a test that only does something
/// when it is told to by the environment.
fn play(program: &Path, part: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", part, "--nocapture"])
        .env("WOOLGATHER_TEST_PART", folder)
        .stdout(Stdio::null());
    command
}

fn this_program() -> PathBuf {
    std::env::current_exe().expect("we run")
}

fn part() -> Option<PathBuf> {
    std::env::var_os("WOOLGATHER_TEST_PART").map(PathBuf::from)
}

/// Plays the agent that is killed, when it is told to.
#[test]
fn an_agent_that_waits_for_its_end() {
    if let Some(folder) = part() {
        let _agent = Agent::claim(&folder).expect("nobody else is it");
        std::thread::sleep(Duration::from_secs(60));
    }
}

#[test]
fn an_agent_that_is_killed_is_followed_by_the_next_one() {
    let root = runtime_folder();
    let mut first = play(
        &this_program(),
        "single::an_agent_that_waits_for_its_end",
        root.path(),
    )
    .spawn()
    .expect("we run again");
    eventually("first agent", || connect(root.path()).ok());
    let taken = Agent::claim(root.path()).expect_err("there is one");
    assert!(matches!(taken, ClaimError::Taken(_)), "{taken}");

    first.kill().expect("it runs");
    first.wait().expect("it ended");
    assert!(connect(root.path()).is_err(), "the socket leads nowhere");
    let agent = Agent::claim(root.path()).expect("the place is free");
    connect(root.path()).expect("the new agent listens");
    let heard = agent.accept_within(Duration::from_secs(10));
    assert!(heard.expect("it listens").is_some());
}

/// Knocks at the agent's door as another user, when it is told to.
#[test]
fn a_stranger_who_knocks() {
    if let Some(folder) = part() {
        let refused = connect(&folder).expect_err("the agent is another user's");
        assert!(refused.to_string().contains("another user"), "{refused}");
    }
}

#[test]
fn a_stranger_is_neither_heard_nor_does_their_program_talk_to_our_agent() {
    let root = runtime_folder();
    let agent = Agent::claim(root.path()).expect("nobody else is it");
    if !rustix::process::getuid().is_root() {
        // Only root can play two users. The folder's own lock on strangers holds for everybody.
        let mode = root.path().metadata().expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o077, 0);
        return;
    }
    // The folder keeps strangers out; open it, so that the second lock is seen to hold too.
    for path in [root.path().to_owned(), root.path().join("agent.sock")] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).expect("root may");
    }
    // Our own build folder may be closed to them as well.
    let program = root.path().join("program");
    std::fs::copy(this_program(), &program).expect("there is room");
    let status = play(&program, "single::a_stranger_who_knocks", root.path())
        .uid(65534)
        .gid(65534)
        .current_dir("/")
        .status();
    assert!(status.is_ok_and(|status| status.success()));
    let heard = agent.accept_within(Duration::from_millis(200));
    assert!(heard.expect("it listens").is_none());
}
