public import Audit
internal import NIOConcurrencyHelpers
internal import StrictJSON

/// The one-time tokens that let the first person in, by their hashes: each is good once, and not for long.
public final class BootstrapTokens: Sendable {
    /// What is known of one.
    struct Token: Sendable, Equatable {
        let hash: SecretHash
        let endsNanoseconds: Int64
        /// How long the log was when it was made: a later reset makes it void.
        let madeSequence: UInt64
        var isSpent: Bool
        /// When it ends by the clock that nobody sets.
        var elapsedEndNanoseconds = Int64.max
    }

    private struct State {
        var tokens: [SecretHash: Token] = [:]
        /// What the log says was spent, by the intents that say so.
        var replayed: [UInt64: String] = [:]
    }

    let store: CredentialStore
    /// When all before became void.
    let resets: BootstrapResets
    private let elapsed: @Sendable () -> Int64
    private let state = NIOLockedValueBox(State())

    /// Reads all tokens.
    ///
    /// - Throws: ``AuthError/store(_:)``.
    package init(
        _ store: CredentialStore, resets: BootstrapResets,
        elapsed: @escaping @Sendable () -> Int64
    ) throws(AuthError) {
        self.store = store
        self.resets = resets
        self.elapsed = elapsed
        for token in try store.loadBootstrapTokens() { keep(token) }
    }

    /// Whether there never was one: the gateway starts for the first time.
    package var isNew: Bool { state.withLockedValue { $0.tokens.isEmpty } }

    /// Takes a token that was just made, at the start, before anybody else is there.
    ///
    /// - Throws: ``AuthError/store(_:)``; then it is worth nothing.
    package func take(
        _ text: SecretText, nowNanoseconds now: Int64, seconds: Int, sequence: UInt64
    ) throws(AuthError) {
        try seed(text.hash, nowNanoseconds: now, seconds: seconds, sequence: sequence)
    }

    /// Takes a token that was made elsewhere by its SHA-256, unless it was known before.
    ///
    /// - Throws: ``AuthError/store(_:)``.
    package func seed(
        sha256: [UInt8], nowNanoseconds now: Int64, seconds: Int, sequence: UInt64
    ) throws(AuthError) {
        guard let hash = SecretHash(stored: sha256) else { return }
        guard state.withLockedValue({ $0.tokens[hash] }) == nil else { return }
        try seed(hash, nowNanoseconds: now, seconds: seconds, sequence: sequence)
    }

    private func seed(
        _ hash: SecretHash, nowNanoseconds now: Int64, seconds: Int, sequence: UInt64
    ) throws(AuthError) {
        let token = token(hash, now, seconds, sequence)
        try store.changeNow(bootstrap: [token])
        keep(token)
    }

    func token(_ hash: SecretHash, _ now: Int64, _ seconds: Int, _ sequence: UInt64) -> Token {
        let life = Int64(min(max(seconds, 0), AuthLimits.bootstrapSecondsMax)) * 1_000_000_000
        return Token(
            hash: hash, endsNanoseconds: now.addingReportingOverflow(life).partialValue,
            madeSequence: sequence, isSpent: false,
            elapsedEndNanoseconds: elapsed().addingReportingOverflow(life).partialValue)
    }

    /// What names a token in records; says nothing of it.
    static func id(of hash: SecretHash) -> String {
        hash.bytes.prefix(6).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    /// The name of the token that a text is, if it is good; nil if not, and nothing says why.
    public func id(ofGood text: [UInt8], nowNanoseconds now: Int64) -> String? {
        good(SecretHash(of: text), now).map { Self.id(of: $0.hash) }
    }

    func good(_ hash: SecretHash, _ now: Int64) -> Token? {
        guard let token = state.withLockedValue({ $0.tokens[hash] }), !token.isSpent,
            now < token.endsNanoseconds, elapsed() < token.elapsedEndNanoseconds,
            token.madeSequence >= resets.sequence
        else { return nil }
        return token
    }

    func keep(_ token: Token) { state.withLockedValue { $0.tokens[token.hash] = token } }

    /// All that are not spent, as spent ones.
    func spent() -> [Token] {
        state.withLockedValue { $0.tokens.values.filter { !$0.isSpent } }.map {
            var token = $0
            token.isSpent = true
            return token
        }
    }
}

extension BootstrapTokens {
    /// The detail of the record that spends a token.
    public static func detail(spending id: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"bootstrap\":")
        writer.string(id)
        writer.raw("}")
        return writer.bytes
    }

    /// The detail of the record of a reset.
    public static let resetDetail = Array("{\"bootstrap_reset\":true}".utf8)

    /// Takes a record of the log at the start, in order.
    public func replay(_ record: ReplayedRecord) {
        switch record.kind {
        case .intent:
            guard record.action == "session.create" || record.action == TokenRevocation.action,
                let detail = record.detail.flatMap({ try? StrictJSON.parse($0) })
            else { return }
            if detail["bootstrap_reset"] == .bool(true) { resets.note(record.sequence) }
            guard let id = detail["bootstrap"]?.string else { return }
            state.withLockedValue { $0.replayed[record.sequence] = id }
        case .outcome:
            guard let intent = record.intent, record.status ?? 0 >= 400 else { return }
            state.withLockedValue { _ = $0.replayed.removeValue(forKey: intent) }
        case .decision, .system, .aggregate, nil: return
        }
    }

    /// Brings the store up to the log: what was spent stays so, also where a crash left open whether it was.
    ///
    /// - Throws: ``AuthError/store(_:)``.
    public func finishReplay() throws(AuthError) {
        let ids = Set(state.withLockedValue { $0.replayed.values })
        state.withLockedValue { $0.replayed = [:] }
        let spent = spent().filter { ids.contains(Self.id(of: $0.hash)) }
        guard !spent.isEmpty else { return }
        try store.changeNow(bootstrap: spent)
        for token in spent { keep(token) }
    }
}
