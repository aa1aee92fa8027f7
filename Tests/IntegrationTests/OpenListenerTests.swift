import Foundation
import StrictJSON
import Support
import Testing

/// The listeners without client certificates, as the binary serves them, seen by curl and openssl.
@Suite(.timeLimit(.minutes(1)))
struct OpenListenerTests {
    @Test func peopleAndFederationAnswerInTLS12AndTheServiceListenerDoesNot() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let (people, federation) = (gateway.peopleAddress, gateway.federationAddress)
        let status = "/api/maxine/status"
        for tls in ["-tls1_2", "-tls1_3"] {
            #expect(try ask(gateway, people, tls, status).contains("HTTP/1.1 401 "), "\(tls)")
            #expect(
                try ask(gateway, federation, tls, "/bundle").contains("HTTP/1.1 200 "), "\(tls)")
        }
        #expect(try !ask(gateway, gateway.serviceAddress, "-tls1_2", status).contains("HTTP/1.1"))
        for suite in ["ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256", "DHE-RSA-AES128-GCM-SHA256"] {
            let answer = try ask(gateway, people, "-tls1_2", status, ["-cipher", suite])
            #expect(
                !answer.contains("HTTP/1.1"), "\(suite) keeps no secret later, or can be forged")
        }
        #expect(gateway.stop() == 0)
        #expect(try gateway.maxine("audit", "verify", "--dir", "data/audit").status == 0)
    }

    @Test func curlReadsTheBundleThatTheGatewaysOwnClientsTrust() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let answer = try Shell.run(
            ["curl", "-sS", "--cacert", "certs/bundle.pem", gateway.federationAddress + "/bundle"],
            directory: gateway.folder)
        #expect(answer.status == 0, "\(answer.error)")
        let bundle = try StrictJSON.parse(Array(answer.output.utf8))
        #expect(bundle["spiffe_refresh_hint"]?.integer == 300)
        #expect(gateway.stop() == 0)
        let record = try gateway.records("federation.read").first ?? ""
        #expect(record.contains(#""kind":"anonymous""#) && record.contains(#""decision":"allow""#))
    }

    /// What answers to one request; nothing where the handshake comes to nothing.
    private func ask(
        _ gateway: GatewayProcess, _ address: String, _ tls: String, _ path: String,
        _ options: [String] = []
    ) throws -> String {
        let pipe = try TLSPipe(gateway, as: nil, options: [tls] + options, at: address)
        defer { pipe.close() }
        pipe.send("GET \(path) HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        return String(decoding: pipe.read(), as: UTF8.self)
    }
}
