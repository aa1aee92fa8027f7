import Foundation
import Gateway
import StrictJSON
import Support

extension IdentityFiles {
    /// What `issue` has written for a service.
    static func issued(_ service: String) -> IdentityFiles {
        IdentityFiles(
            certificate: "\(service)/svid.pem", key: "\(service)/svid.key",
            chain: "\(service)/svid.pem")
    }

    /// What is written of an operator.
    static func ofOperator(_ name: String) -> IdentityFiles {
        IdentityFiles(
            certificate: "certs/\(name).pem", key: "certs/\(name).key",
            chain: "certs/\(name).pem")
    }
}

extension InProcessGateway {
    static let revoke = "/api/maxine/identity/revoke"

    static func spiffeID(_ service: String) -> String {
        "spiffe://maxine.local/ns/default/dc/dc1/svc/\(service)"
    }

    /// Has the operator revoke.
    func revoke(_ what: String, why: String = "a test said so") async throws -> CurlAnswer {
        try await curl("POST", Self.revoke, body: #"{\#(what),"reason":"\#(why)"}"#)
    }

    /// The serial number of a certificate's file.
    func serial(of file: String) async throws -> String {
        let result = try await Shell.run(
            aside: ["openssl", "x509", "-noout", "-serial", "-in", file], directory: folder)
        return String(
            result.output.trimmingCharacters(in: .whitespacesAndNewlines).dropFirst(7))
    }

    /// Has the gateway count a certificate among those that it issued, which a test has signed with its keys.
    func vouch(for files: IdentityFiles, until end: Date) async throws {
        let result = try await Shell.run(
            aside: [
                "openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", files.certificate,
            ], directory: folder)
        let digest = result.output.split(separator: "=").last ?? ""
        vouch(forSHA256: digest.filter { $0.isHexDigit }.lowercased(), until: end)
    }

    /// The key identifier of an authority's file.
    func keyID(of file: String) async throws -> String {
        let result = try await Shell.run(
            aside: ["openssl", "x509", "-noout", "-ext", "subjectKeyIdentifier", "-in", file],
            directory: folder)
        let line = result.output.split(separator: "\n").last ?? ""
        return line.filter(\.isHexDigit).lowercased()
    }

    /// What somebody is answered on a new connection; empty where the handshake is refused.
    func answer(to identity: IdentityFiles, _ options: [String] = []) async throws -> String {
        try await Shell.aside {
            let pipe = try TLSPipe(self, as: identity, options: options)
            pipe.send(TLSPipe.statusRequest)
            defer { pipe.close() }
            return pipe.answer()
        }
    }

    /// A connection that has had an answer.
    func connect(
        _ identity: IdentityFiles, _ options: [String] = [], at address: String? = nil
    ) async throws -> TLSPipe {
        try await Shell.aside {
            let pipe = try TLSPipe(self, as: identity, options: options, at: address)
            pipe.send(TLSPipe.statusRequest)
            guard pipe.answer().hasPrefix("HTTP/1.1 ") else {
                throw TestFault(description: "no answer: \(pipe.complaints)")
            }
            return pipe
        }
    }
}

extension TLSPipe {
    static let statusRequest = "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\r\n"
}
