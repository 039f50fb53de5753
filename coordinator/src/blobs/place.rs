//! Where a flock's blobs are: a folder of this machine, or a bucket.

use anyhow::{Context as _, bail, ensure};
use url::Url;

/// Where the blobs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobPlace {
    /// The folder `blobs` in the data folder.
    Folder,
    /// A bucket of an S3-compatible store. Several coordinators may share it.
    Bucket(BucketPlace),
}

/// A bucket, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketPlace {
    /// The bucket's name.
    pub bucket: String,
    /// What every key begins with, without a slash at either end; may be empty.
    pub prefix: String,
    /// The store's address; `None` is AWS' own.
    pub endpoint: Option<Url>,
    /// Whether the address may be a plain `http` one.
    pub allow_http: bool,
    /// What blobs may take on this machine's disk, in bytes, but for those in use.
    pub cache_bytes_max: u64,
    /// Credentials, region and the like.
    pub aws: AwsSettings,
}

/// Settings under the names that AWS' own tools give them in the environment, `AWS_REGION` say. It
/// prints nothing of them, for some are secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsSettings(Vec<(String, String)>);

impl AwsSettings {
    /// Those of the environment.
    #[must_use]
    pub fn from_environment() -> Self {
        let ours = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let value = value.into_string().ok()?;
            name.starts_with("AWS_").then_some((name, value))
        });
        Self(ours.collect())
    }

    /// Names and values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for AwsSettings {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(settings: I) -> Self {
        let settings = settings.into_iter();
        Self(
            settings
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

impl std::fmt::Debug for AwsSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AwsSettings(..)")
    }
}

/// For an operator to read; no secrets.
impl std::fmt::Display for BlobPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder => f.write_str("in the data folder"),
            Self::Bucket(BucketPlace { bucket, prefix, .. }) => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

impl BlobPlace {
    /// Reads `s3://bucket/prefix`; the rest comes from the environment.
    ///
    /// # Errors
    ///
    /// A sentence that names the option and what it may hold.
    pub fn bucket(
        address: &Url,
        endpoint: Option<Url>,
        allow_http: bool,
        cache_bytes_max: u64,
    ) -> anyhow::Result<Self> {
        ensure!(
            address.scheme() == "s3" && address.username().is_empty() && address.query().is_none(),
            "--blobs takes the address of a bucket, such as s3://bucket/prefix, not `{address}`"
        );
        let bucket = address.host_str().context("--blobs names no bucket")?;
        match endpoint.as_ref().map(Url::scheme) {
            None | Some("https") => {}
            Some("http") if allow_http => {}
            Some("http") => bail!(
                "--s3-endpoint is not encrypted; say --s3-allow-http if that is what you want"
            ),
            Some(_) => bail!("--s3-endpoint must start with https://"),
        }
        Ok(Self::Bucket(BucketPlace {
            bucket: bucket.to_owned(),
            prefix: address.path().trim_matches('/').to_owned(),
            endpoint,
            allow_http,
            cache_bytes_max,
            aws: AwsSettings::from_environment(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(
        address: &str,
        endpoint: Option<&str>,
        allow_http: bool,
    ) -> anyhow::Result<BucketPlace> {
        let endpoint = endpoint.map(|endpoint| endpoint.parse().unwrap());
        match BlobPlace::bucket(&address.parse()?, endpoint, allow_http, 1)? {
            BlobPlace::Bucket(place) => Ok(place),
            BlobPlace::Folder => unreachable!("it was asked for a bucket"),
        }
    }

    #[test]
    fn a_bucket_may_have_a_prefix() {
        let check = |address, bucket: &str, prefix: &str| {
            let place = place(address, None, false).unwrap();
            assert_eq!((&*place.bucket, &*place.prefix), (bucket, prefix));
        };
        check("s3://flock", "flock", "");
        check("s3://flock/", "flock", "");
        check("s3://flock/one/two/", "flock", "one/two");
    }

    #[test]
    fn what_is_no_bucket_or_not_encrypted_is_refused() {
        for address in ["https://flock/", "s3://key:secret@flock/", "file:///blobs"] {
            assert!(place(address, None, false).is_err(), "{address}");
        }
        let open = Some("http://127.0.0.1:9000");
        assert!(place("s3://flock", open, false).is_err());
        assert!(place("s3://flock", open, true).is_ok());
        assert!(place("s3://flock", Some("ftp://store"), true).is_err());
    }
}
