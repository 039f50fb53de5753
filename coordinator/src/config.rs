//! Configuration, checked once at start. Nothing below this file reads options or environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use url::Url;
use woolgather_protocol::{Recipe, limits};

use crate::blobs::BlobPlace;
use crate::cli::{LimitArgs, ServeArgs};
use crate::evolution::Evolution;
use crate::http::admission::AdmissionSettings;
use crate::http::server::Limits;
use crate::http::throttle::Rates;
use crate::keys;
use crate::store::Place;

/// Port the origin seeder listens on unless told otherwise: BitTorrent's customary first one.
const ORIGIN_PORT: u16 = 6881;

/// Everything an operator can decide.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder of the database, the keys and the blobs.
    pub data: PathBuf,
    /// Where the database is: in that folder, or on a server.
    pub store: Place,
    /// The file with the coordinator's key.
    pub key_file: PathBuf,
    /// Where the blobs are: in that folder, or in a bucket.
    pub blobs: BlobPlace,
    /// Address of the website, the API and the tracker.
    pub listen: SocketAddr,
    /// The address people use; where it is not given, the one listened on.
    pub public_url: Option<Url>,
    /// Whether a client's address is taken from `X-Forwarded-For`.
    pub trust_forwarded_for: bool,
    /// The flock's name.
    pub name: String,
    /// The recipe of new clips; checked.
    pub recipe: Recipe,
    /// How many starter sheep to found the flock with; `None` is all of them.
    pub starter_sheep: Option<usize>,
    /// Shortest lease.
    pub lease_term_min: Duration,
    /// How long an audit waits for a volunteer.
    pub audit_patience: Duration,
    /// Where the origin seeder listens.
    pub origin_listen: SocketAddr,
    /// Where others reach the origin seeder; empty when that follows from the other addresses.
    pub origin_public: Vec<SocketAddr>,
    /// Upload limit of the origin seeder.
    pub origin_upload_bytes_per_second_max: Option<u32>,
    /// Screened entries need no review.
    pub accept_entries: bool,
    /// How the flock renews itself.
    pub evolution: Evolution,
    /// How long to go on, not ready, once the coordinator is told to stop.
    pub drain: Duration,
    /// What connections may do.
    pub connections: Limits,
    /// How much networks and devices may ask for.
    pub rates: Rates,
    /// When no work is handed out, and when none is taken.
    pub admission: AdmissionSettings,
}

impl Config {
    /// Checks the options of `serve`.
    ///
    /// # Errors
    ///
    /// A sentence that names the option and what it may hold.
    pub fn from_args(args: ServeArgs) -> anyhow::Result<Self> {
        let name = limits::clean_name(&args.founding.name);
        let connections = connections(&args);
        let admission = admission(&args.limits)?;
        let evolution = args.evolution.evolution()?;
        ensure!(!name.is_empty(), "--name must not be empty");
        let recipe = recipe(&args.founding.recipe)?;
        let public_url = args.public_url.map(public_url).transpose()?;
        let origin_listen = args
            .origin_listen
            .unwrap_or_else(|| SocketAddr::new(args.listen.ip(), ORIGIN_PORT));
        Ok(Self {
            store: args.home.place()?,
            key_file: args.home.key_file(),
            blobs: args.home.blobs.place()?,
            data: args.home.data,
            listen: args.listen,
            public_url,
            trust_forwarded_for: args.trust_forwarded_for,
            name,
            recipe,
            starter_sheep: args.starter_sheep,
            lease_term_min: args.lease_term_min,
            audit_patience: args.audit_patience,
            origin_listen,
            origin_public: args.origin_public,
            origin_upload_bytes_per_second_max: args.origin_upload_bytes_per_second_max,
            accept_entries: args.accept_entries,
            evolution,
            drain: args.drain,
            connections,
            rates: Rates {
                device_requests_a_minute: args.limits.device_requests_a_minute,
                network_requests_a_minute: args.limits.network_requests_a_minute,
                ballots_a_minute: args.limits.ballots_a_minute,
                entries_an_hour: args.limits.entries_an_hour,
                sign_ins_an_hour: args.limits.sign_ins_an_hour,
            },
            admission,
        })
    }

