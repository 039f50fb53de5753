//! Stands in for the screensaver settings of Windows: a window with a smaller one in it that a saver may draw in.
//!
//! It prints the smaller one's handle and reads what is to become of it, a line each; some are answered with a line:
//!
//! ```text
//! size 200 150      another size in pixels, width first
//! destroy           it goes; the larger one stays
//! child             "152 112 visible disabled per-monitor": the window that is in it; the last word where it draws
//!                   every pixel of the screen itself, however dense that is
//! outer             the larger one's handle
//! owned             the title of the window that the larger one owns
//! ```
//!
//! The end of the input is its own end. It is built for Windows; elsewhere it says so.

#[cfg(windows)]
fn main() {
    windows::main();
}

#[cfg(not(windows))]
fn main() -> std::process::ExitCode {
    eprintln!("foreign-host: this is a program for Windows");
    std::process::ExitCode::FAILURE
}

#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "Windows is asked through its C interface; each call says why it is sound"
)]
mod windows {
    use std::ptr::{null, null_mut};
    use std::sync::mpsc::{TryRecvError, channel};
    use std::time::Duration;

    use windows_sys::Win32::Foundation::{HWND, LPARAM, LRESULT, RECT, WPARAM};
    use windows_sys::Win32::Graphics::Gdi::CreateSolidBrush;
    use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;
    use windows_sys::Win32::UI::HiDpi::{
        DPI_AWARENESS_PER_MONITOR_AWARE, GetAwarenessFromDpiAwarenessContext,
        GetWindowDpiAwarenessContext,
    };
    use windows_sys::Win32::UI::WindowsAndMessaging::{
        CreateWindowExW, DefWindowProcW, DestroyWindow, DispatchMessageW, GW_CHILD, GW_HWNDNEXT,
        GW_OWNER, GWL_STYLE, GetClientRect, GetTopWindow, GetWindow, GetWindowLongPtrW,
        GetWindowTextW, MSG, PM_REMOVE, PeekMessageW, RegisterClassW, SWP_NOMOVE, SWP_NOZORDER,
        SetWindowPos, WNDCLASSW, WS_CHILD, WS_CLIPCHILDREN, WS_DISABLED, WS_POPUP, WS_VISIBLE,
    };
    use windows_sys::core::{PCWSTR, w};

    /// Place and size of the larger window on the screen.
    const OUTER: [i32; 4] = [100, 80, 400, 300];
    /// Place and size of the smaller one in it: that of Windows, 152 by 112.
    const INNER: [i32; 4] = [50, 40, 152, 112];

    /// Colours as Windows writes them, blue first.
    const BLUE: u32 = 0x00c0_4020;
    const GREEN: u32 = 0x0020_8020;

    pub(super) fn main() {
        let outer = window(w!("settings"), BLUE, WS_POPUP, OUTER, null_mut());
        let inner = window(w!("monitor"), GREEN, WS_CHILD, INNER, outer);
        println!("{}", inner as usize);
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in std::io::stdin().lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        loop {
            // SAFETY: the message is filled in before it is passed on.
            unsafe {
                let mut message: MSG = std::mem::zeroed();
                while PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE) != 0 {
                    DispatchMessageW(&message);
                }
            }
            match lines.try_recv() {
                Ok(line) => obey(outer, inner, &line),
                Err(TryRecvError::Empty) => std::thread::sleep(Duration::from_millis(5)),
                Err(TryRecvError::Disconnected) => return,
            }
        }
    }

    fn obey(outer: HWND, inner: HWND, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            // SAFETY: the window is ours, and this is its thread.
            ["destroy"] => assert!(unsafe { DestroyWindow(inner) } != 0),
            ["size", width, height] => {
                let side = |word: &str| word.parse().expect("a number of pixels");
                let how = SWP_NOMOVE | SWP_NOZORDER;
                // SAFETY: as above.
                let sized = unsafe {
                    SetWindowPos(inner, null_mut(), 0, 0, side(width), side(height), how)
                };
                assert!(sized != 0);
            }
            ["child"] => println!("{}", child_of(inner)),
            ["outer"] => println!("{}", outer as usize),
            ["owned"] => println!("{}", owned_by(outer)),
            _ => panic!("nobody knows {line:?}"),
        }
    }

    /// Size and state of the window that is in this one.
    fn child_of(window: HWND) -> String {
        let mut inside = RECT::default();
        // SAFETY: asks about a window of ours and about one that may go meanwhile, which is no worse than another answer.
        let (style, density) = unsafe {
            let child = GetWindow(window, GW_CHILD);
            if child.is_null() {
                return "none".to_owned();
            }
            GetClientRect(child, &mut inside);
            let context = GetWindowDpiAwarenessContext(child);
            (
                GetWindowLongPtrW(child, GWL_STYLE) as u32,
                GetAwarenessFromDpiAwarenessContext(context),
            )
        };
        let state = |flag, name| if style & flag == 0 { "" } else { name };
        let own_pixels = density == DPI_AWARENESS_PER_MONITOR_AWARE;
        format!(
            "{} {}{}{}{}",
            inside.right - inside.left,
            inside.bottom - inside.top,
            state(WS_VISIBLE, " visible"),
            state(WS_DISABLED, " disabled"),
            if own_pixels { " per-monitor" } else { "" },
        )
    }

    /// The title of the first window that this one owns.
    fn owned_by(owner: HWND) -> String {
        let mut title = [0; 64];
        // SAFETY: asks about windows that may go meanwhile, which is no worse than another answer; the title is filled in
        // as far as there is room.
        unsafe {
            let mut window = GetTopWindow(null_mut());
            while !window.is_null() {
                let is_seen = GetWindowLongPtrW(window, GWL_STYLE) as u32 & WS_VISIBLE != 0;
                if is_seen && GetWindow(window, GW_OWNER) == owner {
                    let length = GetWindowTextW(window, title.as_mut_ptr(), title.len() as i32);
                    return String::from_utf16_lossy(&title[..length as usize]);
                }
                window = GetWindow(window, GW_HWNDNEXT);
            }
        }
        "none".to_owned()
    }

    /// A window of one colour, in `parent` where there is one.
    fn window(class: PCWSTR, color: u32, style: u32, place: [i32; 4], parent: HWND) -> HWND {
        let [x, y, width, height] = place;
        let style = style | WS_VISIBLE | WS_CLIPCHILDREN;
        // SAFETY: the names end with 0, the class is filled in as documented and its procedure stays.
        let window = unsafe {
            let instance = GetModuleHandleW(null());
            let class_of_color = WNDCLASSW {
                lpfnWndProc: Some(procedure),
                hInstance: instance,
                hbrBackground: CreateSolidBrush(color),
                lpszClassName: class,
                ..std::mem::zeroed()
            };
            RegisterClassW(&class_of_color);
            CreateWindowExW(
                0,
                class,
                class,
                style,
                x,
                y,
                width,
                height,
                parent,
                null_mut(),
                instance,
                null(),
            )
        };
        assert!(!window.is_null(), "{}", std::io::Error::last_os_error());
        window
    }

    unsafe extern "system" fn procedure(
        window: HWND,
        message: u32,
        wparam: WPARAM,
        lparam: LPARAM,
    ) -> LRESULT {
        // SAFETY: these are the arguments that Windows called us with.
        unsafe { DefWindowProcW(window, message, wparam, lparam) }
    }
}
