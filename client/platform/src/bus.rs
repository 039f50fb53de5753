//! D-Bus, blocking and with an end to every wait.
//!
//! Services are only asked when somebody already owns their name, so that a question never starts
//! a program.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use zbus::names::BusName;
use zbus::{Connection, DynamicType, MatchRule, Message, MessageStream, OwnedVariant, Type};

use crate::runtime_folder::runtime_folder;
use crate::{Environment, Unknown};

/// How long the bus, or one service on it, may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(800);

/// Far more than ever wait: each is about the machine's sleep, or a watch of ours.
const SIGNALS_MAX: usize = 64;

/// A connection to a message bus.
pub(crate) struct Bus {
    connection: Connection,
}

/// Whom a call is for.
#[derive(Clone, Copy)]
pub(crate) struct Service<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: &'a str,
    pub(crate) interface: &'a str,
}

/// Signals that arrive, in order. What nobody takes is dropped once [`SIGNALS_MAX`] wait.
///
/// A thread of its own takes them off the connection: zbus answers no calls on a connection while
/// one of its streams is full. It ends with this value, and so does the connection.
pub(crate) struct Signals {
    connection: Connection,
    arrived: Receiver<Message>,
}

impl Bus {
    /// The user's bus: `DBUS_SESSION_BUS_ADDRESS`, else the socket in the session's folder.
    pub(crate) fn session(environment: &Environment) -> Result<Self, Unknown> {
        let address = address(
            environment,
            "DBUS_SESSION_BUS_ADDRESS",
            runtime_folder(environment).map(|folder| folder.join("bus")),
        );
        Self::connect(address).map_err(|why| Unknown::because("session bus", why))
    }

    /// The machine's bus: `DBUS_SYSTEM_BUS_ADDRESS`, else the usual socket.
    pub(crate) fn system(environment: &Environment) -> Result<Self, Unknown> {
        let usual = PathBuf::from("/run/dbus/system_bus_socket");
        let address = address(environment, "DBUS_SYSTEM_BUS_ADDRESS", Some(usual));
        Self::connect(address).map_err(|why| Unknown::because("system bus", why))
    }

    fn connect(address: Option<String>) -> Result<Self, String> {
        let address = address.ok_or("there is none")?;
        let connect = async {
            zbus::connection::Builder::address(address.as_str())
                .method_timeout(ANSWER_WITHIN)
                .build()
                .await
        };
        let connection = within(ANSWER_WITHIN, connect)
            .ok_or("it does not answer")?
            .map_err(|error| error.to_string())?;
        Ok(Self { connection })
    }

    /// Calls a method of a service that is running.
    pub(crate) fn call<R>(
        &self,
        service: Service<'_>,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> Result<R, Unknown>
    where
        R: DeserializeOwned + Type,
    {
        zruntime::block_on(async {
            let dbus = zbus::fdo::DBusProxy::new(&self.connection).await?;
            let owned = dbus
                .name_has_owner(BusName::try_from(service.name)?)
                .await?;
            if !owned {
                return Err(zbus::Error::Failure("not running".to_owned()));
            }
            self.connection
                .call_method(
                    Some(service.name),
                    service.path,
                    Some(service.interface),
                    method,
                    body,
                )
                .await?
                .body()
                .deserialize::<R>()
        })
        .map_err(|error| Unknown::because(service.name, error))
    }

    /// Reads a property of a service that is running.
    pub(crate) fn property<T>(&self, service: Service<'_>, name: &str) -> Result<T, Unknown>
    where
        T: TryFrom<OwnedVariant>,
    {
        let properties = Service {
            interface: "org.freedesktop.DBus.Properties",
            ..service
        };
        let value: OwnedVariant = self.call(properties, "Get", &(service.interface, name))?;
        T::try_from(value)
            .map_err(|_| Unknown(format!("{}: {name} is of another type", service.name)))
    }

    /// Subscribes to a service's signal.
    pub(crate) fn signals(&self, service: Service<'_>, member: &str) -> Result<Signals, Unknown> {
        let stream = zruntime::block_on(async {
            let rule = MatchRule::builder()
                .msg_type(zbus::message::Type::Signal)
                .sender(service.name)
                .path(service.path)
                .interface(service.interface)
                .member(member)
                .build()?;
            MessageStream::for_match_rule(rule, &self.connection, None).await
        })
        .map_err(|error: zbus::Error| Unknown::because(service.name, error))?;
        let (sender, arrived) = sync_channel(SIGNALS_MAX);
        std::thread::Builder::new()
            .name("bus signals".to_owned())
            .spawn(move || forward(stream, &sender))
            .map_err(|error| Unknown::because(service.name, error))?;
        Ok(Signals {
            connection: self.connection.clone(),
            arrived,
        })
    }
}

/// Takes signals off the connection until it is closed.
fn forward(mut stream: MessageStream, arrived: &SyncSender<Message>) {
    while let Some(signal) = zruntime::block_on(stream.next()) {
        match signal.map(|signal| arrived.try_send(signal)) {
            Ok(Ok(()) | Err(TrySendError::Full(_))) => {}
            Ok(Err(TrySendError::Disconnected(_))) | Err(_) => return,
        }
    }
}

impl Signals {
    /// The next signal, when one is there or comes within `timeout`.
    ///
    /// # Errors
    ///
    /// [`Unknown`] when the bus is gone.
    pub(crate) fn next_within(&mut self, timeout: Duration) -> Result<Option<Message>, Unknown> {
        match self.arrived.recv_timeout(timeout) {
            Ok(signal) => Ok(Some(signal)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Unknown("the bus is gone".to_owned())),
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        // This ends the thread. A bus that does not even take our farewell is gone anyway.
        drop(within(ANSWER_WITHIN, self.connection.clone().close()));
    }
}

fn address(environment: &Environment, variable: &str, socket: Option<PathBuf>) -> Option<String> {
    environment
        .get(variable)
        .and_then(|address| address.to_str().map(str::to_owned))
        .or_else(|| Some(format!("unix:path={}", socket?.to_str()?)))
}

/// The future's value, or none when it takes longer.
fn within<T>(timeout: Duration, future: impl Future<Output = T>) -> Option<T> {
    zruntime::block_on(async {
        let runtime = zruntime::SharedRuntime::current().ok()?;
        runtime.timeout(timeout, future).await.ok()
    })
}
