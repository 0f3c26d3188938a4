//! The processor time of the programs that this one started and waited for, theirs included.

use std::{error::Error, fs, time::Duration};

/// `cutime` and `cstime` of `/proc/self/stat` ([proc(5)](https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html)), the
/// sum that `getrusage(RUSAGE_CHILDREN)` has too. This way needs neither `unsafe` nor a dependency.
pub(super) fn of_children() -> Result<Duration, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat").map_err(|error| format!("/proc/self/stat: {error}"))?;
    read(&stat).ok_or_else(|| format!("not the form of /proc/self/stat: {stat}").into())
}

/// What the kernel counts in, for every program: `USER_HZ` is 100 on all machines that Rust's standard library supports.
const TICK: Duration = Duration::from_millis(10);

fn read(stat: &str) -> Option<Duration> {
    // The second field, the program's name in brackets, may have spaces and brackets.
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(13);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * user.checked_add(system)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_children_are_fields_16_and_17() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 200 0 0 11 22 333 44 20 0 1 0 5 6 7\n";
        assert_eq!(read(stat), Some(Duration::from_millis(3_770)));
        assert_eq!(read("7 (a) S 1 7"), None);
        assert_eq!(read("7 a S 1 7"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_times_of_this_process_can_be_read() {
        of_children().unwrap();
    }
}
