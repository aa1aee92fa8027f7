internal import Audit
internal import Auth
internal import NIOCore
internal import NIOHTTP1

/// Asks one witness for its signature (C2SP tlog-witness, add-checkpoint).
struct WitnessClient: Sendable {
    let address: KeyAddress
    /// The file of authorities that it is checked against; nil for the system's.
    let authorities: String?

    /// Takes the address of a policy, the witness's submission prefix; nil for one that is not asked.
    init?(_ text: String?, authorities: String?) {
        guard let text, !text.contains("?") else { return nil }
        let prefix = text.hasSuffix("/") ? String(text.dropLast()) : text
        // What it answers is signed; TLS only hides how much is done here, which nobody on this machine has to be kept from.
        let place = KeyAddress(prefix + "/add-checkpoint", allowsLoopbackHTTP: true)
        guard let place else { return nil }
        address = place
        self.authorities = authorities
    }

    /// Sends a question, and reads the answer, in a bounded time.
    func ask(_ question: [UInt8]) async -> Result<WitnessReply, WitnessFault> {
        let fetch = BoundedFetch(
            authorities: authorities, bytesMax: WitnessLimits.answerBytesMax,
            time: WitnessBounds.answerTime)
        do throws(KeyReadingFault) {
            let answer = try await fetch.send(
                .POST, to: address, [("user-agent", "maxine")],
                body: .init(type: "text/plain; charset=utf-8", bytes: question))
            return .success(WitnessReply(status: Int(answer.status), body: answer.body))
        } catch {
            return .failure(.unreachable(error.description))
        }
    }
}

/// What asking a witness may cost.
enum WitnessBounds {
    /// The longest wait for a whole answer.
    static let answerTime = TimeAmount.seconds(6)
    /// The longest policy file, and the longest end with signatures.
    static let fileBytesMax = 64 << 10
}
