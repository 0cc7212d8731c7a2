//! Small file systems that tests can fill.

#![allow(
    dead_code,
    reason = "a test that was started for another system uses nothing of this"
)]

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The file that takes the room from others.
const FILLER: &str = "filler";

/// Which file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In memory, 96 KiB, with few inodes.
    Tmpfs,
    /// In a file of 4 MiB, with few inodes.
    Ext4,
}

/// A file system below a directory of its own. It is unmounted when dropped.
pub(crate) struct Disk {
    kind: Kind,
    mount: PathBuf,
    // Removed after the mount, as fields are dropped after their owner.
    _home: TempDir,
}

impl Disk {
    /// Mounts an empty file system; an error says why this machine cannot.
    pub(crate) fn mount(kind: Kind) -> Result<Disk, String> {
        let home = TempDir::new().map_err(|error| error.to_string())?;
        let mount = home.path().join("disk");
        fs::create_dir(&mount).map_err(|error| error.to_string())?;
        match kind {
            Kind::Tmpfs => {
                run(Command::new("mount")
                    .args(["-t", "tmpfs", "-o", "size=96k,nr_inodes=64", "tmpfs"])
                    .arg(&mount))?;
            }
            Kind::Ext4 => {
                let image = home.path().join("image");
                let file = File::create(&image).map_err(|error| error.to_string())?;
                file.set_len(4 << 20).map_err(|error| error.to_string())?;
                // No block is kept back for the system's administrator.
                let options = ["-q", "-m", "0", "-N", "64"];
                run(Command::new("mkfs.ext4").args(options).arg(&image))?;
                run(Command::new("mount")
                    .args(["-o", "loop"])
                    .arg(&image)
                    .arg(&mount))?;
            }
        }
        Ok(Disk {
            kind,
            mount,
            _home: home,
        })
    }

    /// Where it is mounted.
    pub(crate) fn path(&self) -> &Path {
        &self.mount
    }

    /// Fills it, but for `left` bytes.
    pub(crate) fn fill(&self, left: u64) -> Result<(), String> {
        let file = fill(&self.mount)?;
        let len = file.metadata().map_err(|error| error.to_string())?.len();
        let kept = len.checked_sub(left).ok_or("the disk is too small")?;
        let cut = file.set_len(kept).and_then(|()| file.sync_all());
        cut.map_err(|error| error.to_string())
    }

    /// Makes room for megabytes.
    pub(crate) fn make_room(&self) -> Result<(), String> {
        if self.kind == Kind::Tmpfs {
            run(Command::new("mount")
                // The options that are there name users that a namespace does not know.
                .args(["--options-mode", "ignore", "-o", "remount,size=8m"])
                .arg(&self.mount))?;
        }
        empty(&self.mount)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if run(Command::new("umount").arg(&self.mount)).is_err() {
            // A process that was killed can still be on its way out.
            let lazily = run(Command::new("umount").arg("-l").arg(&self.mount));
            if let Err(error) = lazily {
                eprintln!("{error}");
            }
        }
    }
}

/// Writes a file below `mount` until there is no room for a byte more.
pub(crate) fn fill(mount: &Path) -> Result<File, String> {
    let path = mount.join(FILLER);
    let mut file = File::create(&path).map_err(|error| error.to_string())?;
    for len in [1 << 16, 1 << 12, 1 << 10, 1] {
        loop {
            match file.write_all(&vec![b'x'; len]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => return Err(error.to_string()),
            }
        }
    }
    file.sync_all().map_err(|error| error.to_string())?;
    Ok(file)
}

/// Removes the file that `fill` made, if there is one.
pub(crate) fn empty(mount: &Path) -> Result<(), String> {
    match fs::remove_file(mount.join(FILLER)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Whether this process is its system's administrator.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(said.trim().to_owned()),
    }
}
