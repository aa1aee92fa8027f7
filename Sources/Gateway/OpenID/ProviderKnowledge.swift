internal import Auth
internal import NIOConcurrencyHelpers
internal import Time

/// What one provider says of itself, as it was read last: metadata and keys.
///
/// Asked in rounds, and at once where a sign-on needs what was never had. A provider that is away when the gateway starts keeps nobody but its
/// own people out.
final class ProviderKnowledge: Sendable {
    private struct State {
        var metadata: ProviderMetadata?
        var metadataNanoseconds: Int64?
        var keysNanoseconds: Int64?
        var fault: String?
    }

    private let client: ProviderClient
    private let verifier: OpenIDVerifier
    /// The clock that nobody sets.
    private let elapsed: @Sendable () -> Int64
    private let state = NIOLockedValueBox(State())

    init(
        _ client: ProviderClient, _ verifier: OpenIDVerifier,
        elapsed: @escaping @Sendable () -> Int64
    ) {
        self.client = client
        self.verifier = verifier
        self.elapsed = elapsed
    }

    /// What is wrong, while anything is.
    var fault: String? { state.withLockedValue { $0.fault } }

    /// The metadata that was read last.
    var current: ProviderMetadata? { state.withLockedValue { $0.metadata } }

    /// The metadata, asked for now where there is none and it was not just asked for in vain.
    func metadata() async throws(ProviderFault) -> ProviderMetadata {
        let (known, fault, asked) = state.withLockedValue {
            ($0.metadata, $0.fault, $0.metadataNanoseconds)
        }
        if let known { return known }
        if let fault, let asked,
            Span.between(asked, elapsed()) < OpenIDRounds.retryNanoseconds
        {
            throw .unavailable(reason: fault)
        }
        return try await readMetadata()
    }

    /// Reads the keys where a token named one that is not there, or there are none; at most once a minute, or ten seconds after none came.
    ///
    /// - Returns: Whether they were read, so that judging again makes sense.
    func freshenKeys(_ metadata: ProviderMetadata) async throws(ProviderFault) -> Bool {
        let least =
            verifier.keys.isHad ? IssuerLimits.refetchNanoseconds : OpenIDRounds.retryNanoseconds
        let last = state.withLockedValue { $0.keysNanoseconds }
        if let last, Span.between(last, elapsed()) < least { return false }
        try await readKeys(metadata)
        return true
    }

    /// Asks for what is due.
    func look() async {
        let now = elapsed()
        let (known, asked, keysAsked, fault) = state.withLockedValue {
            ($0.metadata, $0.metadataNanoseconds, $0.keysNanoseconds, $0.fault)
        }
        let patience =
            known == nil || fault != nil
            ? OpenIDRounds.retryNanoseconds : OpenIDRounds.metadataNanoseconds
        var metadata = known
        if asked.map({ Span.between($0, now) >= patience }) ?? true {
            metadata = (try? await readMetadata()) ?? known
        }
        guard let metadata, client.settings.hasKeys else { return }
        let isSoon = verifier.keys.isWanted || !verifier.keys.isHad
        let keyPatience =
            isSoon ? IssuerLimits.refetchNanoseconds : IssuerLimits.refreshNanoseconds
        if keysAsked.map({ Span.between($0, now) >= keyPatience }) ?? true {
            try? await readKeys(metadata)
        }
    }

    /// What was known stays in force where nothing better comes.
    private func readMetadata() async throws(ProviderFault) -> ProviderMetadata {
        state.withLockedValue { $0.metadataNanoseconds = elapsed() }
        do throws(ProviderFault) {
            let read = try await client.metadata()
            state.withLockedValue { state in
                state.metadata = read
                state.fault = nil
            }
            return read
        } catch {
            state.withLockedValue { $0.fault = error.sentence }
            throw error
        }
    }

    private func readKeys(_ metadata: ProviderMetadata) async throws(ProviderFault) {
        state.withLockedValue { $0.keysNanoseconds = elapsed() }
        verifier.keys.reading()
        do throws(ProviderFault) {
            let text = try await client.keys(metadata)
            do throws(KeySetFault) {
                try verifier.keys.take(text)
            } catch {
                throw .unavailable(reason: "the keys at \(metadata.keys.text): \(error)")
            }
            state.withLockedValue { $0.fault = nil }
        } catch {
            state.withLockedValue { $0.fault = error.sentence }
            throw error
        }
    }
}

extension ProviderFault {
    /// What is wrong, without the code.
    var sentence: String {
        switch self {
        case .refused(_, let reason), .unavailable(let reason): reason
        }
    }

    init(_ refusal: OpenIDRefusal) {
        self = .refused(code: refusal.code, reason: refusal.reason)
    }
}
