import Foundation
import Support
import SwiftASN1
import Testing
import X509

@testable import PKI

/// A timestamp proves that bytes were there at a time, by the word of an authority that is named; `openssl ts` makes them.
@Suite(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct TimestampTests {
    private static let content = Array("maxine.local/audit\n1042\nroot\n".utf8)

    private func verify(
        _ answer: [UInt8], _ house: StampAuthority, _ query: TimestampQuery? = nil,
        content: [UInt8] = TimestampTests.content, policy: String? = nil,
        authorities: String? = nil
    ) -> Result<ProvedTime, TimestampFault> {
        do throws(TimestampFault) {
            return .success(
                try UnverifiedTimestamp(answer).verify(
                    content, answering: query, policy: policy,
                    authorities: Array((authorities ?? house.root.pem).utf8)))
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: ["sha1", "sha256", "sha384"], [false, true])
    func aTimestampProvesATime(certificateHash: String, hasIntermediate: Bool) throws {
        let house = try StampAuthority(
            certificateHash: certificateHash, hasIntermediate: hasIntermediate)
        let query = TimestampQuery(of: Self.content)
        let before = Date()
        let answer = try house.answer(query.der)
        let proved = try verify(answer, house, query).get()
        let time = Date(timeIntervalSince1970: Double(proved.nanoseconds) / 1e9)
        #expect(abs(time.timeIntervalSince(before)) < 60)
        #expect(proved.authority.contains("stamps of a test"))
        #expect(proved.policy == "1.2.3.4.1")
        #expect(!proved.serial.isEmpty)
        #expect(throws: Never.self) { try verify(answer, house, policy: "1.2.3.4.1").get() }
        let self_ = verify(answer, house, authorities: house.signer.pem)
        #expect(throws: Never.self) { try self_.get() }
    }

    /// A request that openssl reads as it was meant.
    @Test func theRequestIsOneOfRFC3161() throws {
        let folder = try TestFolder()
        try folder.write(TimestampQuery(of: Self.content).der, to: "q.tsq")
        let text = try Shell.run(["openssl", "ts", "-query", "-in", folder.path("q.tsq"), "-text"])
        #expect(text.status == 0, "\(text.error)")
        #expect(text.output.contains("Hash Algorithm: sha256"), "\(text.output)")
        #expect(text.output.contains("Certificate required: yes"), "\(text.output)")
        #expect(text.output.contains("Nonce: 0x"), "\(text.output)")
        #expect(TimestampQuery(of: Self.content).nonce != TimestampQuery(of: Self.content).nonce)
    }

    @Test func whatIsOfSomethingElseProvesNothing() throws {
        let house = try StampAuthority()
        let query = TimestampQuery(of: Self.content)
        let answer = try house.answer(query.der)
        #expect(verify(answer, house, content: Self.content + [0]) == .failure(.otherContent))
        let other = TimestampQuery(of: Self.content)
        #expect(verify(answer, house, other) == .failure(.otherNonce))
        #expect(
            verify(answer, house, policy: "1.2.3.4.2") == .failure(.otherPolicy("1.2.3.4.1")))
        let stranger = try StampAuthority()
        #expect(
            verify(answer, house, authorities: stranger.root.pem) == .failure(.untrusted))
        let forged = house.root.forged()
        let named = try TestCA.mint(
            .authority("root of stamps", trustDomain: "stamps.test", now: Date()), by: nil,
            key: forged.key)
        #expect(
            verify(answer, house, authorities: named.pem) == .failure(.untrusted),
            "a root of the same name")
        #expect(throws: TimestampFault.self) {
            try verify(answer, house, authorities: "no certificates").get()
        }
    }

    /// openssl gives none where a request is of a digest that it does not take.
    @Test func aRefusalIsNoTimestamp() throws {
        let house = try StampAuthority()
        var bad = TimestampQuery(of: Self.content).der
        let place = try #require(bad.lastIndex(of: 0x60))
        bad[place + 8] = 0x03
        let answer = try house.answer(bad)
        guard case .failure(.refused(let status)) = verify(answer, house) else {
            Issue.record("taken: \(answer)")
            return
        }
        #expect(status == 2)
        var good = try house.answer(TimestampQuery(of: Self.content).der)
        let granted = try #require(Data(good).range(of: Data([0x02, 0x01, 0x00])))
        good[granted.upperBound - 1] = 2
        #expect(verify(good, house) == .failure(.refused(status: 2)), "whatever stands behind it")
    }

    /// No bit of what counts can be changed; what is not signed counts for nothing.
    @Test func everyBitCounts() throws {
        let house = try StampAuthority()
        let query = TimestampQuery(of: Self.content)
        let answer = try house.answer(query.der)
        let good = try verify(answer, house, query).get()
        var taken: [Int] = []
        for place in answer.indices {
            for bit in 0..<8 {
                var bent = answer
                bent[place] ^= 1 << bit
                if case .success(let proved) = verify(bent, house, query) {
                    #expect(proved == good, "byte \(place) bit \(bit) proves something else")
                    taken.append(place)
                }
            }
        }
        // Versions of the wrapping, what openssl adds beside, the certificates that are not used.
        #expect(taken.count < answer.count * 8 / 2, "\(taken.count) of \(answer.count * 8)")
        // Last stands the signature (DER of two numbers of P-256, and a tag before it).
        let signature = answer.count - 64..<answer.count
        #expect(taken.filter(signature.contains) == [], "no bit of the signature")
        for end in stride(from: 0, to: answer.count, by: 7) {
            #expect(throws: TimestampFault.self, "cut at \(end)") {
                try verify(Array(answer[..<end]), house, query).get()
            }
        }
    }

    @Test func aCertificateThatWasOverProvesNothing() throws {
        let over = try StampAuthority {
            $0.notBefore = Date() - 7200
            $0.notAfter = Date() - 3600
        }
        let answer = try over.answer(TimestampQuery(of: Self.content).der)
        #expect(
            verify(answer, over)
                == .failure(.badCertificate("it was not valid at the timestamp's time")))
    }

    /// Whoever signs timestamps may do that and nothing else.
    @Test func theSignersCertificateIsForTimestampsAlone() throws {
        let root = try TestCA.mint(
            .authority("r", trustDomain: "stamps.test", now: Date()), by: nil)
        let now = Int64(Date().timeIntervalSince1970)
        func check(_ change: (inout TestCertificatePlan) throws -> Void) throws {
            var plan = try StampAuthority.plan()
            try change(&plan)
            let made = try TestCA.mint(plan, by: root)
            try StampCertificate(DER.parse(made.der)).checkSigner(at: now)
        }
        #expect(throws: Never.self) { try check { _ in } }
        let bad: [(inout TestCertificatePlan) throws -> Void] = [
            { $0.extraExtensions = [] },
            { $0.extraExtensions = [try StampAuthority.usage(critical: false)] },
            { plan in
                plan.extraExtensions = [
                    try .init(ExtendedKeyUsage([.timeStamping, .serverAuth]), critical: true)
                ]
            },
            { $0.extraExtensions = [try .init(ExtendedKeyUsage([.any]), critical: true)] },
            { $0.keyUsage = KeyUsage(keyAgreement: true) },
            { $0.isAuthority = true },
            { $0.notAfter = Date() - 60 },
            { $0.notBefore = Date() + 600 },
        ]
        for (index, change) in bad.enumerated() {
            #expect(throws: TimestampFault.self, "plan \(index)") { try check(change) }
        }
    }

    /// Whoever stands above it may sign certificates, then and so far up.
    @Test func whoStandsAboveIsAnAuthority() throws {
        let now = Int64(Date().timeIntervalSince1970)
        func check(
            below: Int = 0, _ change: (inout TestCertificatePlan) throws -> Void
        ) throws {
            var plan = TestCertificatePlan.authority(
                "a", trustDomain: "stamps.test", pathLength: 0, now: Date())
            try change(&plan)
            let made = try TestCA.mint(plan, by: nil)
            try StampCertificate(DER.parse(made.der)).checkAuthority(below: below, at: now)
        }
        #expect(throws: Never.self) { try check { _ in } }
        #expect(throws: TimestampFault.self) { try check(below: 1) { _ in } }
        let bad: [(inout TestCertificatePlan) throws -> Void] = [
            { $0.isAuthority = false }, { $0.isAuthority = nil },
            { $0.keyUsage = KeyUsage(digitalSignature: true) },
            { $0.extendedKeyUsages = [.serverAuth] },
            { $0.notAfter = Date() - 60 },
        ]
        for (index, change) in bad.enumerated() {
            #expect(throws: TimestampFault.self, "plan \(index)") { try check(change) }
        }
    }

    /// A certificate of the same key and name in the place of the one that was signed with.
    @Test func anotherCertificateOfTheKeyIsNotTaken() throws {
        let house = try StampAuthority()
        var plan = try StampAuthority.plan()
        plan.serial = house.signer.certificate.serialNumber
        plan.notAfter = Date() + 999_999
        // Signatures are of two or three lengths.
        var twin = try TestCA.mint(plan, by: house.root, key: house.signer.key)
        for _ in 0..<200 where twin.der.count != house.signer.der.count {
            twin = try TestCA.mint(plan, by: house.root, key: house.signer.key)
        }
        try #require(twin.der.count == house.signer.der.count && twin.der != house.signer.der)
        var answer = try house.answer(TimestampQuery(of: Self.content).der)
        let range = try #require(Data(answer).range(of: Data(house.signer.der)))
        answer.replaceSubrange(range.lowerBound..<range.upperBound, with: twin.der)
        #expect(
            verify(answer, house)
                == .failure(.badCertificate("the timestamp was signed for another one")))
    }
}
