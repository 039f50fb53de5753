//! The settings of the saver, and what no saver does any more.

use woolgather_wine::{Session, is_lit};

use crate::support::{Host, end_of, installed, start, wait_for};

/// The X id of the settings window, when it is there.
fn window(session: &Session) -> Option<String> {
    let found = session.screen().run(
        "xdotool",
        &["search", "--onlyvisible", "--name", "^Woolgather settings$"],
    );
    let text = String::from_utf8_lossy(&found.stdout);
    text.split_whitespace().next().map(str::to_owned)
}

#[test]
fn the_settings_open_in_every_spelling() {
    let session = Session::start();
    let saver = installed(&session);
    for arguments in ["/c", "/C", "-c", ""] {
        let mut running = start(&session, &saver, arguments);
        let window = wait_for("the settings", || window(&session));
        wait_for("a page", || Some(session.screen().shot()).filter(is_lit));
        session
            .screen()
            .run("xdotool", &["windowfocus", "--sync", &window]);
        session.screen().press("Escape");
        assert_eq!(end_of(&mut running), Some(0), "{arguments:?}");
    }
}

#[test]
fn the_settings_stay_in_front_of_whoever_asked_for_them() {
    let session = Session::start();
    let saver = installed(&session);
    for spelling in ["/c:", "/C "] {
        let mut host = Host::start(&session);
        let owner = host.ask("outer");
        let _running = start(&session, &saver, &format!("{spelling}{owner}"));
        wait_for("the settings", || window(&session));
        wait_for("its owner", || {
            (host.ask("owned") == "Woolgather settings").then_some(())
        });
    }
}

#[test]
fn what_no_saver_does_any_more_is_no_error_and_what_makes_no_sense_is() {
    let session = Session::start();
    let saver = installed(&session);
    for (arguments, code) in [
        ("/a 1234", 0),
        ("-A:1234", 0),
        ("/p", 2),
        ("/p nonsense", 2),
        ("/p:0", 2),
        ("/c:nonsense", 2),
        // There is no such window.
        ("/p 4294967", 1),
    ] {
        let mut running = start(&session, &saver, arguments);
        assert_eq!(end_of(&mut running), Some(code), "{arguments}");
    }
}
