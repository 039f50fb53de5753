//! Lines on the agent's socket: there and back, and whatever else comes in.

use proptest::prelude::*;
use woolgather_agent::seen::SeenSheep;
use woolgather_agent::talk::{
    Answer, LINE_BYTES_MAX, NoMessage, PAUSE_MAX, Playing, Rendering, Request, SaverHello, Status,
    TEXT_BYTES_MAX, Today, Vote,
};

#[test]
fn lines_look_as_they_are_written_down() {
    let pause = Request::Pause { for_s: Some(3600) };
    assert_eq!(
        pause.to_line(),
        "{\"v\":1,\"request\":\"pause\",\"for_s\":3600}\n"
    );
    let pause = Request::Pause { for_s: None };
    assert_eq!(pause.to_line(), "{\"v\":1,\"request\":\"pause\"}\n");
    let vote = Request::Vote {
        vote: Vote::Up,
        sheep: None,
    };
    assert_eq!(
        vote.to_line(),
        "{\"v\":1,\"request\":\"vote\",\"vote\":\"up\"}\n"
    );
    assert_eq!(Answer::Ok.to_line(), "{\"v\":1,\"answer\":\"ok\"}\n");
}

#[test]
fn a_newer_program_may_say_more() {
    let line = br#"{"v":1,"request":"saver_bye","pid":7,"mood":"fine"}"#;
    assert_eq!(Request::read(line), Ok(Request::SaverBye { pid: 7 }));
}

#[track_caller]
fn check_refused(line: &str, expected: &str) {
    let no = Request::read(line.as_bytes()).unwrap_err();
    let sentence = expected.to_owned();
    assert_eq!(Answer::from(no), Answer::Refused { sentence });
}

#[test]
fn what_is_not_understood_is_refused_with_a_sentence() {
    check_refused("", "A line must be one JSON object.");
    check_refused("[1]", "A line must be one JSON object.");
    check_refused(
        "{\"request\":\"stop\"}",
        "The message does not say its version, v.",
    );
    check_refused(
        "{\"v\":2,\"request\":\"stop\"}",
        "The message has version 2, and this agent speaks 1: restart the older of the two.",
    );
    check_refused(
        "{\"v\":1,\"request\":\"dance\"}",
        "The agent does not understand this request.",
    );
    check_refused(
        "{\"v\":1,\"request\":\"vote\",\"vote\":\"sideways\"}",
        "The agent does not understand this request.",
    );
    check_refused(
        "{\"v\":1,\"request\":\"saver_bye\",\"pid\":-1}",
        "The agent does not understand this request.",
    );
}

#[test]
fn a_pause_has_a_length_that_makes_sense() {
    for for_s in [0, PAUSE_MAX.as_secs() + 1, u64::MAX] {
        let line = Request::Pause { for_s: Some(for_s) }.to_line();
        assert_eq!(Request::read(line.as_bytes()), Err(NoMessage::PauseLength));
    }
}

#[test]
fn lines_and_texts_have_limits() {
    let line = vec![b' '; LINE_BYTES_MAX + 1];
    assert_eq!(Request::read(&line), Err(NoMessage::TooLong));
    let hello = SaverHello {
        pid: 1,
        window: None,
        monitor: "m".repeat(TEXT_BYTES_MAX + 1),
        sheep: None,
        sheep_id: None,
        artist: None,
        dropped_frames: 0,
        key_taken: false,
    };
    let line = Request::SaverHello(hello).to_line();
    assert_eq!(Request::read(line.as_bytes()), Err(NoMessage::LongText));
    let vote = Request::Vote {
        vote: Vote::Down,
        sheep: Some("s".repeat(TEXT_BYTES_MAX + 1)),
    };
    let line = vote.to_line();
    assert_eq!(Request::read(line.as_bytes()), Err(NoMessage::LongText));
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    let line = format!("{{\"v\":{}", "[".repeat(8000));
    assert_eq!(Request::read(line.as_bytes()), Err(NoMessage::NoObject));
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,40}"
}

fn any_vote() -> impl Strategy<Value = Vote> {
    prop::sample::select(vec![Vote::Up, Vote::Down])
}

