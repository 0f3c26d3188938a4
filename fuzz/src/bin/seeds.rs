//! `seeds FOLDER TARGET…`: writes what each target starts from into `FOLDER/TARGET`, for the fuzzer to read.

use std::{env, error::Error, fs, path::PathBuf, process::ExitCode};

use countersign_fuzz::{seeds::inputs, target};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("seeds FOLDER TARGET…");
        return Ok(ExitCode::from(2));
    };
    for name in arguments {
        target(&name).ok_or_else(|| format!("no target {name}"))?;
        let folder = folder.join(&name);
        fs::create_dir_all(&folder)?;
        for (name, data) in inputs(&name) {
            fs::write(folder.join(name), data)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
