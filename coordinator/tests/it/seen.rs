//! The page about what a computer has just shown: who may vote with it, and who may not.

use data_encoding::BASE64URL_NOPAD;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use woolgather_coordinator::clock::Clock as _;
use woolgather_protocol::seen::{SEEN_SHEEP_MAX, SEEN_TERM_MS, SeenList};
use woolgather_protocol::votes::{Answer, Ballot, BallotRequest, Vote, VoteReceipt};
use woolgather_protocol::{DeviceSecret, ProblemKind, SheepId, Signed, paths};

use crate::support::TestCoordinator;
use crate::support::device::refused;

/// A computer with a browser on it.
struct Computer<'a> {
    coordinator: &'a TestCoordinator,
    secret: DeviceSecret,
    browser: reqwest::Client,
}

impl<'a> Computer<'a> {
    fn new(coordinator: &'a TestCoordinator, key: u8) -> Self {
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            coordinator,
            secret: DeviceSecret::from_bytes(&[key; 32]),
            browser: browser.build().unwrap(),
        }
    }

    fn list(&self, sheep: &[SheepId]) -> SeenList {
        SeenList {
            coordinator: self.coordinator.app.public_key(),
            device: self.secret.public(),
            sheep: sheep.to_vec(),
            made_at_ms: self.coordinator.clock.now_ms(),
        }
    }

    fn seal(&self, sheep: &[SheepId]) -> String {
        self.list(sheep).seal(&self.secret)
    }

    /// The page at this path and query.
    async fn open(&self, path: &str) -> (StatusCode, String) {
        let url = format!("{}{path}", self.coordinator.url);
        let page = self.browser.get(url).header(ACCEPT, "text/html");
        let page = page.send().await.unwrap();
        (page.status(), page.text().await.unwrap())
    }

    /// Presses a button: where the browser is sent.
    async fn press(&self, list: &str, fields: &str) -> Result<String, StatusCode> {
        let url = format!("{}{}", self.coordinator.url, paths::SEEN);
        let request = self.browser.post(url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.body(format!("list={list}&{fields}"));
        let answer = answer.send().await.unwrap();
        match answer.status() {
            StatusCode::SEE_OTHER => Ok(answer.headers()[LOCATION].to_str().unwrap().to_owned()),
            other => Err(other),
        }
    }
}

/// The ballots behind the buttons of a page, from the top.
fn ballots(html: &str) -> Vec<String> {
    let values = html.split("name=\"up\" value=\"").skip(1);
    let values = values.filter_map(|rest| rest.split('"').next());
    values.map(str::to_owned).collect()
}

async fn voting(sheep: usize) -> (TestCoordinator, Vec<SheepId>) {
    let coordinator = TestCoordinator::start_with(sheep).await;
    coordinator.publish_all(b"clip").await;
    let sheep = coordinator.all_sheep().await;
    (coordinator, sheep)
}

