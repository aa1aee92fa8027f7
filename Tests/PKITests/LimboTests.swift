import Foundation
@testable import PKI
import Support
import Testing

/// One case of x509-limbo.
private struct LimboCase: Decodable {
    let id: String
    let trusted_certs: [String]
    let untrusted_intermediates: [String]
    let peer_certificate: String
    let validation_time: String?
    let expected_result: String
}

private struct Limbo: Decodable {
    let testcases: [LimboCase]
}

/// The public corpus of path validation cases, against the path validation core without the rules for SVID leaves
/// (no case is an SVID), and against the whole verifier.
@Suite(
    "x509-limbo",
    .enabled(
        if: TestVectors.exist("x509-limbo.json"),
        "x509-limbo.json is not in MAXINE_VECTORS or ../shared/vectors"))
struct LimboTests {
    private let cases: [LimboCase]

    init() throws {
        // Any file of the same kind that lies there is read too.
        let names = try FileManager.default.contentsOfDirectory(atPath: TestVectors.folder)
            .filter { $0.hasPrefix("x509-limbo") && $0.hasSuffix(".json") }
        cases = try names.sorted().flatMap { name in
            try JSONDecoder().decode(Limbo.self, from: TestVectors.data(name)).testcases
        }
    }

    @Test func acceptsNoCaseThatMustFail() throws {
        #expect(cases.count >= 100)
        for limbo in cases where limbo.expected_result == "FAILURE" {
            let verdict = core(limbo)
            if LimboDeviations.notThePath.contains(limbo.id) {
                #expect(verdict == "accepted", "\(limbo.id) deviates no more")
            } else {
                #expect(verdict != "accepted", "\(limbo.id)")
            }
        }
    }

    @Test func refusesOnlyWhatIsWrittenDownOfTheCasesThatMustPass() throws {
        for limbo in cases where limbo.expected_result == "SUCCESS" {
            let expected = LimboDeviations.stricter[limbo.id] ?? "accepted"
            #expect(core(limbo) == expected, "\(limbo.id)")
        }
    }

    @Test func takesNoneOfThemForAnSVID() throws {
        for limbo in cases {
            let leaf = try ders(limbo.peer_certificate).first.flatMap { der in
                try? ParsedCertificate(der: der, element: 0)
            }
            guard let leaf else { continue }
            #expect(throws: PeerRefusal.self, "\(limbo.id)") { try LeafRules.spiffeID(of: leaf) }
        }
    }

    @Test func spendsLittleOnPathologicalChains() throws {
        let clock = ContinuousClock()
        for limbo in cases where limbo.id.hasPrefix("pathological::") {
            let chain =
                try ders(limbo.peer_certificate) + ders(limbo.untrusted_intermediates.joined())
            let verifier = SVIDVerifier(trust: TrustStore(bundles: []))
            let spent = clock.measure {
                _ = verifier.verify(
                    UnverifiedChain(derCertificates: chain), nowNanoseconds: time(limbo))
            }
            #expect(spent < .milliseconds(50), "\(limbo.id) took \(spent)")
        }
    }

    /// The verdict of the core: parse in the order given, validate that one path.
    private func core(_ limbo: LimboCase) -> String {
        do {
            guard limbo.untrusted_intermediates.count < PKILimits.chainCertificatesMax else {
                return "chain_too_long"
            }
            guard let bundle = bundle(limbo) else { return "invalid_bundle" }
            let parsed = try ordered(limbo)
            let validator = PathValidator(signatures: SignatureMemo(), clockSkewNanoseconds: 0)
            _ = try validator.validate(
                parsed, bundle: bundle, revocations: RevocationSet(), nowNanoseconds: time(limbo))
            return "accepted"
        } catch {
            return (error as? PeerRefusal)?.code ?? "not_pem"
        }
    }

    /// Leaf to issuer, as a peer has to send it; the corpus promises no order.
    private func ordered(_ limbo: LimboCase) throws -> [ParsedCertificate] {
        let all = try (ders(limbo.peer_certificate) + ders(limbo.untrusted_intermediates.joined()))
            .enumerated().map { index, der in try ParsedCertificate(der: der, element: index) }
        var path = Array(all.prefix(1))
        var rest = Array(all.dropFirst())
        while let last = path.last,
            let next = rest.firstIndex(where: {
                $0.header.subject == last.header.issuer
                    && $0.extensions.subjectKeyIdentifier == last.extensions.authorityKeyIdentifier
            })
        {
            path.append(rest.remove(at: next))
        }
        return path + rest
    }

    /// The trusted certificates that may be anchors of the core.
    private func bundle(_ limbo: LimboCase) -> TrustBundle? {
        let anchors = limbo.trusted_certs.compactMap { pem -> ParsedCertificate? in
            guard let der = try? ders(pem).first,
                let anchor = try? ParsedCertificate(der: der, element: 0),
                (try? TrustBundle.checkAnchor(anchor, element: 0)) != nil
            else { return nil }
            return anchor
        }
        return anchors.isEmpty ? nil : TrustBundle(trustDomain: "limbo", anchors: anchors)
    }

    private func ders(_ pem: String) throws -> [[UInt8]] {
        try PEMText.blocks(Array(pem.utf8), max: 200).map(\.der)
    }

    private func time(_ limbo: LimboCase) -> Int64 {
        guard let text = limbo.validation_time,
            let date = ISO8601DateFormatter().date(from: text)
        else { return Int64(Date().timeIntervalSince1970) * 1_000_000_000 }
        return Int64(date.timeIntervalSince1970) * 1_000_000_000
    }
}
