import Foundation
import StrictJSON
import Support

extension InProcessGateway {
    static let renew = "/api/maxine/identity/renew"

    /// A request for a service's identity; its key lies in a folder of this name.
    func signingRequest(_ service: String, in place: String) async throws -> String {
        try await signingRequest(id: Self.spiffeID(service), in: place)
    }

    /// Has an identity renewed by whoever has the files of a folder; the new files lie in another.
    func renew(
        _ service: String, as identity: String?, to place: String, ttl: Int? = nil,
        headers: [String] = [], at path: String = InProcessGateway.renew
    ) async throws -> CurlAnswer {
        try await renew(
            id: Self.spiffeID(service), as: identity, to: place, ttl: ttl, headers: headers,
            at: path)
    }

    /// The same of any identity.
    func renew(
        id: String, as identity: String?, to place: String, ttl: Int? = nil,
        headers: [String] = [], at path: String
    ) async throws -> CurlAnswer {
        let csr = try await signingRequest(id: id, in: place)
        let life = ttl.map { ",\"ttlSeconds\":\($0)" } ?? ""
        let body = String(SigningRequest.body(csr).dropLast()) + life + "}"
        let answer = try await curl("POST", path, body: body, as: identity, headers: headers)
        try keep(answer, in: place)
        return answer
    }

    private func signingRequest(id: String, in place: String) async throws -> String {
        let folder = folder.appending(path: place)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try await Shell.aside { try SigningRequest.make(id, in: folder, name: "svid") }
    }

    /// Has the operator issue an identity that lasts so long.
    func issue(_ service: String, ttl: Int) async throws {
        let answer = try await renew(
            service, as: nil, to: service, ttl: ttl, at: "/api/maxine/identity/x509-svids")
        guard answer.status == 200 else { throw TestFault(description: answer.body) }
    }

    private func keep(_ answer: CurlAnswer, in place: String) throws {
        guard answer.status == 200 else { return }
        let issued = try StrictJSON.parse(Array(answer.body.utf8))
        for (member, file) in [("chain", "svid.pem"), ("bundle", "bundle.pem")] {
            try Data((issued[member]?.string ?? "").utf8).write(
                to: folder.appending(path: "\(place)/\(file)"))
        }
    }
}
