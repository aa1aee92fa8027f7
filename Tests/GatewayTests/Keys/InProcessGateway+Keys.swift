import StrictJSON
import Support

/// A key as the answer that made it shows it.
struct MadeKey: Sendable {
    let id: String
    let text: String
    let answer: CurlAnswer

    init(_ answer: CurlAnswer) throws {
        let value = try? StrictJSON.parse(Array(answer.body.utf8))
        guard let id = value?["id"]?.string, let text = value?["key"]?.string else {
            throw TestFault(description: "no key in \(answer.status) \(answer.body)")
        }
        self.id = id
        self.text = text
        self.answer = answer
    }

    /// What must be nowhere: the secret part.
    var secret: String { String(text.dropFirst(13)) }
}

extension InProcessGateway {
    static let keys = "/api/maxine/api-keys"
    static let status = "/api/maxine/status"

    /// Makes a key, as the operator or as a service.
    func makeKey(
        _ members: String = #""scopes":["registry:read"]"#, as identity: String? = nil
    ) async throws -> MadeKey {
        try MadeKey(await curl("POST", Self.keys, body: "{\(members)}", as: identity))
    }

    /// Sends a request that a key speaks for.
    func use(
        _ key: String, _ method: String = "GET", _ path: String = InProcessGateway.status,
        body: String? = nil, as identity: String? = nil, options: [String] = []
    ) async throws -> CurlAnswer {
        try await curl(
            method, path, body: body, as: identity, headers: ["X-API-Key: \(key)"],
            options: options)
    }
}
