import Foundation
import Gateway
import StrictJSON
import Support

extension InProcessGateway {
    /// Sends one request with curl over mTLS, as the operator or as an issued identity; to the service listener unless told otherwise.
    func curl(
        _ method: String, _ path: String, body: String? = nil, as identity: String? = nil,
        headers: [String] = [], options: [String] = [], at address: String? = nil
    ) async throws -> CurlAnswer {
        let request = CurlRequest(
            method, path, body: body, as: identity, headers: headers, options: options)
        return try CurlAnswer(
            await Shell.run(
                aside: request.arguments(to: address ?? serviceAddress), directory: folder))
    }

    /// A page of the metrics listener.
    func page(_ path: String) async throws -> CurlAnswer {
        try CurlAnswer(
            await Shell.run(
                aside: ["curl", "-sS", "-D", "-", "--max-time", "5", metricsAddress + path]))
    }

    /// Registers one instance as the operator.
    func register(_ service: String, _ id: String, ttl: Int = 3600) async throws -> CurlAnswer {
        try await curl(
            "PUT", "/api/maxine/services/\(service)/instances/\(id)",
            body: #"{"address":"10.0.0.7","port":8080,"ttlSeconds":\#(ttl)}"#)
    }

    /// Has the operator issue an identity to a service; its files lie in a folder of the service's name.
    func issue(_ service: String) async throws {
        let place = folder.appending(path: service)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let csr = try await Shell.aside {
            try SigningRequest.make(
                "spiffe://maxine.local/ns/default/dc/dc1/svc/\(service)", in: place, name: "svid")
        }
        let answer = try await curl(
            "POST", "/api/maxine/identity/x509-svids", body: SigningRequest.body(csr))
        let issued = try StrictJSON.parse(Array(answer.body.utf8))
        for (member, file) in [("chain", "svid.pem"), ("bundle", "bundle.pem")] {
            guard let text = issued[member]?.string else {
                throw TestFault(description: "no \(member) in \(answer.body)")
            }
            try Data(text.utf8).write(to: place.appending(path: file))
        }
    }
}