fn any_request() -> impl Strategy<Value = Request> {
    let hello = (
        any::<u32>(),
        any::<Option<u64>>(),
        text(),
        prop::array::uniform3(prop::option::of(text())),
        any::<u64>(),
    );
    prop_oneof![
        Just(Request::Status),
        Just(Request::Resume),
        Just(Request::SettingsChanged),
        Just(Request::Stop),
        prop::option::of(1..=PAUSE_MAX.as_secs()).prop_map(|for_s| Request::Pause { for_s }),
        Just(Request::Seen),
        (any_vote(), prop::option::of(text()))
            .prop_map(|(vote, sheep)| Request::Vote { vote, sheep }),
        any::<u32>().prop_map(|pid| Request::SaverBye { pid }),
        hello.prop_map(
            |(pid, window, monitor, [sheep, sheep_id, artist], dropped_frames)| {
                Request::SaverHello(SaverHello {
                    pid,
                    window,
                    monitor,
                    sheep,
                    sheep_id,
                    artist,
                    dropped_frames,
                    key_taken: dropped_frames % 2 == 1,
                })
            }
        ),
    ]
}

fn any_playing() -> impl Strategy<Value = Vec<Playing>> {
    let playing = (text(), text()).prop_map(|(monitor, sheep)| Playing { monitor, sheep });
    prop::collection::vec(playing, 0..3)
}

fn any_seen() -> impl Strategy<Value = Vec<SeenSheep>> {
    let texts = prop::array::uniform3(text());
    let seen = (texts, any::<i64>(), prop::option::of(any_vote()));
    let seen = seen.prop_map(|([id, title, artist], shown_unix_s, vote)| SeenSheep {
        id,
        title,
        artist,
        shown_unix_s,
        vote,
    });
    prop::collection::vec(seen, 0..3)
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let rendering =
        (text(), any::<u32>(), any::<u8>()).prop_map(|(sheep, cores, card)| Rendering {
            sheep,
            cores,
            cores_all: cores,
            card_percent: card,
        });
    let today = prop::array::uniform4(any::<u64>()).prop_map(|numbers| Today {
        frames: numbers[0],
        work_units: numbers[1],
        rendering_s: numbers[2],
        fetched_bytes: numbers[3],
    });
    let status = (
        text(),
        any_playing(),
        prop::option::of(rendering),
        any::<[bool; 2]>(),
        today,
    );
    prop_oneof![
        Just(Answer::Ok),
        text().prop_map(|sentence| Answer::Refused { sentence }),
        (any_seen(), prop::option::of(text()))
            .prop_map(|(sheep, page)| Answer::Seen { sheep, page }),
        (any::<bool>(), any_playing()).prop_map(|(votes, others)| Answer::Saver { votes, others }),
        status.prop_map(|(sentence, playing, rendering, [sharing, paused], today)| {
            Answer::Status(Box::new(Status {
                saver: sentence.clone(),
                network: vec![sentence.clone()],
                sentence,
                playing,
                rendering,
                sharing,
                paused,
                today,
            }))
        }),
    ]
}

proptest! {
    #[test]
    fn requests_come_back(request in any_request()) {
        let line = request.to_line();
        prop_assert_eq!(line.find('\n'), Some(line.len() - 1));
        prop_assert_eq!(Request::read(line.as_bytes()), Ok(request));
    }

    #[test]
    fn answers_come_back(answer in any_answer()) {
        let line = answer.to_line();
        prop_assert_eq!(line.find('\n'), Some(line.len() - 1));
        prop_assert_eq!(Answer::read(line.as_bytes()), Ok(answer));
    }

    #[test]
    fn any_bytes_get_a_sentence(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let no = Request::read(&bytes).unwrap_err();
        prop_assert!(no.to_string().ends_with('.'));
    }

    #[test]
    fn a_line_with_a_broken_byte_is_read_or_refused(request in any_request(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut line = request.to_line().into_bytes();
        let place = place.index(line.len());
        line[place] = byte;
        if let Err(no) = Request::read(&line) {
            prop_assert!(no.to_string().ends_with('.'));
        }
    }
}
