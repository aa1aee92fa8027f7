extension Limits {
    /// The longest name of a key that signs notes.
    package static let noteNameBytesMax = 256
    /// The longest note that is read: a checkpoint with the signatures of all its witnesses.
    package static let noteBytesMax = 32 << 10
    /// The most signature lines of a note (C2SP signed-note asks for at least 16).
    package static let noteSignaturesMax = 64
    /// The longest note that a commit line carries, so that the line stays within `lineBytesMax`.
    package static let embeddedNoteBytesMax = 4096
    /// How many commits back a commit line's checkpoint may lie.
    package static let checkpointCommitsMax = 262_144
    /// Records that a follower takes in one step.
    package static let followRecordsMax = 65_536
    /// Hashes after which the stored tree is synced; so many are made again after a crash.
    package static let treeSyncHashes: UInt64 = 65_536
    /// The longest file of keys, anchors or subjects that is read.
    package static let evidenceFileBytesMax: Int64 = 512 << 20
    /// The most hashes of a proof (a tree of 2^63 records).
    package static let proofHashesMax = 64
}

extension Limits {
    /// The plain bytes of one member of an archived segment.
    package static let archiveMemberBytes = 512 << 10
    /// The longest member, packed or plain, that is read.
    package static let archiveMemberBytesMax = 4 << 20
}

extension Limits {
    /// The most people that the vault of subjects knows.
    package static let subjectsMax = 1_000_000
}
