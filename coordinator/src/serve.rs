//! `serve`: puts a coordinator together, runs it, and takes it apart again.
//!
//! Order matters: the data folder first (key, store, flock), then the sockets, because the address
//! that torrents name is known only when the port is; then jobs and requests side by side. The
//! end is a request for it: connections finish, jobs stop, the seeder closes.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context, ensure};
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;
use woolgather_genome::starter_flock;
use woolgather_swarm::{LibrqbitSwarm, Swarm, SwarmSettings};

use crate::blobs::Blobs;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::hands::Hands;
use crate::http::{router, server};
use crate::pages::admin::link_url;
use crate::state::{App, Parts};
use crate::store::{FoundingSheep, NewFlock, Store};
use crate::{checks, disk, jobs, keys};

/// File in the data folder that holds the coordinator's local address, for scripts and tests that
/// let it choose a port.
pub const LISTEN_FILE: &str = "listen.txt";

/// A coordinator whose sockets are bound and that serves nobody yet.
pub struct Bound {
    /// What requests and jobs share.
    pub app: Arc<App>,
    /// The address it listens on.
    pub local_addr: SocketAddr,
    listener: TcpListener,
}

/// Runs a coordinator until `stop` completes.
///
/// # Errors
///
/// A chain of sentences for the operator: what could not be opened, bound or written.
pub async fn serve(mut config: Config, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let connections_max = &mut config.connections.connections_max;
    *connections_max = allow_connections(*connections_max);
    let bound = bind(config, Arc::new(SystemClock)).await?;
    // All that may fail comes before the address is told: who is told it may rely on it.
    let console = first_admin_link(&bound.app).await?;
    announce_address(&bound)?;
    if let Some(console) = console {
        println!("your console, good once and for a day (then: woolgather-coordinator admin-link)");
        println!("  {console}");
    }
    run(bound, stop).await;
    Ok(())
}

/// Opens the data folder, founds the flock if there is none, and binds the sockets.
///
/// # Errors
///
/// As [`serve`].
pub async fn bind(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Bound> {
    let data = &config.data;
    disk::make_folder(data)
        .with_context(|| format!("cannot make the data folder {}", data.display()))?;
    checks::try_decoder(&config.recipe)
        .await
        .context("no child process decodes segments here, so every volunteer's would be refused")?;
    let store = Store::open(config.store.clone(), clock.clone(), keys::fresh_bytes()?)
        .await
        .context("cannot open the database")?;
    let blobs = Blobs::open(&config.blobs, data).context("cannot open the blobs")?;
    blobs.clear_temp().context("cannot clear the blob folder")?;
    let if_missing = match store.coordinator_key().await? {
        // Another coordinator was there first, or this one was: a new key would cut off its clients.
        Some(_) => keys::IfMissing::Fail,
        None => keys::IfMissing::Make,
    };
    let secret = keys::key_in(&config.key_file, if_missing)?;
    store.found_flock(new_flock(&config)).await?;
    store.keep_key(secret.public()).await?;

    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let local_addr = listener.local_addr()?;
    let public_url = match &config.public_url {
        Some(url) => url.clone(),
        None => local_url(local_addr)?,
    };
    let swarm = origin_seeder(&config).await?;
    let origin_peers = origin_peers(&config, &public_url, swarm.listen_addr()).await;
    let parts = Parts {
        config,
        public_url,
        store,
        blobs,
        clock,
        hands: Hands::machine(),
        secret,
        swarm,
        origin_peers,
    };
    Ok(Bound {
        app: App::new(parts).await?,
        local_addr,
        listener,
    })
}

/// Serves requests and does jobs until `stop` completes.
pub async fn run(bound: Bound, stop: impl Future<Output = ()>) {
    let Bound { app, listener, .. } = bound;
    let (stop_jobs, stopped) = watch::channel(false);
    let jobs = tokio::spawn(jobs::run(app.clone(), stopped));
    let limits = app.config.connections;
    let stop = drain_after(stop, &app);
    server::serve(listener, router(app.clone()), limits, stop).await;
    // The receiver is gone only if the jobs have ended already.
    let _ = stop_jobs.send(true);
    if let Err(error) = jobs.await {
        tracing::error!(%error, "The job runner did not end well: {error}");
    }
    app.swarm.shut_down().await;
    tracing::info!("Stopped");
}

/// Completes when `stop` has, and a load balancer had time to see that we are not ready any more.
async fn drain_after(stop: impl Future<Output = ()>, app: &App) {
    stop.await;
    app.draining.store(true, Ordering::Relaxed);
    tokio::time::sleep(app.config.drain).await;
}

/// Files that are open beside connections: database, blobs, the seeder's peers.
pub const OTHER_FILES: u64 = 1024;

/// Asks the system for as many open files as `wanted` connections need; returns how many connections
/// it allows.
fn allow_connections(wanted: usize) -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let files = OTHER_FILES + wanted as u64;
        let mut limit = getrlimit(Resource::Nofile);
        if limit.current.is_some_and(|current| current < files) {
            limit.current = Some(limit.maximum.unwrap_or(files).min(files));
            // Where it cannot be raised it stays as it is.
            let _ = setrlimit(Resource::Nofile, limit);
        }
        let allowed = getrlimit(Resource::Nofile).current.unwrap_or(files);
        if allowed < files {
            // Half of very few, so that there is always some room for both.
            let connections = allowed.saturating_sub(OTHER_FILES).max(allowed / 2);
            tracing::info!(
                allowed,
                connections,
                "The system allows {allowed} open files, so there may be {connections} connections"
            );
            return usize::try_from(connections).unwrap_or(wanted);
        }
    }
    wanted
}

