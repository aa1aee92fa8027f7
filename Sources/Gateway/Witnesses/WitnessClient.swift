internal import AsyncHTTPClient
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
        let outcome = await withTaskGroup(
            of: Result<WitnessReply, WitnessFault>?.self
        ) { group in
            group.addTask { await self.asked(question) }
            group.addTask {
                // The library's own bounds begin anew with each byte.
                try? await Task.sleep(for: WitnessBounds.answerTime)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        return outcome ?? .failure(.unreachable("it does not answer in time"))
    }

    private func asked(_ question: [UInt8]) async -> Result<WitnessReply, WitnessFault> {
        let configuration: HTTPClient.Configuration
        do throws(UnreadableAuthorities) {
            configuration = try OutgoingHTTP.configuration(
                host: address.host, authorities: authorities,
                connect: WitnessBounds.connectTime, read: WitnessBounds.readTime)
        } catch {
            return .failure(.unreachable("\(error)"))
        }
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: Result<WitnessReply, WitnessFault>
        do {
            answer = .success(try await send(question, by: client))
        } catch {
            answer = .failure(
                .unreachable(
                    OutgoingHTTP.sentence(of: error, bytesMax: WitnessLimits.answerBytesMax)))
        }
        try? await client.shutdown()
        return answer
    }

    private func send(_ question: [UInt8], by client: HTTPClient) async throws -> WitnessReply {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
        request.headers.add(name: "user-agent", value: "maxine")
        request.body = .bytes(ByteBuffer(bytes: question))
        let response = try await client.execute(request, timeout: WitnessBounds.readTime)
        let body = try await response.body.collect(upTo: WitnessLimits.answerBytesMax)
        return WitnessReply(
            status: Int(response.status.code), body: Array(body.readableBytesView))
    }
}

/// What asking a witness may cost.
enum WitnessBounds {
    /// The longest wait for a connection.
    static let connectTime = TimeAmount.seconds(2)
    /// The longest wait for the next bytes.
    static let readTime = TimeAmount.seconds(5)
    /// The longest wait for a whole answer.
    static let answerTime = Duration.seconds(6)
    /// The longest policy file, and the longest end with signatures.
    static let fileBytesMax = 64 << 10
}
