public import Audit
internal import NIOConcurrencyHelpers
internal import StrictJSON

/// Which certificates are out there: appended to one file for each hour of expiry, so that forgetting is a file's removal.
///
/// It is a cache of the log: the position file says up to which record of the log and up to which size each file counts,
/// and what is behind either is cut off at the start and taken from the log again. A start reads no certificate's record.
public final class IssuanceStore: Sendable {
    private struct State: Sendable {
        var sizes: [String: Int] = [:]
        var waiting: [String: [UInt8]] = [:]
        var waitingBytes = 0
        var sequence: UInt64 = 0
        var stored: UInt64 = 0
    }

    private let directory: String
    private let files: any DurableFiles
    private let appender: any IssuanceAppender
    private let state: NIOLockedValueBox<State>
    private let flushing = NIOLock()

    /// The log's record up to which everything is stored.
    public var storedSequence: UInt64 { state.withLockedValue { $0.stored } }

    init(
        directory: String, files: any DurableFiles, appender: any IssuanceAppender = PosixAppender()
    ) throws(PKIError) {
        self.directory = directory
        self.files = files
        self.appender = appender
        try files.createDirectories(directory, mode: 0o700)
        var state = State()
        if try files.status(Self.position(directory)) != nil {
            let bytes = try files.read(Self.position(directory), max: PKILimits.ledgerBytesMax)
            if let read = Self.read(bytes) { state = read }
        }
        for name in try files.names(in: directory) where name.hasSuffix(".issued") {
            guard let size = state.sizes[name] else {
                try files.remove(FilePath.join(directory, name))
                continue
            }
            try appender.cut(FilePath.join(directory, name), to: size)
        }
        self.state = NIOLockedValueBox(state)
    }

    /// Adds a record; it is stored with the next `flush`.
    public func add(_ record: IssuanceRecord) {
        let name = Self.bucket(record.notAfterNanoseconds)
        let isFull = state.withLockedValue { state in
            let before = state.waiting[name]?.count ?? 0
            record.write(to: &state.waiting[name, default: []])
            state.waitingBytes += (state.waiting[name]?.count ?? 0) - before
            state.sequence = max(state.sequence, record.sequence)
            return state.waitingBytes >= PKILimits.issuanceBufferBytesMax
        }
        // The log has it all: what can't be stored now is stored later, or taken from the log at the next start.
        if isFull { try? flush() }
    }

    /// Takes a record of the log that says what was issued, when it is not stored yet.
    public func replay(_ record: ReplayedRecord) {
        guard record.sequence > storedSequence,
            record.action == "identity.issue" || record.action == "identity.renew",
            record.status == 200, let detail = record.detail,
            let value = try? StrictJSON.parse(detail),
            let serial = value["serial"]?.string, let issuer = value["issuer"]?.string,
            let id = value["spiffe_id"]?.string, let end = value["not_after"]?.integer
        else { return }
        add(
            IssuanceRecord(
                serial: serial, issuerKeyID: issuer, spiffeID: id,
                issuedNanoseconds: record.nowNanoseconds ?? 0,
                notAfterNanoseconds: UTCText.nanoseconds(end), sequence: record.sequence))
    }

    /// Stores what waits, synced, and then the position.
    /// - Throws: `PKIError.fileFailed`; nothing is lost, the next call tries again.
    public func flush() throws(PKIError) {
        flushing.lock()
        defer { flushing.unlock() }
        let (waiting, sequence, sizes) = state.withLockedValue {
            ($0.waiting, $0.sequence, $0.sizes)
        }
        guard !waiting.isEmpty else { return }
        var grown = sizes
        for (name, bytes) in waiting {
            let size = sizes[name] ?? 0
            try appender.append(bytes, to: FilePath.join(directory, name), at: size)
            grown[name] = size + bytes.count
        }
        try files.replace(
            Self.position(directory), Self.encode(grown, sequence), mode: 0o600)
        state.withLockedValue { [grown] state in
            state.sizes = grown
            state.stored = sequence
            for (name, bytes) in waiting {
                state.waitingBytes -= bytes.count
                if state.waiting[name]?.count == bytes.count {
                    state.waiting[name] = nil
                } else {
                    state.waiting[name]?.removeFirst(bytes.count)
                }
            }
        }
    }

    /// How many live certificates each identity has from some issuers; all issuers when none is named.
    public func live(
        issuers: Set<String> = [], nowNanoseconds now: Int64 = Int64.min
    ) -> [String: Int] {
        var counts: [String: Int] = [:]
        visit { record in
            guard issuers.isEmpty || issuers.contains(record.issuerKeyID),
                record.notAfterNanoseconds >= now
            else { return }
            counts[record.spiffeID, default: 0] += 1
        }
        return counts
    }

    /// Finds what was issued under a serial number and has not been forgotten.
    public func find(serial: String) -> [IssuanceRecord] {
        var found: [IssuanceRecord] = []
        visit { if $0.serial == serial { found.append($0) } }
        return found
    }

    /// Forgets what has ended.
    public func prune(nowNanoseconds now: Int64) throws(PKIError) {
        let current = Self.bucket(now)
        let gone = state.withLockedValue { state in
            let gone = state.sizes.keys.filter { $0 < current }
            for name in gone { state.sizes[name] = nil }
            return gone
        }
        for name in gone { try files.remove(FilePath.join(directory, name)) }
    }
}

extension IssuanceStore {
    private func visit(_ body: (IssuanceRecord) -> Void) {
        try? flush()
        let sizes = state.withLockedValue { $0.sizes }
        for (name, size) in sizes.sorted(by: { $0.key < $1.key }) {
            guard let bytes = try? files.read(FilePath.join(directory, name), max: size) else {
                continue
            }
            var position = 0
            while let record = IssuanceRecord(bytes, at: &position) { body(record) }
        }
    }

    /// Named by the hour in which the last of it ends, so that names sort by time.
    private static func bucket(_ notAfterNanoseconds: Int64) -> String {
        let hour = String(max(0, notAfterNanoseconds / (3600 * PKILimits.nanosecondsPerSecond)))
        return String(repeating: "0", count: max(0, 10 - hour.count)) + hour + ".issued"
    }

    private static func position(_ directory: String) -> String {
        FilePath.join(directory, "position.json")
    }

    private static func encode(_ sizes: [String: Int], _ sequence: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"sequence\":")
        writer.integer(sequence)
        writer.raw(",\"files\":{")
        for (index, entry) in sizes.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(entry.key)
            writer.raw(":")
            writer.integer(entry.value)
        }
        writer.raw("}}\n")
        return writer.bytes
    }

    private static func read(_ bytes: [UInt8]) -> State? {
        guard let value = try? StrictJSON.parse(bytes, limits: .ledger),
            let sequence = value["sequence"]?.integer, sequence >= 0,
            case .object(let files)? = value["files"]
        else { return nil }
        var state = State()
        state.sequence = UInt64(sequence)
        state.stored = state.sequence
        for file in files {
            guard let size = file.value.integer, size >= 0 else { return nil }
            state.sizes[file.name] = Int(size)
        }
        return state
    }
}
