import Foundation
@testable import PKI
import Support
import Testing

/// SPIFFE Trust Domain and Bundle sections 4 and 5.
@Suite("Bundle documents")
struct BundleDocumentTests {
    private func code(_ text: String, trustDomain: String = "example.org") -> String {
        do {
            _ = try BundleDocument.parse(Array(text.utf8), trustDomain: trustDomain)
            return "taken"
        } catch {
            return error.code
        }
    }

    @Test func comesBackAsItWasWritten() throws {
        let fixture = try TokenFixture()
        let bundle = try #require(fixture.trust.snapshot.bundles[TokenFixture.trustDomain])
        let text = BundleDocument.encode(bundle)
        let read = try BundleDocument.parse(text, trustDomain: TokenFixture.trustDomain)
        #expect(read.derCertificates == bundle.derCertificates)
        #expect(read.jwtKeys.map(\.keyID) == [fixture.keyID])
        #expect(BundleDocument.encode(read) == text)
        let map = BundleDocument.encodeMap([bundle])
        #expect(try BundleDocument.parseMap(map).map(\.trustDomain) == [TokenFixture.trustDomain])
    }

    @Test func servesX509KeysWithoutKidAndWithOneCertificate() throws {
        let fixture = try TokenFixture()
        let bundle = try #require(fixture.trust.snapshot.bundles[TokenFixture.trustDomain])
        let json = try JSONSerialization.jsonObject(with: Data(BundleDocument.encode(bundle)))
        let keys = try #require((json as? [String: Any])?["keys"] as? [[String: Any]])
        #expect(keys.count == 2)
        #expect(keys[0]["use"] as? String == "x509-svid" && keys[0]["kid"] == nil)
        #expect((keys[0]["x5c"] as? [String])?.count == 1)
        #expect(keys[0]["kty"] as? String == "EC" && keys[0]["crv"] as? String == "P-256")
        #expect(keys[1]["use"] as? String == "jwt-svid")
        #expect(keys[1]["kid"] as? String == fixture.keyID)
        for key in keys { #expect(key["d"] == nil, "never a private member") }
    }

    @Test func needsKeysButNotAny() {
        #expect(code("{}") == "invalid_bundle")
        #expect(code("{\"keys\":null}") == "invalid_bundle")
        #expect(code("{\"keys\":[]}") == "taken")
        #expect(code("[]") == "invalid_bundle")
        #expect(code("{\"keys\":[1]}") == "invalid_bundle")
    }

    @Test func passesOverWhatItDoesNotKnow() {
        #expect(code("{\"keys\":[{\"use\":\"wit-svid\",\"kty\":\"EC\"}],\"more\":1}") == "taken")
        #expect(code("{\"keys\":[{\"kty\":\"EC\"}]}") == "taken")
        #expect(code("{\"keys\":[{\"use\":\"jwt-svid\",\"kty\":\"OKP\"}]}") == "taken")
        #expect(code("{\"keys\":[{\"use\":\"x509-svid\",\"kty\":\"EC\"}]}") == "taken")
    }

    @Test func refusesDuplicateNames() {
        #expect(code("{\"keys\":[],\"keys\":[]}") == "invalid_bundle")
        let map = "{\"trust_domains\":{\"a.test\":{\"keys\":[]},\"a.test\":{\"keys\":[]}}}"
        #expect(throws: PKIError.self) { try BundleDocument.parseMap(Array(map.utf8)) }
    }

    @Test func readsSequenceAndHint() throws {
        let text =
            "{\"keys\":[],\"spiffe_sequence\":18446744073709551615,\"spiffe_refresh_hint\":60}"
        let bundle = try BundleDocument.parse(Array(text.utf8), trustDomain: "a.test")
        #expect(bundle.sequence == UInt64.max && bundle.refreshHintSeconds == 60)
        #expect(code("{\"keys\":[],\"spiffe_sequence\":-1}") == "invalid_bundle")
        #expect(code("{\"keys\":[],\"spiffe_refresh_hint\":\"60\"}") == "invalid_bundle")
        #expect(code("{\"keys\":[],\"spiffe_sequence\":1.5}") == "invalid_bundle")
    }
}

/// Bundles of another SPIFFE implementation's tests.
@Suite(
    "SPIFFE bundle vectors",
    .enabled(
        if: TestVectors.exist("spiffe/bundle"),
        "spiffe/ is not in MAXINE_VECTORS or ../shared/vectors"))
struct SPIFFEBundleVectorTests {
    /// Where ours differs: X509-SVID section 6.2 has a reader use the first of several certificates.
    private static let expected: [String: (code: String, certificates: Int, keys: Int)] = [
        "spiffebundle_missing_kid.json": ("invalid_bundle", 0, 0),
        "spiffebundle_multiple_x509.json": ("taken", 1, 1),
        "spiffebundle_no_keys.json": ("invalid_bundle", 0, 0),
        "spiffebundle_valid_1.json": ("taken", 1, 1),
        "spiffebundle_valid_2.json": ("taken", 1, 6),
        "spiffebundle_valid_with_wit.json": ("taken", 1, 2),
    ]

    @Test func judgesEveryBundleThatIsThere() throws {
        let folder = TestVectors.folder + "/spiffe/bundle/spiffebundle"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count >= 6)
        for name in names.sorted() where name.hasSuffix(".json") {
            let bytes = Array(try TestVectors.data("spiffe/bundle/spiffebundle/" + name))
            var got = (code: "taken", certificates: 0, keys: 0)
            do throws(PKIError) {
                let bundle = try BundleDocument.parse(bytes, trustDomain: "local")
                got = ("taken", bundle.derCertificates.count, bundle.jwtKeys.count)
            } catch {
                got.code = error.code
            }
            guard let expected = Self.expected[name] else {
                Issue.record("\(name) is new: it was judged \(got)")
                continue
            }
            #expect(got == expected, "\(name)")
        }
    }
}