/// Tells the operator, and scripts, where the coordinator is.
fn announce_address(bound: &Bound) -> anyhow::Result<()> {
    let url = local_url(bound.local_addr)?;
    let url = url.as_str().trim_end_matches('/');
    let data = &bound.app.config.data;
    let file = data.join(LISTEN_FILE);
    // Renamed into place, so that whoever waits for the file never reads half of it.
    let temporary = data.join(format!("{LISTEN_FILE}.new"));
    std::fs::write(&temporary, format!("{url}\n"))
        .and_then(|()| std::fs::rename(&temporary, &file))
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("listening on {url}");
    println!("data folder {}", data.display());
    if bound.app.config.public_url.is_none() && !bound.local_addr.ip().is_loopback() {
        println!("others need an address: give it with --public-url");
    }
    Ok(())
}

/// At the first start, the way into the operator's console.
async fn first_admin_link(app: &App) -> anyhow::Result<Option<String>> {
    if app.store.has_had_admin_link().await? {
        return Ok(None);
    }
    let word = app.store.new_admin_link().await?;
    Ok(Some(link_url(&app.public_url, &word)))
}

/// The flock that a first start founds.
fn new_flock(config: &Config) -> NewFlock {
    let count = config.starter_sheep.unwrap_or(usize::MAX);
    let sheep = starter_flock().iter().take(count);
    NewFlock {
        name: config.name.clone(),
        recipe: config.recipe.clone(),
        sheep: sheep
            .map(|sheep| FoundingSheep {
                title: sheep.title.to_owned(),
                artist: sheep.artist.to_owned(),
                genome: sheep.genome(),
            })
            .collect(),
    }
}

/// The address at which this machine reaches the coordinator.
fn local_url(address: SocketAddr) -> anyhow::Result<Url> {
    let mut address = address;
    if address.ip().is_unspecified() {
        let loopback = if address.is_ipv4() {
            std::net::Ipv4Addr::LOCALHOST.into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        };
        address.set_ip(loopback);
    }
    Ok(Url::parse(&format!("http://{address}/"))?)
}

async fn origin_seeder(config: &Config) -> anyhow::Result<Arc<dyn Swarm>> {
    let settings = SwarmSettings {
        folder: config.data.join("swarm"),
        listen: Some(config.origin_listen),
        upload_bytes_per_second_max: config.origin_upload_bytes_per_second_max,
        download_bytes_per_second_max: None,
        announce: false,
    };
    let swarm = LibrqbitSwarm::start(settings).await.with_context(|| {
        format!(
            "cannot seed on {} (choose another address with --origin-listen)",
            config.origin_listen
        )
    })?;
    ensure!(
        swarm.listen_addr().is_some(),
        "the origin seeder has no address"
    );
    Ok(Arc::new(swarm))
}

/// Where others reach the origin seeder: as configured; else where it listens; else, when it
/// listens everywhere, at the public URL's host.
async fn origin_peers(
    config: &Config,
    public_url: &Url,
    listens: Option<SocketAddr>,
) -> Vec<SocketAddr> {
    if !config.origin_public.is_empty() {
        return config.origin_public.clone();
    }
    let Some(listens) = listens else {
        return Vec::new();
    };
    if !listens.ip().is_unspecified() {
        return vec![listens];
    }
    let host = public_url.host_str().unwrap_or("localhost");
    let host = host.trim_matches(['[', ']']);
    match tokio::net::lookup_host((host, listens.port())).await {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            tracing::warn!(host, %error, "Cannot look up {host}; say where the origin seeder is with --origin-public");
            Vec::new()
        }
    }
}
