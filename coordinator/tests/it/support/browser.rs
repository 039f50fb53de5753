//! A browser that keeps cookies and says, as browsers do, where its forms come from.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::TestCoordinator;

pub(crate) struct Browser {
    client: reqwest::Client,
    url: String,
    cookies: Mutex<BTreeMap<String, String>>,
    /// What it says of where its requests come from.
    pub(crate) site: &'static str,
}

impl Browser {
    pub(crate) fn new(coordinator: &TestCoordinator) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Self {
            client: client.unwrap(),
            url: coordinator.url.clone(),
            cookies: Mutex::default(),
            site: "same-origin",
        }
    }

    /// Somebody at a new browser makes an account.
    pub(crate) async fn with_account(coordinator: &TestCoordinator, handle: &str) -> Self {
        let browser = Self::new(coordinator);
        let made = browser.form("/signin/new", &[("handle", handle)]).await;
        assert_eq!(made.status(), StatusCode::SEE_OTHER);
        assert_eq!(made.headers()[LOCATION], "/account?done=made");
        browser
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, request: RequestBuilder) -> Response {
        let cookies: Vec<_> = {
            let cookies = self.cookies.lock().unwrap();
            let pairs = cookies.iter().filter(|(_, value)| !value.is_empty());
            pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        let request = request
            .header(COOKIE, cookies.join("; "))
            .header("sec-fetch-site", self.site)
            .header(
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
            );
        let response = request.send().await.unwrap();
        for set in response.headers().get_all(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.set_cookie(name, value);
        }
        response
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        let request = self
            .client
            .request(Method::GET, format!("{}{path}", self.url));
        self.send(request.header(ACCEPT, "text/html")).await
    }

    /// A page, which must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request
            .header(ACCEPT, "text/html")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(form.finish())).await
    }

    /// What a page's script sends.
    pub(crate) async fn json(&self, path: &str, body: &Value) -> Response {
        let request = self.client.post(format!("{}{path}", self.url));
        self.send(request.header(ACCEPT, "application/json").json(body))
            .await
    }
}

/// What stands between two texts on a page.
pub(crate) fn between<'p>(page: &'p str, before: &str, after: &str) -> &'p str {
    let start = page
        .find(before)
        .unwrap_or_else(|| panic!("{before}: {page}"));
    let rest = &page[start + before.len()..];
    &rest[..rest.find(after).unwrap()]
}
