//! A desktop's panel that shows programs' icons (StatusNotifierItem) and opens their menus, and the session's bus below
//! it. It asks programs what a real panel asks, and clicks as one does.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use zbus::{Connection, DynamicType, OwnedVariant, Type, Variant, interface};

use crate::{Ended, eventually};

/// The line that brings the bus.
const INSTALL: &str = "apt-get install -y --no-install-recommends dbus-daemon";

/// How long a program may take over an answer.
const PATIENCE: Duration = Duration::from_secs(30);

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// A session's bus.
#[derive(Debug)]
pub struct SessionBus {
    _daemon: Ended,
    address: String,
}

impl SessionBus {
    /// Starts one whose socket lies in `folder`.
    ///
    /// # Panics
    ///
    /// Where the bus is missing or does not start.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let socket = folder.join("bus");
        let address = format!("unix:path={}", socket.display());
        let daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", &format!("--address={address}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon: {error}; {INSTALL}"));
        let daemon = Ended(daemon);
        eventually("the bus", || socket.exists().then_some(()));
        Self {
            _daemon: daemon,
            address,
        }
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` is for its programs.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// A panel. It goes with this value, and the icons stay with their programs.
#[derive(Debug)]
pub struct Panel {
    connection: Connection,
    /// The names of those that asked to be shown.
    icons: Arc<Mutex<Vec<String>>>,
}

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuLine {
    /// Its number for the program.
    id: i32,
    /// Its words; empty for a line between groups.
    pub words: String,
    /// Can it be chosen?
    pub enabled: bool,
    /// Does it have a tick?
    pub ticked: bool,
}

/// An icon as the panel draws it: width, height, and ARGB in the order of the network.
pub type Pixmap = (i32, i32, Vec<u8>);

impl Panel {
    /// Opens one.
    ///
    /// # Panics
    ///
    /// Where the bus has ended or another panel is there.
    #[must_use]
    pub fn open(bus: &SessionBus) -> Self {
        let icons = Arc::new(Mutex::new(Vec::new()));
        let watcher = Watcher(Arc::clone(&icons));
        let connection = zruntime::block_on(async {
            let builder = zbus::connection::Builder::address(bus.address());
            let connection = builder.method_timeout(PATIENCE).build().await?;
            let server = connection.object_server();
            server.at("/StatusNotifierWatcher", watcher).await?;
            connection.request_name(WATCHER).await?;
            zbus::Result::Ok(connection)
        });
        Self {
            connection: connection.expect("the bus runs and has no panel"),
            icons,
        }
    }

    /// Closes it: its name is free again.
    ///
    /// # Panics
    ///
    /// Where the bus has ended.
    pub fn close(self) {
        let closed = zruntime::block_on(self.connection.close());
        closed.expect("the bus runs");
    }

    /// How many icons it shows: those that asked and whose programs are there still.
    #[must_use]
    pub fn icons(&self) -> usize {
        self.shown().len()
    }

    /// Waits until it shows so many icons.
    ///
    /// # Panics
    ///
    /// Where that never happens.
    pub fn wait_for_icons(&self, count: usize) {
        eventually("the icons", || (self.icons() == count).then_some(()));
    }

    /// What the icon is called.
    ///
    /// # Panics
    ///
    /// As [`Panel::menu`].
    #[must_use]
    pub fn title(&self) -> String {
        let title = self.property("Title");
        title.try_into().expect("a title is text")
    }

    /// What the icon looks like, in each of its sizes.
    ///
    /// # Panics
    ///
    /// As [`Panel::menu`].
    #[must_use]
    pub fn pixmaps(&self) -> Vec<Pixmap> {
        let pixmaps = Variant::from(self.property("IconPixmap"));
        pixmaps.downcast().expect("icons are pixels")
    }

    /// The icon's menu, from the top.
    ///
    /// # Panics
    ///
    /// Where there is not one icon, or its program does not answer.
    #[must_use]
    pub fn menu(&self) -> Vec<MenuLine> {
        type Layout = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);
        let wanted: Vec<&str> = Vec::new();
        let (_, (_, _, lines)): (u32, Layout) =
            self.call("/MenuBar", MENU, "GetLayout", &(0_i32, -1_i32, wanted));
        lines.into_iter().map(line).collect()
    }

    /// Waits until the menu is as `is_so` wants it, and returns it.
    ///
    /// # Panics
    ///
    /// Where that never happens.
    pub fn wait_for_menu(&self, is_so: impl Fn(&[MenuLine]) -> bool) -> Vec<MenuLine> {
        eventually("the menu", || Some(self.menu()).filter(|menu| is_so(menu)))
    }

    /// Clicks on the line with these words.
    ///
    /// # Panics
    ///
    /// Where there is none that can be chosen.
    pub fn click(&self, words: &str) {
        let menu = self.menu();
        let line = menu.iter().find(|line| line.words == words);
        let line = line.unwrap_or_else(|| panic!("no {words:?} in {menu:#?}"));
        assert!(line.enabled, "{line:?}");
        let body = (line.id, "clicked", Variant::from(0_i32), 0_u32);
        // Whoever is told to quit may be gone before it answers, and a panel does not wait for it.
        drop(self.try_call::<()>("/MenuBar", MENU, "Event", &body));
    }

    fn shown(&self) -> Vec<String> {
        // A copy: whoever registers while the bus is asked would wait for the lock on the thread that reads the answer.
        let asked = self.icons.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = Vec::clone(&asked);
        let is_there = |name: &String| {
            let call = self.connection.call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                Some("org.freedesktop.DBus"),
                "NameHasOwner",
                name,
            );
            let reply = zruntime::block_on(call).expect("the bus runs");
            reply.body().deserialize().expect("yes or no")
        };
        let mut shown: Vec<String> = asked.into_iter().filter(|name| is_there(name)).collect();
        shown.dedup();
        shown
    }

    fn property(&self, name: &str) -> OwnedVariant {
        let properties = "org.freedesktop.DBus.Properties";
        self.call("/StatusNotifierItem", properties, "Get", &(ITEM, name))
    }

    fn call<R>(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> R
    where
        R: DeserializeOwned + Type,
    {
        let answer = self.try_call(path, interface, method, body);
        answer.unwrap_or_else(|error| panic!("{interface}.{method}: {error}"))
    }

    fn try_call<R>(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> zbus::Result<R>
    where
        R: DeserializeOwned + Type,
    {
        let shown = self.shown();
        let [icon] = shown.as_slice() else {
            panic!("not one icon: {shown:?}");
        };
        let call =
            self.connection
                .call_method(Some(icon.as_str()), path, Some(interface), method, body);
        zruntime::block_on(call)?.body().deserialize()
    }
}

/// A line of the menu as it comes over the bus: number, properties, lines below it.
fn line(value: OwnedVariant) -> MenuLine {
    let (id, about, _): (
        i32,
        HashMap<String, Variant<'static>>,
        Vec<Variant<'static>>,
    ) = value.try_into().expect("a line of a menu");
    let text = |name: &str| match about.get(name) {
        Some(Variant::Str(text)) => text.as_str().replace("__", "_"),
        _ => String::new(),
    };
    MenuLine {
        id,
        words: text("label"),
        enabled: about.get("enabled") != Some(&Variant::Bool(false)),
        ticked: about.get("toggle-state") == Some(&Variant::I32(1)),
    }
}

/// Where programs say that they have an icon.
struct Watcher(Arc<Mutex<Vec<String>>>);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        let mut icons = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        icons.push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}
