//! An HTTP server of a hundred lines, so that a test can also cut a connection in mid-answer, lie
//! about lengths and ignore what it is asked. It keeps every request for the test to look at.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use woolgather_api::Coordinator;
use woolgather_protocol::info::{CoordinatorInfo, PROTOCOL_VERSION};
use woolgather_protocol::{DeviceSecret, Problem, ProblemKind, PublicKey, Recipe, paths};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path with query.
    pub(crate) path: String,
    headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The first byte that `Range: bytes=N-` asks for.
    pub(crate) fn range_start(&self) -> usize {
        let range = self.header("range");
        let start = range.strip_prefix("bytes=").unwrap().strip_suffix('-');
        start.unwrap().parse().unwrap()
    }
}

/// What the server sends back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The length it declares; `None` declares none and ends with the connection.
    pub(crate) declared: Option<usize>,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            status,
            headers: Vec::new(),
            declared: Some(body.len()),
            body,
        }
    }

    pub(crate) fn json(value: &impl serde::Serialize) -> Self {
        Self::new(200, serde_json::to_vec(value).unwrap())
    }

    pub(crate) fn problem(kind: ProblemKind) -> Self {
        let problem = Problem::new(kind, "in a test");
        Self::new(kind.status(), serde_json::to_vec(&problem).unwrap())
    }
}

/// A server that lives as long as the test's runtime.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers every request with `reply`.
    pub(crate) async fn start(reply: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(serve(listener, Arc::clone(&seen), reply));
        Self { address, seen }
    }

    /// A coordinator that says who it is and answers everything else with `reply`.
    pub(crate) async fn coordinator(
        mut reply: impl FnMut(&Request) -> Reply + Send + 'static,
    ) -> Self {
        Self::start(move |request| match request.path.as_str() {
            paths::INFO => Reply::json(&info()),
            _ => reply(request),
        })
        .await
    }

    pub(crate) fn url(&self) -> Url {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// This device's client of it.
    pub(crate) async fn connect(&self) -> Coordinator {
        Coordinator::connect(self.url(), Some(device()), None)
            .await
            .unwrap()
    }

    /// The requests so far, without those for the coordinator's info.
    pub(crate) fn seen(&self) -> Vec<Request> {
        let seen = self.seen.lock().unwrap();
        let calls = seen.iter().filter(|request| request.path != paths::INFO);
        calls.cloned().collect()
    }
}

async fn serve(
    listener: TcpListener,
    seen: Arc<Mutex<Vec<Request>>>,
    mut reply: impl FnMut(&Request) -> Reply,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufStream::new(stream);
        let request = read(&mut stream).await;
        let reply = reply(&request);
        seen.lock().unwrap().push(request);
        write(&mut stream, &reply).await;
    }
}

async fn read(stream: &mut BufStream<TcpStream>) -> Request {
    let first = line(stream).await;
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let mut headers = HashMap::new();
    loop {
        let text = line(stream).await;
        let Some((name, value)) = text.split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length");
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.unwrap();
    Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers,
        body,
    }
}

async fn line(stream: &mut BufStream<TcpStream>) -> String {
    let mut text = String::new();
    stream.read_line(&mut text).await.unwrap();
    text.trim_end().to_owned()
}

/// The client may hang up before all of it is sent.
async fn write(stream: &mut BufStream<TcpStream>, reply: &Reply) {
    let mut head = format!("HTTP/1.1 {} Test\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if let Some(length) = reply.declared {
        head += &format!("content-length: {length}\r\n");
    }
    head += "\r\n";
    stream.write_all(head.as_bytes()).await.ok();
    stream.write_all(&reply.body).await.ok();
    stream.flush().await.ok();
    stream.shutdown().await.ok();
}

/// The coordinator's key.
pub(crate) fn operator() -> DeviceSecret {
    DeviceSecret::from_bytes(&[9; 32])
}

/// The device's key.
pub(crate) fn device() -> DeviceSecret {
    DeviceSecret::from_bytes(&[1; 32])
}

pub(crate) fn key_of(byte: u8) -> PublicKey {
    DeviceSecret::from_bytes(&[byte; 32]).public()
}

pub(crate) fn info() -> CoordinatorInfo {
    CoordinatorInfo {
        name: "Test flock".into(),
        protocol_version: PROTOCOL_VERSION,
        key: operator().public(),
        server_time_ms: now_ms(),
        recipe: Recipe::small(),
        origin_peers: Vec::new(),
        manifest_sequence: 0,
    }
}

pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_millis()).unwrap()
}
