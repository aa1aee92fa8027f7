import Foundation
import Support

extension InProcessGateway {
    /// The token that the start has written for the first person.
    func bootstrapToken() throws -> String {
        try String(contentsOf: folder.appending(path: "certs/bootstrap.token"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Brings a token in exchange for a session.
    func useBootstrap(_ token: String) async throws -> CurlAnswer {
        try await post("bootstrap", #"{"token":"\#(token)"}"#)
    }
}
