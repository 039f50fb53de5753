//! Where a store lives: a folder with an SQLite file, or a PostgreSQL server.

use std::fmt;
use std::path::{Path, PathBuf};

use super::database::{Database, DatabaseError, Postgres, Sqlite};

/// The database's file in the data folder.
const FILE: &str = "woolgather.sqlite";

/// Where the store lives.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder of this machine; the database is an SQLite file in it.
    Folder(PathBuf),
    /// A PostgreSQL server. Several coordinators may share it.
    Server(Box<postgres::Config>),
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}

impl From<&PathBuf> for Place {
    fn from(folder: &PathBuf) -> Self {
        Self::Folder(folder.clone())
    }
}

/// For an operator to read: a folder, or hosts and database without user and password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "SQLite in {}", folder.display()),
            Self::Server(config) => {
                let hosts = config.get_hosts().iter().map(|host| match host {
                    postgres::config::Host::Tcp(name) => name.clone(),
                    #[cfg(unix)]
                    postgres::config::Host::Unix(folder) => folder.display().to_string(),
                });
                let hosts: Vec<String> = hosts.collect();
                let database = config.get_dbname().unwrap_or("its own");
                write!(f, "PostgreSQL on {}, database {database}", hosts.join(", "))
            }
        }
    }
}

impl Place {
    /// A connection that may change things.
    pub(super) fn connect(&self) -> Result<Box<dyn Database>, DatabaseError> {
        Ok(match self {
            Self::Folder(folder) => Box::new(Sqlite::open(&folder.join(FILE))?),
            Self::Server(config) => Box::new(Postgres::connect(config)?),
        })
    }

    /// A connection that only looks.
    pub(super) fn connect_reading(&self) -> Result<Box<dyn Database>, DatabaseError> {
        Ok(match self {
            Self::Folder(folder) => Box::new(Sqlite::open_reading(&folder.join(FILE))?),
            Self::Server(config) => Box::new(Postgres::connect(config)?),
        })
    }
}
