import Foundation
import StrictJSON
import Support
import Testing

/// What we issue can be used: a request is refused with the reason, or its certificate gets its holder in.
@Suite(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct IssuedIdentityTests {
    struct Key: CustomStringConvertible {
        let algorithm: [String]
        /// What the refusal says; nil where the key is taken.
        var says: String?

        var description: String { algorithm.joined(separator: " ") }

        /// Of three primes where two would take seconds to find; the public key doesn't show it.
        static func rsa(_ bits: Int, exponent: Int = 65_537, says: String? = nil) -> Key {
            Key(
                algorithm: [
                    "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)", "-pkeyopt",
                    "rsa_keygen_pubexp:\(exponent)", "-pkeyopt",
                    "rsa_keygen_primes:\(bits > 3000 ? 3 : 2)",
                ], says: says)
        }

        static func curve(_ name: String, says: String? = nil) -> Key {
            Key(algorithm: ["EC", "-pkeyopt", "ec_paramgen_curve:\(name)"], says: says)
        }
    }

    static let keys: [Key] = [
        .curve("P-256"), .curve("P-384"), .curve("P-521", says: "taken are P-256, P-384"),
        .curve("secp256k1", says: "taken are P-256, P-384"),
        .curve("brainpoolP256r1", says: "taken are P-256, P-384"),
        .rsa(1024, says: "an RSA key of 1024 bits; taken are"),
        .rsa(2047, says: "an RSA key of 2047 bits"), .rsa(2048), .rsa(2056), .rsa(3072),
        .rsa(4096), .rsa(4104, says: "an RSA key of 4104 bits"),
        .rsa(2048, exponent: 3, says: "an RSA exponent other than 65537"),
        Key(algorithm: ["RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], says: "taken are"),
        Key(algorithm: ["ED25519"]), Key(algorithm: ["ED448"], says: "taken are"),
    ]

    @Test func aKeyIsRefusedWithTheReasonOrGetsItsHolderIn() async throws {
        try await InProcessGateway().serving { gateway in
            for key in Self.keys { try await expectRefusalOrUse(of: key, in: gateway) }
        }
    }

    private func expectRefusalOrUse(of key: Key, in gateway: InProcessGateway) async throws {
        let csr = try await request(key, in: gateway.folder)
        let answer = try await gateway.curl(
            "POST", "/api/maxine/identity/x509-svids", body: SigningRequest.body(csr))
        if let says = key.says {
            #expect(answer.status == 422, "\(key): \(answer.body)")
            #expect(answer.body.contains(says), "\(key): \(answer.body)")
            return
        }
        #expect(answer.status == 200, "\(key): \(answer.body)")
        try keep(answer, in: gateway.folder.appending(path: "web"))
        for version in ["--http1.1", "--http2"] {
            let used = try await gateway.curl(
                "GET", "/api/maxine/services/web", as: "web", options: [version])
            #expect(used.status == 200, "\(key): \(used.body)")
        }
    }

    @Test(arguments: [
        ("svc/-web", [], #"service \"-web\" is not 1 to 100"#),
        ("svc/" + String(repeating: "a", count: 300), [], "is not 1 to 100"),
        ("svc/web/", [], "its path ends with a slash"), ("svc/we%62", [], "its path holds"),
        ("svc/web", ["DNS:web.default.svc"], #"it asks for the DNS name \"web.default.svc\""#),
    ])
    func aNameThatIsNoUseIsRefusedWithTheRule(
        path: String, names: [String], says: String
    ) async throws {
        try await InProcessGateway().serving { gateway in
            let csr = try await request(
                .curve("P-256"), for: "spiffe://maxine.local/ns/default/dc/dc1/" + path, names,
                in: gateway.folder)
            let answer = try await gateway.curl(
                "POST", "/api/maxine/identity/x509-svids", body: SigningRequest.body(csr))
            #expect(answer.status == 422, "\(answer.body)")
            let detail = try StrictJSON.parse(Array(answer.body.utf8))["detail"]?.string ?? ""
            #expect(detail.contains(says.replacing("\\\"", with: "\"")), "\(detail)")
        }
    }

    @Test func takesARequestAsOpenSSLPrintsIt() async throws {
        try await InProcessGateway().serving { gateway in
            let csr = try await request(.curve("P-256"), in: gateway.folder, options: ["-text"])
            #expect(csr.hasPrefix("Certificate Request:"), "\(csr.prefix(100))")
            let answer = try await gateway.curl(
                "POST", "/api/maxine/identity/x509-svids", body: SigningRequest.body(csr))
            #expect(answer.status == 200, "\(answer.body)")
        }
    }

    /// Leaf alone, in order, with the root, and with the root before the intermediate.
    @Test func chainsAsRealClientsSendThemGetIn() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let folder = gateway.folder.appending(path: "web")
            let chain = try blocks(of: folder.appending(path: "svid.pem"))
            let root = try blocks(of: folder.appending(path: "bundle.pem"))
            #expect(chain.count == 2)
            for order in [[chain[0]], chain, chain + root, [chain[0]] + root + [chain[1]]] {
                try Data(order.joined().utf8).write(to: folder.appending(path: "svid.pem"))
                let answer = try await gateway.curl("GET", "/api/maxine/services/web", as: "web")
                #expect(answer.status == 200, "\(order.count): \(answer.body)")
            }
        }
    }

    private func request(
        _ key: Key, for uri: String = "spiffe://maxine.local/ns/default/dc/dc1/svc/web",
        _ names: [String] = [], in folder: URL, options: [String] = []
    ) async throws -> String {
        try FileManager.default.createDirectory(
            at: folder.appending(path: "web"), withIntermediateDirectories: true)
        let made = try await Shell.run(
            aside: ["openssl", "genpkey", "-quiet", "-out", "web/svid.key", "-algorithm"]
                + key.algorithm,
            directory: folder)
        guard made.status == 0 else { throw TestFault(description: made.error) }
        let result = try await Shell.run(
            aside: [
                "openssl", "req", "-new", "-key", "web/svid.key", "-subj", "/CN=test", "-addext",
                "subjectAltName=" + (["URI:\(uri)"] + names).joined(separator: ","),
            ] + options, directory: folder)
        guard result.status == 0 else { throw TestFault(description: result.error) }
        return result.output
    }

    private func keep(_ answer: CurlAnswer, in folder: URL) throws {
        let issued = try StrictJSON.parse(Array(answer.body.utf8))
        for (member, file) in [("chain", "svid.pem"), ("bundle", "bundle.pem")] {
            try Data((issued[member]?.string ?? "").utf8).write(to: folder.appending(path: file))
        }
    }

    private func blocks(of file: URL) throws -> [String] {
        let end = "-----END CERTIFICATE-----\n"
        return try String(contentsOf: file, encoding: .utf8).components(separatedBy: end)
            .filter { $0.contains("BEGIN") }.map { $0 + end }
    }
}
