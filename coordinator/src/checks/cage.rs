//! What a process that decodes strangers' bytes may do: read, write, compute, and no more.
//!
//! Limits on memory, time and files everywhere on Unix; on Linux a filter of system calls as well.
//! Whatever takes over the decoder can open nothing, start nothing and talk to nobody.

/// Address space: many times what the largest frame needs.
#[cfg(unix)]
const MEMORY_BYTES_MAX: u64 = 4 << 30;
/// Processor time, in seconds.
#[cfg(unix)]
const CPU_SECONDS_MAX: u64 = 120;
/// How far the process stands back for everything else on the machine.
#[cfg(unix)]
const NICENESS: i32 = 10;
/// Files: standard input, output and error, which are open already.
#[cfg(unix)]
const FILES_MAX: u64 = 3;

/// Bounds memory and processor time. From here on nothing can be opened, not even a socket, no file
/// grows, no core file is left, and on Linux only few system calls are answered.
///
/// # Errors
///
/// When the system does not take the limits.
#[cfg(unix)]
pub(super) fn enter() -> anyhow::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let bound = |resource, most: u64| {
        setrlimit(
            resource,
            Rlimit {
                current: Some(most),
                maximum: Some(most),
            },
        )
    };
    bound(Resource::As, MEMORY_BYTES_MAX)?;
    bound(Resource::Cpu, CPU_SECONDS_MAX)?;
    bound(Resource::Nofile, FILES_MAX)?;
    bound(Resource::Fsize, 0)?;
    bound(Resource::Core, 0)?;
    // Receipts come first.
    rustix::process::nice(NICENESS)?;
    #[cfg(target_os = "linux")]
    system_calls::filter()?;
    Ok(())
}

/// Elsewhere the parent's clock is the only limit.
#[cfg(not(unix))]
pub(super) fn enter() -> anyhow::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
mod system_calls {
    use std::collections::BTreeMap;

    use anyhow::Context as _;
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    /// Calls that are answered: those on what is open, on memory, and on threads and signals of this
    /// process, as allocator, decoder and a panic make them.
    const ANSWERED: &[i64] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_brk,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_madvise,
        libc::SYS_futex,
        libc::SYS_membarrier,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_set_robust_list,
        libc::SYS_rseq,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        // To itself, which a panic that aborts does.
        libc::SYS_tgkill,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    /// Whatever else this thread asks for from now on is refused as not permitted.
    ///
    /// # Errors
    ///
    /// When the kernel takes no filter.
    pub(super) fn filter() -> anyhow::Result<()> {
        let program = program().context("no filter of system calls for this processor")?;
        apply_filter(&program).context("the kernel takes no filter of system calls (seccomp)")
    }

    fn program() -> anyhow::Result<BpfProgram> {
        let answered: BTreeMap<i64, Vec<_>> =
            ANSWERED.iter().map(|&call| (call, Vec::new())).collect();
        let refused = SeccompAction::Errno(libc::EPERM as u32);
        let processor = std::env::consts::ARCH.try_into()?;
        let filter = SeccompFilter::new(answered, refused, SeccompAction::Allow, processor)?;
        Ok(filter.try_into()?)
    }

    #[cfg(test)]
    mod tests {
        use std::fs::File;
        use std::io::ErrorKind;
        use std::net::UdpSocket;
        use std::process::Command;

        #[test]
        fn behind_the_filter_nothing_is_opened_or_started_and_computing_goes_on() {
            // The filter is its thread's alone.
            let behind = std::thread::spawn(|| {
                super::filter().unwrap();
                let much: Vec<u64> = (0..1_000_000).collect();
                (
                    much.iter().sum::<u64>(),
                    File::open("/proc/self/status").map(drop),
                    File::create("/tmp/woolgather-cage").map(drop),
                    UdpSocket::bind("127.0.0.1:0").map(drop),
                    Command::new("true").status().map(drop),
                )
            });
            let (sum, read, written, bound, started) = behind.join().unwrap();
            assert_eq!(sum, 499_999_500_000);
            for refused in [read, written, bound, started] {
                let kind = refused.unwrap_err().kind();
                assert_eq!(kind, ErrorKind::PermissionDenied);
            }
            assert!(File::open("/proc/self/status").is_ok());
        }
    }
}