    /// What was decided, by the options' names, for an operator to read. No secrets: an address is shown without its
    /// password. A test in [`crate::settings`] holds this to the options.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let time = |time: Duration| match time.as_millis() {
            millis if millis.is_multiple_of(1000) => format!("{} s", millis / 1000),
            millis => format!("{millis} ms"),
        };
        let gigabytes = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
        let or = |value: Option<String>, none: &str| value.unwrap_or_else(|| none.to_owned());
        let listed = |addresses: &[SocketAddr]| match addresses {
            [] => "as listened on".to_owned(),
            some => some
                .iter()
                .map(SocketAddr::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        };
        let public_url = self.public_url.as_ref().map(Url::to_string);
        let starters = self.starter_sheep.map(|sheep| sheep.to_string());
        let upload = self.origin_upload_bytes_per_second_max;
        let upload = upload.map(|bytes| format!("{bytes} bytes a second"));
        let Recipe {
            width, height, fps, ..
        } = self.recipe;
        let rates = self.rates;
        vec![
            ("name", self.name.clone()),
            (
                "recipe",
                format!("{width} × {height}, {fps} frames a second"),
            ),
            ("starter-sheep", or(starters, "all")),
            ("data", self.data.display().to_string()),
            ("store", self.store.to_string()),
            ("blobs", self.blobs.to_string()),
            ("key-file", self.key_file.display().to_string()),
            ("listen", self.listen.to_string()),
            ("public-url", or(public_url, "as listened on")),
            ("trust-forwarded-for", self.trust_forwarded_for.to_string()),
            ("accept-entries", self.accept_entries.to_string()),
            ("flock-size", self.evolution.flock_size.to_string()),
            ("births-a-day", self.evolution.births_a_day.to_string()),
            ("no-edges", (!self.evolution.edges).to_string()),
            ("lease-term-min", time(self.lease_term_min)),
            ("audit-patience", time(self.audit_patience)),
            ("origin-listen", self.origin_listen.to_string()),
            ("origin-public", listed(&self.origin_public)),
            ("origin-upload-limit", or(upload, "none")),
            ("drain", time(self.drain)),
            ("connections", self.connections.connections_max.to_string()),
            (
                "connections-per-network",
                self.connections.connections_per_network_max.to_string(),
            ),
            (
                "requests-per-device",
                rates.device_requests_a_minute.to_string(),
            ),
            (
                "requests-per-network",
                rates.network_requests_a_minute.to_string(),
            ),
            ("ballots-per-network", rates.ballots_a_minute.to_string()),
            ("entries-per-network", rates.entries_an_hour.to_string()),
            ("sign-ins-per-network", rates.sign_ins_an_hour.to_string()),
            (
                "leases-at-once",
                self.admission.leases_under_way_max.to_string(),
            ),
            ("slow-write", time(self.admission.write_time_max)),
            (
                "free-space-leases",
                gigabytes(self.admission.lease_free_bytes_min),
            ),
            (
                "free-space-uploads",
                gigabytes(self.admission.upload_free_bytes_min),
            ),
        ]
    }

    /// The configuration of a coordinator for tests: loopback, any free port, the given recipe and
    /// one starter sheep.
    #[must_use]
    pub fn for_tests(data: &Path, recipe: Recipe) -> Self {
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            data: data.to_owned(),
            store: Place::from(data),
            key_file: keys::usual_file(data),
            blobs: BlobPlace::Folder,
            listen: any_port,
            public_url: None,
            trust_forwarded_for: false,
            name: "Test flock".into(),
            recipe,
            starter_sheep: Some(1),
            lease_term_min: Duration::from_secs(300),
            audit_patience: Duration::from_secs(60),
            origin_listen: any_port,
            origin_public: Vec::new(),
            origin_upload_bytes_per_second_max: None,
            accept_entries: false,
            evolution: Evolution {
                flock_size: 60,
                births_a_day: 0,
                edges: true,
            },
            drain: Duration::ZERO,
            connections: Limits::default(),
            rates: Rates::default(),
            admission: AdmissionSettings {
                lease_free_bytes_min: 0,
                upload_free_bytes_min: 0,
                ..AdmissionSettings::default()
            },
        }
    }
}

/// What connections may do. A proxy speaks for all networks at once, so behind one they are not
/// counted for each.
fn connections(args: &ServeArgs) -> Limits {
    let per_network = args.limits.connections_per_network_max;
    Limits {
        connections_max: args.limits.connections_max,
        connections_per_network_max: if args.trust_forwarded_for {
            usize::MAX
        } else {
            per_network
        },
        ..Limits::default()
    }
}