async fn votes(coordinator: &TestCoordinator, sheep: &SheepId) -> (u64, f64) {
    let row = coordinator.app.store.sheep(sheep).await.unwrap();
    (row.votes, row.rating)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_is_voted_on_with_buttons_and_a_new_vote_replaces_the_old() {
    let (coordinator, sheep) = voting(3).await;
    let computer = Computer::new(&coordinator, 5);
    let list = computer.seal(&sheep[..2]);
    let (status, html) = computer.open(&paths::seen(&list)).await;
    assert_eq!(status, StatusCode::OK);
    let dealt = ballots(&html);
    assert_eq!(dealt.len(), 2);

    let back = computer.press(&list, &format!("up={}", dealt[0])).await;
    assert_eq!(back, Ok(format!("{}&counted=1", paths::seen(&list))));
    let (liked, rating) = votes(&coordinator, &sheep[0]).await;
    assert_eq!(liked, 1);
    assert!(rating > 0.0);

    // The same form sent again counts nothing.
    let again = computer.press(&list, &format!("up={}", dealt[0])).await;
    let spent = format!("{}&problem=spent-ballot", paths::seen(&list));
    assert_eq!(again, Ok(spent.clone()));
    assert_eq!(votes(&coordinator, &sheep[0]).await, (1, rating));
    let (_, html) = computer.open(&spent).await;
    assert!(html.contains(ProblemKind::SpentBallot.title()));

    // Who thinks again finds a new ballot, and the old vote is taken back.
    assert!(html.contains("aria-pressed=\"true\""));
    let fresh = ballots(&html);
    assert_ne!(fresh[0], dealt[0]);
    assert_eq!(fresh[1], dealt[1]);
    let back = computer.press(&list, &format!("down={}", fresh[0])).await;
    assert!(back.unwrap().ends_with("&counted=1"));
    let (liked, rating) = votes(&coordinator, &sheep[0]).await;
    assert_eq!(liked, 1);
    assert!(rating < 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_opened_again_deals_nothing_new_and_pushes_nobody_out_of_the_deal() {
    let (coordinator, sheep) = voting(2).await;
    let computer = Computer::new(&coordinator, 5);
    let list = computer.seal(&sheep);
    let (_, first) = computer.open(&paths::seen(&list)).await;
    for _ in 0..3 {
        let (_, again) = computer.open(&paths::seen(&list)).await;
        assert_eq!(ballots(&again), ballots(&first));
    }
    let row = coordinator.app.store.sheep(&sheep[0]).await.unwrap();
    assert_eq!(row.exposures, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vote_is_the_devices_own() {
    let (coordinator, sheep) = voting(2).await;
    let computer = Computer::new(&coordinator, 5);
    let list = computer.seal(&sheep);
    let (_, html) = computer.open(&paths::seen(&list)).await;
    let fields = format!("up={}", ballots(&html)[0]);
    computer.press(&list, &fields).await.unwrap();

    let device = coordinator.device(5);
    let request = BallotRequest::Single {
        on_screen: Some(sheep[0].clone()),
    };
    let ballot: Ballot = device.post(paths::BALLOTS, &request).await;
    let vote = Vote {
        token: ballot.token,
        answer: Answer::Up,
    };
    let receipt: VoteReceipt = device.post(paths::VOTES, &vote).await;
    assert_eq!(receipt.votes_by_you, 2);
    assert_eq!(votes(&coordinator, &sheep[0]).await.0, 1);
}

/// Opens a list that nobody may vote with: the sheep are there, the buttons are not, and a sentence says why.
async fn check_doubted(computer: &Computer<'_>, list: &str, sentence: &str) {
    let (status, html) = computer.open(&paths::seen(list)).await;
    assert_eq!(status, StatusCode::OK, "{sentence}");
    assert!(html.contains(sentence), "{sentence}: {html}");
    assert_eq!(html.matches("data-testid=\"seen-sheep\"").count(), 2);
    assert_eq!(ballots(&html), [""; 0], "{sentence}");
    // Nor does a ballot that is good by itself help.
    let device = computer.coordinator.device(6);
    let request = BallotRequest::Single { on_screen: None };
    let ballot: Ballot = device.post(paths::BALLOTS, &request).await;
    let pressed = computer.press(list, &format!("up={}", ballot.token)).await;
    assert_eq!(pressed, Ok(paths::seen(list)), "{sentence}");
    assert_eq!(votes(computer.coordinator, &ballot.left.id).await.0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_its_device_did_not_sign_lately_for_this_flock_deals_nothing() {
    let (coordinator, sheep) = voting(2).await;
    let computer = Computer::new(&coordinator, 5);
    let thief = DeviceSecret::from_bytes(&[6; 32]);

    let forged = computer.list(&sheep).seal(&thief);
    check_doubted(&computer, &forged, "does not carry the signature").await;

    let mut changed = Signed::seal(&computer.list(&sheep[..1]), &computer.secret);
    let one = format!("[\"{}\"]", sheep[0]);
    let two = format!("[\"{}\",\"{}\"]", sheep[0], sheep[1]);
    changed.document = changed.document.replace(&one, &two);
    let changed = BASE64URL_NOPAD.encode(&serde_json::to_vec(&changed).unwrap());
    check_doubted(&computer, &changed, "does not carry the signature").await;

    let foreign = SeenList {
        coordinator: thief.public(),
        ..computer.list(&sheep)
    };
    let foreign = foreign.seal(&computer.secret);
    check_doubted(&computer, &foreign, "made for another flock").await;

    let early = SeenList {
        made_at_ms: coordinator.clock.now_ms() + 10 * 60 * 1000,
        ..computer.list(&sheep)
    };
    check_doubted(&computer, &early.seal(&computer.secret), "ahead of ours").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_list_is_good_for_nothing_with_the_ballots_it_was_dealt() {
    let (coordinator, sheep) = voting(2).await;
    let computer = Computer::new(&coordinator, 5);
    let list = computer.seal(&sheep);
    let (_, html) = computer.open(&paths::seen(&list)).await;
    coordinator.clock.advance_ms(SEEN_TERM_MS + 1);
    check_doubted(&computer, &list, "more than half an hour old").await;
    let pressed = computer
        .press(&list, &format!("up={}", ballots(&html)[0]))
        .await;
    assert_eq!(pressed, Ok(paths::seen(&list)));
    assert_eq!(votes(&coordinator, &sheep[0]).await.0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ballot_of_another_device_counts_with_nobodys_list() {
    let (coordinator, sheep) = voting(2).await;
    let (one, other) = (
        Computer::new(&coordinator, 5),
        Computer::new(&coordinator, 6),
    );
    let (list, others) = (one.seal(&sheep), other.seal(&sheep));
    let (_, html) = other.open(&paths::seen(&others)).await;
    let stolen = one.press(&list, &format!("up={}", ballots(&html)[0])).await;
    let unknown = format!("{}&problem=unknown-ballot", paths::seen(&list));
    assert_eq!(stolen, Ok(unknown.clone()));
    let made_up = one.press(&list, "down=made-up").await;
    assert_eq!(made_up, Ok(unknown));
    assert_eq!(votes(&coordinator, &sheep[0]).await.0, 0);

    // Nor does what the page dealt help whoever signs requests with another key.
    let vote = Vote {
        token: ballots(&html)[0].clone(),
        answer: Answer::Up,
    };
    let device = coordinator.device(5);
    let sent = device.send_json(reqwest::Method::POST, paths::VOTES, &vote);
    refused(sent.await, ProblemKind::UnknownBallot).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sheep_that_nobody_knows_are_left_out() {
    let (coordinator, sheep) = voting(1).await;
    let computer = Computer::new(&coordinator, 5);
    let unknown: SheepId = "nobody-knows-me".parse().unwrap();
    let list = computer.seal(&[unknown.clone(), sheep[0].clone()]);
    let (status, html) = computer.open(&paths::seen(&list)).await;
    assert_eq!((status, ballots(&html).len()), (StatusCode::OK, 1));
    assert!(!html.contains("nobody-knows-me"));
    let list = computer.seal(&[unknown]);
    let (status, html) = computer.open(&paths::seen(&list)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("There is no sheep of this flock on the list."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheep_that_is_not_born_has_no_picture_to_show() {
    let coordinator = TestCoordinator::start().await;
    let computer = Computer::new(&coordinator, 5);
    let list = computer.seal(&coordinator.all_sheep().await);
    let (status, html) = computer.open(&paths::seen(&list)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!html.contains("data-testid=\"seen-sheep\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_no_list() {
    let (coordinator, sheep) = voting(1).await;
    let computer = Computer::new(&coordinator, 5);
    let many: Vec<SheepId> = (0..=SEEN_SHEEP_MAX)
        .map(|number| format!("s-{number}").parse().unwrap())
        .collect();
    let many = computer.seal(&many);
    let none = computer.seal(&[]);
    let twice = computer.seal(&[sheep[0].clone(), sheep[0].clone()]);
    let long = "A".repeat(4000);
    for text in [
        "",
        "AAAA",
        "%00%ff",
        "\"><script>alert(1)</script>",
        &many,
        &none,
        &twice,
        &long,
    ] {
        let path = format!("/seen?list={text}");
        let (status, html) = computer.open(&path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{text}");
        assert!(html.contains("<h1"), "{text}");
        assert!(!html.contains("<script>"), "{text}");
        let pressed = computer.press(text, "up=x").await;
        assert_eq!(pressed, Err(StatusCode::BAD_REQUEST), "{text}");
    }
    let list = computer.seal(&sheep);
    for fields in ["", "up=a&down=b", "answer=up"] {
        let pressed = computer.press(&list, fields).await;
        assert_eq!(pressed, Err(StatusCode::BAD_REQUEST), "{fields}");
    }
    let (status, html) = computer.open(paths::SEEN).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("woolgather seen --open"));
}
