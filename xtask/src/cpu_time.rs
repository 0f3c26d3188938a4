//! The processor time of this program, and of those that it started and waited for, theirs included.

use std::{error::Error, fs, time::Duration};

/// From `/proc/self/stat` ([proc(5)](https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)), which needs neither
/// `unsafe` nor a dependency, unlike `getrusage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CpuTime {
    /// `utime` and `stime`.
    pub(crate) own: Duration,
    /// `cutime` and `cstime`.
    pub(crate) children: Duration,
}

impl CpuTime {
    pub(crate) fn now() -> Result<Self, Box<dyn Error>> {
        let stat =
            fs::read_to_string("/proc/self/stat").map_err(|error| format!("/proc/self/stat: {error}"))?;
        read(&stat).ok_or_else(|| format!("not the form of /proc/self/stat: {stat}").into())
    }
}

/// What the kernel counts in, for every program: `USER_HZ` is 100 on all machines that Rust's standard library supports.
const TICK: Duration = Duration::from_millis(10);

fn read(stat: &str) -> Option<CpuTime> {
    // The second field, the program's name in brackets, may have spaces and brackets.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let mut user_and_system = || {
        let user: u32 = fields.next()?.parse().ok()?;
        let system: u32 = fields.next()?.parse().ok()?;
        Some(TICK * user.checked_add(system)?)
    };
    Some(CpuTime { own: user_and_system()?, children: user_and_system()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_fields_14_to_17() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 200 0 0 11 22 333 44 20 0 1 0 5 6 7\n";
        let (own, children) = (Duration::from_millis(330), Duration::from_millis(3_770));
        assert_eq!(read(stat), Some(CpuTime { own, children }));
        assert_eq!(read("7 (a) S 1 7"), None);
        assert_eq!(read("7 a S 1 7"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_times_of_this_process_can_be_read() {
        CpuTime::now().unwrap();
    }
}
