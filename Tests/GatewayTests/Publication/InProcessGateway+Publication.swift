import Foundation
import Gateway
import Support

extension InProcessGateway {
    /// A gateway that tells others what is revoked.
    static func publishing(
        clock: TestClock = TestClock(), folder: TestFolder? = nil,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(clock: clock, folder: folder) {
            $0.listen.revocation = .anyPort
            change(&$0)
        }
    }

    /// Runs openssl in the gateway's folder.
    func openssl(_ arguments: String...) async throws -> Shell.Result {
        try await Shell.run(aside: ["openssl"] + arguments, directory: folder)
    }

    /// Asks the listener of revocations; what it sends is in a file, the head is returned.
    func askPublic(
        _ path: String, to file: String = "public.out", _ options: [String] = []
    ) async throws -> CurlAnswer {
        try await CurlAnswer(
            Shell.run(
                aside: [
                    "curl", "-sS", "--path-as-is", "--max-time", "10", "-D", "-", "-o", file,
                ] + options + [revocationAddress + path], directory: folder))
    }

    /// The list of an authority as openssl prints it, checked against the authority's certificate.
    func list(
        of authority: String, issuer: String = "data/pki/intermediate.pem"
    ) async throws -> String {
        let answer = try await askPublic("/crl/\(authority).crl", to: "list.crl")
        guard answer.status == 200, answer.headers["content-type"] == "application/pkix-crl" else {
            throw TestFault(description: "\(answer.status) \(answer.headers)")
        }
        let shown = try await openssl(
            "crl", "-inform", "DER", "-in", "list.crl", "-CAfile", issuer, "-noout", "-text")
        guard shown.error.contains("verify OK") else { throw TestFault(description: shown.error) }
        return shown.output
    }

    /// The number of a list.
    func number(of list: String) throws -> UInt64 {
        let lines = list.split(separator: "\n").map { $0.drop { $0 == " " } }
        guard let at = lines.firstIndex(where: { $0.hasPrefix("X509v3 CRL Number") }),
            at + 1 < lines.count
        else { throw TestFault(description: "no number: \(list)") }
        let text = lines[at + 1]
        let number =
            text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
        guard let number else { throw TestFault(description: "no number: \(text)") }
        return number
    }
}
