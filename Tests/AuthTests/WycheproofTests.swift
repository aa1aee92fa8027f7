import Foundation
import StrictJSON
import Support
import Testing

@testable import Auth

/// Every vector of Wycheproof's JWS, JWK and JOSE files.
@Suite(
    .disabled(
        if: !TestVectors.exist("wycheproof-json_web_signature.json"),
        "no vectors: set MAXINE_VECTORS"))
struct WycheproofTests {
    /// Vectors that Wycheproof calls valid and that are refused here all the same, by name, each with its reason.
    private static let refusedOnPurpose = [
        "Figure20":
            "PS384 under a key whose own alg is PS256: a key is for one algorithm (RFC 8725 section 3.1)",
        "InvalidCharacterInsertedInHeader":
            "a '?' in base64url, which RFC 7515 section 2 has no place for",
    ]

    /// The one that it calls invalid and that is taken: its text lost the padding that it is named for, and is the very
    /// token whose code it carries.
    private static func isMislabelled(_ vector: Vector) -> Bool {
        vector.name == "invalidBase64PaddingInPayload" && vector.token?.contains("=") == false
    }

    private struct Failure: Error {}

    private struct Vector {
        let name: String
        let number: Int64
        let isValid: Bool
        /// A JWE: none is taken, whatever it holds.
        let isEncrypted: Bool
        let token: String?
        let keys: [JSONValue]
    }

    private static let files =
        (try? FileManager.default.contentsOfDirectory(atPath: TestVectors.folder))?
        .filter { $0.hasPrefix("wycheproof-json_web_") && $0.hasSuffix(".json") }.sorted() ?? []

    @Test(arguments: files)
    func everyVectorComesOutAsItShould(_ file: String) throws {
        let vectors = try Self.vectors(file)
        #expect(vectors.count > 10)
        var wrong: [String] = []
        for vector in vectors {
            let isAccepted = Self.accepts(vector)
            let isValid = vector.isValid || Self.isMislabelled(vector)
            let expected =
                isValid && Self.refusedOnPurpose[vector.name] == nil && !vector.isEncrypted
            if isAccepted != expected { wrong.append("\(vector.number) \(vector.name)") }
        }
        #expect(wrong == [], "\(file): \(wrong.count) of \(vectors.count) vectors wrong")
        print("\(file): \(vectors.count) vectors, \(wrong.count) wrong")
    }

    private static func vectors(_ file: String) throws -> [Vector] {
        let bytes = Array(try TestVectors.data(file))
        let root = try StrictJSON.parse(
            bytes, limits: JSONLimits(bytesMax: 64 << 20, depthMax: 64, valuesMax: 5_000_000))
        guard case .array(let groups)? = root["testGroups"] else { throw Failure() }
        return try groups.flatMap { group in
            guard let key = group["public"] ?? group["private"],
                case .array(let tests)? = group["tests"]
            else { throw Failure() }
            var keys = [key]
            if case .array(let several)? = key["keys"] { keys = several }
            return tests.map { test in
                Vector(
                    name: test["comment"]?.string ?? "", number: test["tcId"]?.integer ?? 0,
                    isValid: test["result"]?.string == "valid",
                    isEncrypted: test["jwe"] != nil,
                    // A JSON serialisation is no text, and not taken.
                    token: test["jws"]?.string ?? test["jwe"]?.string, keys: keys)
            }
        }
    }

    private static func accepts(_ vector: Vector) -> Bool {
        guard let text = vector.token else { return false }
        do {
            let keys = try JSONWebKeySet(vector.keys, allowingSecrets: true)
            _ = try JWSVerifier.verify(
                try RawToken(Array(text.utf8)), keys: keys, allowed: Set(JWSAlgorithm.allCases))
            return true
        } catch {
            return false
        }
    }
}
