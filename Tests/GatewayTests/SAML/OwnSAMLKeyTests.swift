import Auth
import Foundation
import Gateway
import PKI
import SAML
import SAMLSupport
import Support
import Testing

/// Our own keys at a provider, while one takes the other's place.
@Suite(.timeLimit(.minutes(10))) struct OwnSAMLKeyTests {
    /// Whose key signed the request that a browser takes along, by openssl's word.
    private func signer(
        of place: String, among names: [String], _ house: SAMLHouse
    ) async throws -> [String] {
        let query = String(place.split(separator: "?", maxSplits: 1).last ?? "")
        let parts = query.components(separatedBy: "&Signature=")
        try house.folder.write(parts.first ?? "", to: "signed")
        try (Data(base64Encoded: parts.last?.removingPercentEncoding ?? "") ?? Data()).write(
            to: house.folder.url.appending(path: "signature"))
        var found: [String] = []
        for name in names {
            let made = try await Shell.run(aside: [
                "openssl", "x509", "-in", house.keys.path("\(name).pem"), "-pubkey", "-noout",
            ])
            try house.folder.write(made.output, to: "public")
            let verified = try await Shell.run(aside: [
                "openssl", "dgst", "-sha256", "-verify", house.folder.path("public"),
                "-signature", house.folder.path("signature"), house.folder.path("signed"),
            ])
            if verified.output.contains("Verified OK") { found.append(name) }
        }
        return found
    }

    @Test func bothArePublishedAndTheFirstSigns() async throws {
        let house = try SAMLHouse()
        for names in [["own", "own2"], ["own2", "own"]] {
            let gateway = try house.gateway {
                $0.key = SecretSource("file:" + house.keys.path(names[0] + ".key"))
                $0.certificatePath = house.keys.path(names[0] + ".pem")
                $0.otherKey = SecretSource("file:" + house.keys.path(names[1] + ".key"))
                $0.otherCertificatePath = house.keys.path(names[1] + ".pem")
            }
            try await gateway.serving { gateway in
                let document = try await gateway.browse(SAMLHouse.auth + "/metadata").body
                for name in names {
                    let uses = document.components(separatedBy: try house.keys.base64(name)).count
                    #expect(uses == 3, "\(name) signs and opens")
                }
                let begun = try await gateway.beginSAML()
                let place = begun.answer.headers["location"] ?? ""
                #expect(try await signer(of: place, among: names, house) == [names[0]])
            }
        }
    }

    @Test func aCertificateOfAnotherKeyIsNotTaken() async throws {
        let house = try SAMLHouse()
        let changes: [(inout SAMLSettings) -> Void] = [
            { $0.certificatePath = house.keys.path("own2.pem") },
            {
                $0.otherKey = SecretSource("file:" + house.keys.path("own2.key"))
                $0.otherCertificatePath = house.keys.path("own.pem")
            },
            { $0.certificatePath = house.keys.path("own.key") },
            { $0.signerPath = house.keys.path("own.key") },
        ]
        for change in changes {
            var isServed = false
            do {
                try await house.gateway(change).serving { _ in }
                isServed = true
            } catch {
                #expect("\(error)".contains("certificate"), "\(error)")
            }
            #expect(!isServed)
        }
    }
}
