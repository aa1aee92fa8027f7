/// Where seals lie, each with the records of its segment that a start has to see.
///
/// What is missing, torn, or not signed by a key of the log counts as not there: then the segment itself is read.
struct SealFolder: Sendable {
    let system: any FileSystem
    let layout: LogLayout
    let settings: SealSettings

    /// Whether seals can be made.
    var canSign: Bool { !settings.keys().signing.isEmpty }

    /// The keys that a seal is believed by.
    var believed: [VerifierKey] { settings.keys().believed }

    /// The seal of a segment; nil where there is none to believe.
    func seal(of segment: String) -> Seal? {
        guard let bytes = read(layout.seal(of: segment), max: NoteLimits.noteBytesMax),
            let checkpoint = try? Checkpoint(bytes, by: believed),
            let seal = Seal(checkpoint), seal.segment == segment
        else { return nil }
        return seal
    }

    /// The seal that is left of a segment that is gone, and its text, whoever signed it: that is for the mark to say.
    func left(of segment: String) -> (seal: Seal, text: [UInt8])? {
        guard let bytes = read(layout.seal(of: segment), max: NoteLimits.noteBytesMax),
            let note = SignedNote(bytes), let seal = Seal(note), seal.segment == segment
        else { return nil }
        return (seal, note.text)
    }

    /// The records that a seal tells of, a line each; nil where they are not just those.
    func changes(of seal: Seal) -> [UInt8]? {
        if seal.changes == Seal.SealedChanges(of: []) { return [] }
        guard seal.changes.bytes <= Limits.changesBytesMax,
            let bytes = read(layout.changes(of: seal.segment), max: Int(seal.changes.bytes) + 1),
            Seal.SealedChanges(of: bytes) == seal.changes
        else { return nil }
        return bytes
    }

    /// Makes a seal durable, the records before it.
    func write(_ seal: Seal, changes: [UInt8]) throws(FileFault) {
        guard let note = note({ seal.text(origin: $0) }), changes.count <= Limits.changesBytesMax
        else { return }
        try system.createDurableFolder(layout.seals)
        if !changes.isEmpty {
            try system.replaceDurably(layout.changes(of: seal.segment), by: changes)
        }
        try system.replaceDurably(layout.seal(of: seal.segment), by: note)
    }

    /// Takes away the seal of a segment that is not what it says.
    func remove(of segment: String) throws(FileFault) {
        guard try system.facts(layout.seal(of: segment)) != nil else { return }
        try system.remove(layout.seal(of: segment))
        try system.syncFolder(layout.seals)
    }

    /// The end of the last segment that was read again; nil where nothing is known of it.
    var position: LogAnchor? {
        guard let bytes = read(layout.selfAudit, max: NoteLimits.noteBytesMax),
            let checkpoint = try? Checkpoint(bytes, by: believed),
            checkpoint.note.text == Self.text(checkpoint.end, origin: checkpoint.origin)
        else { return nil }
        return checkpoint.end
    }

    /// Makes durable up to where segments were read again.
    func keep(position: LogAnchor) throws(FileFault) {
        guard let note = note({ Self.text(position, origin: $0) }) else { return }
        try system.createDurableFolder(layout.seals)
        try system.replaceDurably(layout.selfAudit, by: note)
    }

    private static func text(_ position: LogAnchor, origin: String) -> [UInt8] {
        Checkpoint.text(origin: origin, position) + Array("read again\n".utf8)
    }

    func note(_ text: (String) -> [UInt8]) -> [UInt8]? {
        let keys = settings.keys().signing
        guard let origin = keys.first?.verifier.name else { return nil }
        var note = SignedNote(text: text(origin))
        for key in keys {
            guard let signature = key.signature(over: note.text) else { return nil }
            note.add(signature)
        }
        return note.bytes
    }

    private func read(_ path: String, max: Int) -> [UInt8]? {
        guard (try? system.facts(path))?.isRegular == true,
            let file = try? system.open(path, .read)
        else { return nil }
        defer { system.close(file) }
        guard let size = try? system.size(file), size <= Int64(max) else { return nil }
        return try? system.readRange(file, from: 0, count: Int(size))
    }
}

extension FileSystem {
    /// Puts bytes in place of a file's: after a crash the old ones or the new ones are there, whole.
    func replaceDurably(_ path: String, by bytes: [UInt8]) throws(FileFault) {
        let draft = path + ".new"
        if try facts(draft) != nil { try remove(draft) }
        do throws(FileFault) {
            try write(bytes, toNew: draft)
            try rename(draft, to: path)
        } catch {
            // On a full disk what is left of it would be in the way of records.
            try? remove(draft)
            throw error
        }
        try syncFolder(LogLayout.parent(of: path))
    }

    private func write(_ bytes: [UInt8], toNew path: String) throws(FileFault) {
        let file = try open(path, .create)
        defer { close(file) }
        let result = bytes.withUnsafeBytes { block in
            Result { () throws(FileFault) in try writeWhole(block, to: file, at: 0) }
        }
        try result.get()
        try sync(file)
    }
}
