import NIOConcurrencyHelpers

/// What the notary's thread does: follow, store hashes, sign, hand out.
///
/// INVARIANT: after `init`, used by the notary's thread only. Hence `@unchecked Sendable`.
final class NotaryWork: @unchecked Sendable {
    private let journal: Journal
    private let configuration: NotaryConfiguration
    private let shared: NIOLockedValueBox<NotaryState>
    private let system: any FileSystem
    private let layout: LogLayout
    private let folder: KeyFolder
    private let lane: JournalLane
    private let publication: TilePublication?
    private var signers: [LogSigner]
    private var store: TreeStore
    private var follower: LogFollower
    private var lastSigned: Checkpoint?
    private var wasDiskLow = false

    init(
        _ journal: Journal, _ configuration: NotaryConfiguration,
        _ shared: NIOLockedValueBox<NotaryState>
    ) throws(AuditError) {
        self.journal = journal
        self.configuration = configuration
        self.shared = shared
        system = journal.core.system
        layout = LogLayout(directory: journal.core.configuration.directory)
        folder = KeyFolder(system: system, path: layout.keys)
        lane = journal.makeLane()
        if let path = configuration.publishDirectory {
            publication = try TilePublication(system: system, folder: path, layout: layout)
        } else {
            publication = nil
        }
        let start = try TreeResumption(system: system, layout: layout).start()
        store = start.store
        follower = LogFollower(system: system, layout: layout, continuing: start.tree)
        signers = []
        try openKey()
        try follow()
        try checkAnchor()
        try sign()
    }

    /// Works until it is told to stop, and once more then.
    func run(until signal: NotarySignal) {
        var stops = false
        while !stops {
            stops = signal.wait(seconds: configuration.intervalSeconds)
            step()
        }
        try? store.flush(syncs: true)
    }

    private func step() {
        noteDisk()
        do throws(AuditError) {
            if folder.hasWaiting() { try changeKey() }
            try follow()
            try sign()
            clear("not_written")
        } catch {
            report(error)
            reopenTree()
        }
    }

    // MARK: The tree

    /// The log says when its disk passes the first watermark, either way.
    private func noteDisk() {
        let isLow = journal.isDiskLow
        guard isLow != wasDiskLow else { return }
        let isWritten = SystemRecord.write(
            "log.disk", [("low", Array((isLow ? "true" : "false").utf8))], in: lane,
            nowNanoseconds: journal.core.configuration.clock())
        if isWritten { wasDiskLow = isLow }
    }

    /// After a fault the files are opened anew: a descriptor whose sync failed is never synced again.
    private func reopenTree() {
        let resumption = TreeResumption(system: system, layout: layout)
        guard let start = try? resumption.start() else { return }
        store = start.store
        follower = LogFollower(system: system, layout: layout, continuing: start.tree)
    }

    private func follow() throws(AuditError) {
        let size = journal.treeSize
        while follower.tree.size < size {
            var leaves: [LeafHash] = []
            try follower.advance(to: size) { leaf, _ in leaves.append(leaf) }
            for leaf in leaves { store.append(leaf) }
            try store.flush()
        }
    }

    // MARK: Checkpoints

    private func sign() throws(AuditError) {
        let tree = follower.tree
        guard tree.size > 0, lastSigned?.size != tree.size else { return }
        let checkpoint = Checkpoint(
            origin: configuration.origin, size: tree.size, root: tree.root)
        let signed: SignedCheckpoint
        do throws(NoteError) {
            signed = try SignedCheckpoint(checkpoint, by: signers)
        } catch {
            throw .evidence(file: folder.signing, why: error.description)
        }
        if signers.count > 1 { signers.removeFirst(signers.count - 1) }
        let bytes = Array(signed.note.description.utf8)
        try SmallFile(system: system, path: layout.checkpoint).replace(with: bytes)
        lastSigned = checkpoint
        shared.withLockedValue { $0.checkpoint = signed }
        journal.core.checkpoints.put(signed)
        try publication?.publish(signed)
        if let anchor = configuration.anchorFile {
            try SmallFile(system: system, path: anchor).replace(with: bytes)
        }
    }

