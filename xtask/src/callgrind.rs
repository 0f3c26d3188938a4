//! Instructions, counted by callgrind.

use std::{error::Error, ffi::OsStr, fs, path::Path, process::Command};

use crate::tools;

/// Installs valgrind if it is missing.
pub(crate) fn install() -> Result<(), Box<dyn Error>> {
    tools::install_debian("valgrind", &["valgrind"], || tools::find("valgrind").is_some())
}

/// The instructions of each call of one function in a run of the program: callgrind counts within the function only, and writes a
/// file each time that it ends, which begins with `out`.
pub(crate) fn counts(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    function: &str,
    out: &Path,
) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind"]).arg(format!("--toggle-collect={function}"));
    valgrind.arg(format!("--dump-after={function}")).arg(format!("--callgrind-out-file={}", out.display()));
    let output = valgrind.arg(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("callgrind: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let mut counts = Vec::new();
    loop {
        let part = format!("{}.{}", out.display(), counts.len() + 1);
        let Ok(text) = fs::read_to_string(part) else { break };
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        counts.push(total.ok_or("a file of callgrind's without a total")?.trim().parse()?);
    }
    Ok(counts)
}
