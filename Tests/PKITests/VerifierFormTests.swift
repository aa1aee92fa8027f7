import Crypto
import Foundation
import PKI
import Support
import SwiftASN1
import Testing
import X509

@Suite("The form of certificates")
struct VerifierFormTests {
    let fixture: VerifierFixture

    init() throws {
        fixture = try VerifierFixture()
    }

    /// The verdict on a leaf whose raw fields were changed and signed again by the right key.
    private func verdict(
        outerAlgorithm: [UInt8]? = nil, _ change: (inout [[UInt8]]) -> Void
    ) throws -> String {
        let der = try TestCertificateSurgery.rewrite(
            fixture.ca.leaf().der, signedBy: fixture.ca.intermediate.key,
            outerAlgorithm: outerAlgorithm, fields: change)
        return fixture.verdict([der, fixture.ca.intermediate.der])
    }

    private func node(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        TestCertificateSurgery.encode(tag: tag, content)
    }

    @Test func acceptsTheSurgeryWhenNothingIsChanged() throws {
        #expect(try verdict { _ in } == "accepted")
    }

    @Test func refusesVersion1And2() throws {
        #expect(try verdict { $0.removeFirst() } == "malformed")
        #expect(try verdict { $0[0] = [0xA0, 3, 2, 1, 1] } == "malformed")
        #expect(try verdict { $0[0] = [0xA0, 3, 2, 1, 3] } == "malformed")
    }

    @Test(arguments: [
        [0x00], [0x80], [0xFF, 0x01], [UInt8](repeating: 0x11, count: 21), [0x00, 0x00], [],
    ])
    func refusesSerialNumbersThatAreNotPositiveOrTooLong(_ bytes: [UInt8]) throws {
        #expect(try verdict { $0[1] = node(0x02, bytes) } == "malformed")
    }

    @Test func acceptsASerialNumberOfTwentyOctets() throws {
        #expect(
            try verdict { $0[1] = node(0x02, [UInt8](repeating: 0x11, count: 20)) } == "accepted")
    }

    @Test func refusesTwoDifferentSignatureAlgorithms() throws {
        let sha384 = node(0x30, node(0x06, [0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3]))
        #expect(try verdict(outerAlgorithm: sha384) { _ in } == "malformed")
    }

    @Test func refusesTimesOfAnotherForm() throws {
        let start = node(0x17, Array("260101000000Z".utf8))
        for end in [
            node(0x18, Array("20271231235959Z".utf8)), node(0x18, Array("20501231235959.5Z".utf8)),
            node(0x17, Array("2712312359Z".utf8)), node(0x17, Array("271231235959+0100".utf8)),
            node(0x17, Array("271331235959Z".utf8)), node(0x04, Array("271231235959Z".utf8)),
        ] {
            #expect(try verdict { $0[4] = node(0x30, start + end) } == "malformed")
        }
        let good = node(0x17, Array("271231235959Z".utf8))
        #expect(try verdict { $0[4] = node(0x30, start + good) } == "accepted")
        let far = node(0x18, Array("99991231235959Z".utf8))
        #expect(try verdict { $0[4] = node(0x30, start + far) } == "accepted")
    }

    @Test func refusesUniqueIdentifiersAndMissingExtensions() throws {
        #expect(try verdict { $0.insert([0x81, 2, 0, 1], at: 7) } == "malformed")
        #expect(try verdict { $0.removeLast() } == "malformed")
        #expect(try verdict { $0.append([0xA4, 0]) } == "malformed")
    }

    @Test func refusesAnExtensionThatStandsTwice() throws {
        let twice = try verdict { fields in
            guard let last = fields.popLast(), let tagged = try? DER.parse(last),
                let list = TestCertificateSurgery.children(tagged).first
            else { return }
            let extensions = TestCertificateSurgery.children(list).flatMap {
                Array($0.encodedBytes)
            }
            let first = TestCertificateSurgery.children(list).first.map { Array($0.encodedBytes) }
            fields.append(node(0xA3, node(0x30, extensions + (first ?? []))))
        }
        #expect(twice == "malformed")
    }

    @Test func refusesACertificateThatIsTooLarge() throws {
        let leaf = try fixture.ca.leaf {
            $0.extraExtensions = [
                .init(
                    oid: [1, 2, 3, 4], critical: false,
                    value: [UInt8](repeating: 4, count: 8192)[...])
            ]
        }
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "certificate_too_large")
    }

    @Test func refusesTrailingTruncatedAndEmptyEncodings() throws {
        let leaf = try fixture.ca.leaf().der
        let above = fixture.ca.intermediate.der
        #expect(fixture.verdict([leaf + [0], above]) == "malformed")
        #expect(fixture.verdict([Array(leaf.dropLast()), above]) == "malformed")
        #expect(fixture.verdict([[], above]) == "malformed")
        #expect(fixture.verdict([leaf, []]) == "malformed")
        #expect(fixture.verdict([[UInt8](repeating: 0x30, count: 4000), above]) == "malformed")
    }

    @Test func survivesEveryTruncationAndEveryChangedByte() throws {
        let leaf = try fixture.ca.leaf().der
        let above = fixture.ca.intermediate.der
        for length in leaf.indices {
            #expect(fixture.verdict([Array(leaf.prefix(length)), above]) != "accepted")
        }
        for index in leaf.indices {
            var changed = leaf
            changed[index] ^= 0x41
            #expect(fixture.verdict([changed, above]) != "accepted", "byte \(index)")
        }
    }

    @Test func refusesWeakKeysAndSignatures() throws {
        let p521 = try TestCA.mint(
            fixture.ca.leafPlan(), by: fixture.ca.intermediate,
            key: .init(P521.Signing.PrivateKey()))
        #expect(fixture.verdict(fixture.ca.chain(p521)) == "weak_algorithm")
        let sha512 = try fixture.verdict { $0.signatureAlgorithm = .ecdsaWithSHA512 }
        #expect(sha512 == "accepted")
        let sha384 = try fixture.verdict { $0.signatureAlgorithm = .ecdsaWithSHA384 }
        #expect(sha384 == "accepted")
    }

    @Test func acceptsP384AndEd25519Keys() throws {
        for key in [
            Certificate.PrivateKey(P384.Signing.PrivateKey()),
            Certificate.PrivateKey(Curve25519.Signing.PrivateKey()),
        ] {
            let leaf = try TestCA.mint(
                fixture.ca.leafPlan(), by: fixture.ca.intermediate, key: key)
            #expect(fixture.verdict(fixture.ca.chain(leaf)) == "accepted")
        }
    }
}