    /// The log must hold what the checkpoint at the second path says, or someone rolled it back.
    private func checkAnchor() throws(AuditError) {
        guard let file = configuration.anchorFile,
            let signed = try LogEvidence.checkpoint(in: file, system)
        else { return }
        let anchor = signed.checkpoint
        do throws(NoteError) {
            _ = try signed.note.verify(keysOrNone())
        } catch {
            throw .evidence(file: file, why: error.description)
        }
        guard anchor.size <= follower.tree.size else {
            throw .damaged(
                file: file, line: 2,
                why: "the log ends at record \(follower.tree.size), its anchor covers "
                    + "\(anchor.size)")
        }
        let source = StoredHashes(system: system, layout: layout)
        guard try TreeProver(source: source).root(size: anchor.size) == anchor.root else {
            throw .damaged(
                file: file, line: 3,
                why: "at \(anchor.size) records the log has another root than its anchor")
        }
    }

    private func keysOrNone() -> [VerifierKey] { shared.withLockedValue { $0.keys } }

    // MARK: Keys

    private func openKey() throws(AuditError) {
        if let signer = try folder.signer() {
            signers = [signer]
            try folder.publish(signer.verifierKey)
        } else {
            guard try folder.verifierKeys().isEmpty else {
                throw .evidence(file: folder.signing, why: "the log's signing key is missing")
            }
            let signer = try makeSigner()
            try record(signer.verifierKey, nil)
            try folder.publish(signer.verifierKey)
            try folder.keep(signer, as: folder.signing)
            signers = [signer]
        }
        let keys = try folder.verifierKeys()
        shared.withLockedValue { $0.keys = keys }
        if folder.hasWaiting() { try changeKey() }
    }

    private func makeSigner() throws(AuditError) -> LogSigner {
        do throws(NoteError) {
            return try LogSigner(name: configuration.origin)
        } catch {
            throw .misconfigured("audit origin \(configuration.origin): \(error)")
        }
    }

    /// The waiting key takes over: the log says so first, and the next checkpoint is signed by both.
    private func changeKey() throws(AuditError) {
        guard let next = try folder.waiting(), let old = signers.last else { return }
        if next.verifierKey != old.verifierKey {
            try record(next.verifierKey, old)
            try folder.publish(next.verifierKey)
            signers = [old, next]
        }
        try folder.promote()
        let keys = try folder.verifierKeys()
        shared.withLockedValue { $0.keys = keys }
    }

    private func record(
        _ key: VerifierKey, _ signer: LogSigner?
    ) throws(AuditError) {
        let detail: [UInt8]
        do throws(NoteError) {
            detail = try LogKeyRecord.detail(key, endorsedBy: signer)
        } catch {
            throw .evidence(file: folder.signing, why: error.description)
        }
        try lane.append(Record(kind: .system, action: LogKeyRecord.action, detail: detail))
        let commit = lane.commit(nowNanoseconds: journal.core.configuration.clock())
        if let failure = commit.failure { throw failure }
    }

    // MARK: Findings

    private func report(_ error: AuditError) {
        let code =
            switch error {
            case .damaged: "damaged"
            default: "not_written"
            }
        let finding = LogFinding(code: code, text: error.description)
        let listeners = shared.withLockedValue { state -> [Notary.Listener]? in
            if state.finding == finding || state.finding?.code == "damaged" { return nil }
            state.finding = finding
            return state.listeners
        }
        guard let listeners else { return }
        if code == "damaged" {
            _ = SystemRecord.write(
                "log.damage", SystemRecord.members(of: LogDamage(error, file: layout.segments)),
                in: lane, nowNanoseconds: journal.core.configuration.clock())
        }
        for listener in listeners { listener(finding) }
    }

    private func clear(_ code: String) {
        shared.withLockedValue { if $0.finding?.code == code { $0.finding = nil } }
    }
}
