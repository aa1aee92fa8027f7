import Crypto
import PKI
import Policy
import Support
import SwiftASN1
import Testing
import X509

@Suite("Certificate signing requests")
struct ParsedCSRTests {
    private let uri = "spiffe://maxine.test/ns/default/dc/dc1/svc/web"

    private func verdict(_ bytes: [UInt8]) -> String {
        do throws(PKIError) {
            return try ParsedCSR(bytes).spiffeID.description
        } catch {
            return error.code
        }
    }

    @Test func readsDERAndPEM() throws {
        let der = try TestRequest.der()
        #expect(verdict(der) == uri)
        #expect(verdict(TestRequest.pem(der)) == uri)
        #expect(verdict(TestRequest.pem(der, label: "NEW CERTIFICATE REQUEST")) == uri)
    }

    /// RFC 7468 section 2, as `openssl req -text` prints it.
    @Test func takesTextAroundTheBlock() throws {
        let pem = TestRequest.pem(try TestRequest.der())
        let text = Array("Certificate Request:\n    Data:\n        Version: 1 (0x0)\n".utf8)
        #expect(verdict(text + pem) == uri)
        #expect(verdict(text + pem + text) == uri)
        #expect(verdict(text + pem + text + pem) == "invalid_request")
    }

    @Test(arguments: [
        (["SPIFFE://maxine.test/a"], [], "it does not begin with spiffe://"),
        (["spiffe://Maxine.test/a"], [], "its trust domain holds something other than"),
        (["spiffe://maxine.test/a/"], [], "its path ends with a slash"),
        (["spiffe://maxine.test/we%62"], [], "its path holds something other than"),
        (["spiffe://maxine.test"], [], "names a trust domain and no workload"),
        (["spiffe://maxine.test/a", "spiffe://maxine.test/b"], [], "it asks for 2 URIs"),
        ([], [], "no SPIFFE ID is asked for"),
        (
            ["spiffe://maxine.test/a"], ["web.default.svc"],
            #"it asks for the DNS name "web.default.svc""#
        ),
    ])
    func saysWhichRuleARequestBreaks(uris: [String], dnsNames: [String], says: String) throws {
        let der = try TestRequest.der(uris: uris, dnsNames: dnsNames)
        do throws(PKIError) {
            _ = try ParsedCSR(der)
            Issue.record("it is taken")
        } catch {
            #expect(error.message.contains(says), "\(error.message)")
        }
    }

    @Test func acceptsTheKeysThatAreTaken() throws {
        for key in [
            Certificate.PrivateKey(P256.Signing.PrivateKey()),
            Certificate.PrivateKey(P384.Signing.PrivateKey()),
            Certificate.PrivateKey(Curve25519.Signing.PrivateKey()),
        ] {
            #expect(verdict(try TestRequest.der(uris: [uri], key: key)) == uri)
        }
        let p521 = Certificate.PrivateKey(P521.Signing.PrivateKey())
        #expect(verdict(try TestRequest.der(uris: [uri], key: p521)) == "invalid_request")
    }

    @Test func refusesARequestWithoutProofOfPossession() throws {
        // The key of one request under the signature of another.
        let victim = TestCertificateSurgery.children(try DER.parse(try TestRequest.der()))
        let thief = TestCertificateSurgery.children(try DER.parse(try TestRequest.der()))
        let forged = TestCertificateSurgery.encode(
            tag: 0x30,
            [victim[0], thief[1], thief[2]].flatMap { Array($0.encodedBytes) })
        #expect(throws: Never.self) { try CertificateSigningRequest(derEncoded: forged) }
        #expect(verdict(forged) == "invalid_request")
    }

    @Test(arguments: [
        [], ["spiffe://maxine.test"], ["https://maxine.test/a"], ["spiffe://maxine.test/a/../b"],
        ["spiffe://maxine.test/a", "spiffe://maxine.test/b"],
        ["spiffe://maxine.test/a", "spiffe://maxine.test/a"],
    ])
    func refusesOtherThanOneSPIFFEID(_ uris: [String]) throws {
        #expect(verdict(try TestRequest.der(uris: uris)) == "invalid_request")
    }

    @Test func refusesNamesBesideTheSPIFFEID() throws {
        let request = try TestRequest.der(uris: [uri], dnsNames: ["bank.example"])
        #expect(verdict(request) == "invalid_request")
    }

    @Test func refusesToAskForTheRightsOfAnAuthority() throws {
        let wishes: [Certificate.Extension] = [
            try .init(BasicConstraints.isCertificateAuthority(maxPathLength: nil), critical: true),
            try .init(KeyUsage(digitalSignature: true, keyCertSign: true), critical: true),
            try .init(KeyUsage(cRLSign: true), critical: true),
            try .init(ExtendedKeyUsage([.codeSigning]), critical: false),
            .init(oid: [1, 2, 3, 4], critical: true, value: [5, 0]),
        ]
        for wish in wishes {
            #expect(verdict(try TestRequest.der(uris: [uri], extra: [wish])) == "invalid_request")
        }
    }

    @Test func ignoresWhatEverySVIDGetsAnyway() throws {
        let wishes: [Certificate.Extension] = [
            try .init(BasicConstraints.notCertificateAuthority, critical: true),
            try .init(KeyUsage(digitalSignature: true, keyEncipherment: true), critical: true),
            try .init(ExtendedKeyUsage([.serverAuth, .clientAuth]), critical: false),
            .init(oid: [1, 2, 3, 4], critical: false, value: [5, 0]),
        ]
        #expect(verdict(try TestRequest.der(uris: [uri], extra: wishes)) == uri)
    }

    @Test func refusesTwoExtensionRequests() throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let good = try TestRequest.der(uris: [uri], key: key)
        let twice = try TestCertificateSurgery.rewrite(good, signedBy: key) { fields in
            guard let attributes = try? DER.parse(fields[3]) else { return }
            let one = TestCertificateSurgery.children(attributes).flatMap { Array($0.encodedBytes) }
            fields[3] = TestCertificateSurgery.encode(tag: 0xA0, one + one)
        }
        #expect(verdict(twice) == "invalid_request")
        let same = try TestCertificateSurgery.rewrite(good, signedBy: key) { _ in }
        #expect(verdict(same) == uri)
    }

    @Test func refusesOtherThanOneRequest() throws {
        let der = try TestRequest.der()
        let pem = TestRequest.pem(der)
        #expect(verdict(pem + pem) == "invalid_request")
        #expect(verdict(TestRequest.pem(der, label: "CERTIFICATE")) == "invalid_request")
        #expect(verdict(der + [0]) == "invalid_request")
        #expect(verdict([]) == "invalid_request")
        #expect(verdict(Array("hello".utf8)) == "invalid_request")
        #expect(verdict(Array(pem.dropLast(10))) == "invalid_request")
        #expect(verdict(Array("x\n".utf8)) == "invalid_request")
        #expect(
            verdict([UInt8](repeating: 0x30, count: PKILimits.requestBytesMax + 1))
                == "invalid_request")
    }

    @Test func survivesEveryTruncationAndEveryChangedByte() throws {
        let der = try TestRequest.der()
        for length in der.indices {
            #expect(verdict(Array(der.prefix(length))) == "invalid_request")
        }
        for index in der.indices {
            var changed = der
            changed[index] ^= 0x41
            #expect(verdict(changed) == "invalid_request", "byte \(index)")
        }
    }
}