fn admission(limits: &LimitArgs) -> anyhow::Result<AdmissionSettings> {
    let (leases, uploads) = (limits.lease_free_bytes_min, limits.upload_free_bytes_min);
    ensure!(
        uploads <= leases,
        "--free-space-uploads must not be more than --free-space-leases: what was handed out must be \
         able to come in"
    );
    Ok(AdmissionSettings {
        leases_under_way_max: limits.leases_under_way_max,
        write_time_max: limits.write_time_max,
        lease_free_bytes_min: leases,
        upload_free_bytes_min: uploads,
    })
}

/// A recipe by its name, or from a JSON file.
///
/// # Errors
///
/// When there is no such file, or it holds no legal recipe.
pub fn recipe(choice: &str) -> anyhow::Result<Recipe> {
    let recipe = match choice {
        "default" => Recipe::default_flock(),
        "small" => Recipe::small(),
        file => read_recipe(Path::new(file)).with_context(|| {
            format!("--recipe takes `default`, `small` or a JSON file, not `{file}`")
        })?,
    };
    recipe.check()?;
    Ok(recipe)
}

fn read_recipe(file: &Path) -> anyhow::Result<Recipe> {
    let bytes = std::fs::metadata(file)?.len();
    ensure!(
        bytes <= limits::JSON_BYTES_MAX,
        "the file is too large for a recipe"
    );
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// An address that paths can be appended to: http or https, a host, no query.
fn public_url(url: Url) -> anyhow::Result<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        bail!("--public-url must start with http:// or https:// and name a host, not `{url}`");
    }
    ensure!(
        url.query().is_none() && url.fragment().is_none() && url.path() == "/",
        "--public-url must end after the host and port, not `{url}`"
    );
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn config(options: &[&str]) -> anyhow::Result<Config> {
        let words = ["woolgather-coordinator", "serve"]
            .iter()
            .chain(options.iter());
        let Command::Serve(args) = Cli::try_parse_from(words)?.command else {
            unreachable!("the second word is `serve`");
        };
        Config::from_args(*args)
    }

    fn check_refused(options: &[&str], part: &str) {
        let message = format!("{:#}", config(options).unwrap_err());
        assert!(message.contains(part), "{message}");
    }

    #[test]
    fn nothing_needs_to_be_said() {
        let config = config(&[]).unwrap();
        assert_eq!(config.recipe, Recipe::default_flock());
        assert_eq!(config.origin_listen.ip(), config.listen.ip());
        assert!(config.evolution.edges && !config.accept_entries && !config.trust_forwarded_for);
    }

    #[test]
    fn a_recipe_may_come_from_a_file_and_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recipe.json");
        let name = file.to_str().unwrap();
        std::fs::write(&file, serde_json::to_vec(&Recipe::small()).unwrap()).unwrap();
        assert_eq!(config(&["--recipe", name]).unwrap().recipe, Recipe::small());
        let odd = Recipe {
            width: 321,
            ..Recipe::small()
        };
        std::fs::write(&file, serde_json::to_vec(&odd).unwrap()).unwrap();
        check_refused(&["--recipe", name], "width is 321");
        check_refused(&["--recipe", "medium"], "`default`, `small`");
    }

    #[test]
    fn a_public_address_must_be_one_that_paths_can_follow() {
        let url = |text| config(&["--public-url", text]);
        assert!(url("https://sheep.example.org").is_ok());
        check_refused(&["--public-url", "ftp://a.example"], "http://");
        check_refused(
            &["--public-url", "https://a.example/sheep"],
            "after the host",
        );
        check_refused(
            &["--public-url", "https://a.example/?x=1"],
            "after the host",
        );
    }

    #[test]
    fn the_database_may_be_elsewhere_and_its_password_is_not_repeated() {
        let place = |options: &[&str]| config(options).unwrap().store;
        assert!(matches!(place(&[]), Place::Folder(_)));
        let url = "postgres://woolgather:secret@db.example/flock";
        assert!(matches!(place(&["--store", url]), Place::Server(_)));
        let odd = "mysql://woolgather:secret@db.example/flock";
        let message = format!("{:#}", config(&["--store", odd]).unwrap_err());
        assert!(
            message.contains("PostgreSQL") && !message.contains("secret"),
            "{message}"
        );
    }

    #[test]
    fn a_name_is_needed() {
        check_refused(&["--name", " \n"], "--name");
    }
}
