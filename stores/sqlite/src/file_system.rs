//! Whether a file is on a network file system, where locks and shared memory of SQLite do not work.

use std::path::Path;

/// The types of network file systems, as Linux names them.
const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "autofs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "fuse.ceph",
    "fuse.davfs2",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "gfs2",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "smb2",
    "smb3",
    "smbfs",
    "virtiofs",
];

/// The type of the network file system that a folder is on, if it is one. `None` also if that cannot be found out, as on other
/// systems than Linux.
pub(crate) fn network_file_system(folder: &Path) -> Option<&'static str> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    network_type(&mounts, &folder.canonicalize().ok()?)
}

/// The last mount with the longest path counts. A line is `id parent device root PATH options… - TYPE source options`.
fn network_type(mounts: &str, folder: &Path) -> Option<&'static str> {
    let mount = |line: &str| {
        let path = line.split(' ').nth(4)?;
        let path = path.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
        let kind = line.split_once(" - ")?.1.split(' ').next()?.to_owned();
        folder.starts_with(&path).then_some((path.len(), kind))
    };
    let (_, kind) = mounts.lines().filter_map(mount).max_by_key(|(length, _)| *length)?;
    NETWORK.iter().copied().find(|network| *network == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_counts() {
        let mounts = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
23 22 0:45 / /mnt/shared\\040files rw - nfs4 server:/export rw
24 23 8:2 / /mnt/shared\\040files/local rw shared:7 master:2 - xfs /dev/sdb rw
25 22 0:46 / /srv rw - fuse.sshfs host: rw
26 25 8:3 / /srv rw - btrfs /dev/sdc rw
";
        let of = |folder: &str| network_type(mounts, Path::new(folder));
        assert_eq!(of("/var/lib"), None);
        assert_eq!(of("/mnt/shared files"), Some("nfs4"));
        assert_eq!(of("/mnt/shared files/a/b"), Some("nfs4"));
        assert_eq!(of("/mnt/shared files/local/a"), None);
        assert_eq!(of("/mnt/shared files 2"), None);
        assert_eq!(of("/srv/x"), None, "a later mount hides an earlier one");
        assert_eq!(network_type("", Path::new("/")), None);
        assert_eq!(network_type("nonsense\n", Path::new("/")), None);
    }
}
