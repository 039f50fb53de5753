//! The OpenAPI document: everything that is served for programs is in it, with every refusal.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::Value;
use woolgather_protocol::{ProblemKind, paths};

use crate::support::TestCoordinator;
use crate::support::device::good;

/// Refusals that are told later, as a notice or with a work unit's state, and that no operation
/// answers with.
const TOLD_LATER: &[ProblemKind] = &[
    ProblemKind::UndecodableSegment,
    ProblemKind::AuditMismatch,
    ProblemKind::WorkWithheld,
];
/// Refusals of the website's forms.
const OF_FORMS: &[ProblemKind] = &[
    ProblemKind::HandleTaken,
    ProblemKind::CrossSite,
    ProblemKind::SignedOut,
    ProblemKind::PasskeyRefused,
];
/// Refusals of an operation that does not exist.
const OF_NO_OPERATION: &[ProblemKind] = &[ProblemKind::MethodNotAllowed];

async fn document(coordinator: &TestCoordinator) -> Value {
    let url = format!("{}{}", coordinator.url, paths::OPENAPI);
    good(reqwest::get(url).await.unwrap()).await
}

/// Every operation: method, path, and itself.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_described() {
    let coordinator = TestCoordinator::start().await;
    let document = document(&coordinator).await;
    assert_eq!(document["openapi"], "3.1.0");
    let lines = operations(&document)
        .into_iter()
        .map(|(method, path, operation)| {
            let takes = operation["requestBody"]["content"].as_object();
            let takes = takes.and_then(|content| content.keys().next());
            let answers = operation["responses"].as_object().unwrap();
            let answers: Vec<_> = answers.keys().map(String::as_str).collect();
            let ways = operation["security"].as_array().into_iter().flatten();
            let ways = ways.flat_map(|way| way.as_object().unwrap().keys());
            let ways = ways.map(|way| way.replace("device", "signed"));
            let signed: String = ways.map(|way| format!("{way}, ")).collect();
            let takes = takes.map_or("nothing", String::as_str);
            format!(
                "{method} {path} {signed}takes {takes}, answers {}",
                answers.join(" ")
            )
        });
    assert_json_snapshot!(lines.collect::<Vec<_>>());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_json_snapshot!("schemas", schemas.keys().collect::<Vec<_>>());
}

/// A path of the protocol's list with ids in it, as the document's template.
fn template(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "made-up" => "{id}",
        "7" => "{version}",
        other => other,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_that_clients_use_is_in_it() {
    let coordinator = TestCoordinator::start().await;
    let document = document(&coordinator).await;
    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>() -> T {
        "made-up".parse().unwrap()
    }
    let fixed = [
        paths::INFO,
        paths::DEVICES,
        paths::LEASES,
        paths::MANIFEST,
        paths::BALLOTS,
        paths::VOTES,
        paths::ENTRIES,
        paths::SHEEP,
        paths::PEOPLE,
        paths::ACCOUNT,
        paths::LINK,
        paths::OPENAPI,
        paths::ANNOUNCE,
        paths::SCRAPE,
    ];
    let with_ids = [
        paths::lease(&id()),
        paths::submission(&id()),
        paths::audit(&id()),
        paths::work_unit(&id()),
        paths::clip(&id(), 7),
        paths::torrent(&id(), 7),
        paths::poster(&id()),
        paths::sheep(&id()),
        paths::entry(&id()),
    ];
    let wanted = fixed.map(ToOwned::to_owned).into_iter();
    for path in wanted.chain(with_ids.iter().map(|path| template(path))) {
        assert!(document["paths"][&path].is_object(), "{path}");
    }
    // And what it describes is there: no handler says that it does not know the address's shape.
    for (method, path, _) in operations(&document) {
        let path = path.replace("{id}", "made-up").replace("{version}", "7");
        let path = path.replace("{handle}", "made-up");
        let url = format!("{}{}", coordinator.url, path.replace("{kind}", "busy"));
        let method: reqwest::Method = method.parse().unwrap();
        let answer = reqwest::Client::new().request(method, &url).send().await;
        assert_ne!(answer.unwrap().status(), 405, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_refusal_is_in_it() {
    let coordinator = TestCoordinator::start().await;
    let document = document(&coordinator).await;
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let operations = operations(&document);
    for (_, _, operation) in &operations {
        for response in operation["responses"].as_object().unwrap().values() {
            let problems = &response["content"]["application/problem+json"]["examples"];
            found.extend(
                problems
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(kind, _)| &**kind),
            );
        }
    }
    for kind in ProblemKind::ALL {
        let elsewhere = [TOLD_LATER, OF_FORMS, OF_NO_OPERATION]
            .iter()
            .any(|kinds| kinds.contains(kind));
        assert_ne!(found.contains(kind.as_str()), elsewhere, "{kind}");
    }
    let described = document["components"]["schemas"]["ProblemKind"]["oneOf"].as_array();
    assert_eq!(described.unwrap().len(), ProblemKind::ALL.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_json_body_has_an_example() {
    let coordinator = TestCoordinator::start().await;
    let document = document(&coordinator).await;
    for (method, path, operation) in operations(&document) {
        if path == paths::OPENAPI {
            continue;
        }
        let responses = operation["responses"].as_object().unwrap().values();
        for holder in responses.chain(operation.get("requestBody")) {
            let json = &holder["content"]["application/json"];
            assert_eq!(
                json.is_object(),
                json["example"].is_object(),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_all_of_it_without_a_script() {
    let coordinator = TestCoordinator::start().await;
    let document = document(&coordinator).await;
    let url = format!("{}/api", coordinator.url);
    let page = reqwest::get(url).await.unwrap().text().await.unwrap();
    for (_, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{path}");
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for kind in ProblemKind::ALL {
        assert!(page.contains(&format!("id=\"kind-{kind}\"")), "{kind}");
    }
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target}");
    }
    assert!(!page.contains("style=") && !page.contains("<script>"));
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"));
}
