import Foundation
import StrictJSON
import Support
import Testing

@testable import Auth

/// The files of vectors that are there.
enum WycheproofFiles {
    static var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: TestVectors.folder)) ?? []
        return names.filter { $0.hasPrefix("wycheproof-json_web_") }.sorted()
    }
}

/// Project Wycheproof's vectors for JOSE: each is judged as it says, but for those that a rule of ours names.
@Suite(
    .enabled(
        if: !WycheproofFiles.names.isEmpty,
        "wycheproof-json_web_*.json is not in MAXINE_VECTORS or ../shared/vectors"))
struct WycheproofTests {
    /// Where a vector that is labelled valid is refused all the same, and why.
    enum Deviation: CaseIterable {
        case sharedSecret, otherAlgorithm, encrypted

        var reason: String {
            switch self {
            case .sharedSecret:
                "MACs are not taken: whoever can check one can make one, so it says nothing of who did"
            case .otherAlgorithm:
                "a key is used with the one algorithm that it is for (RFC 8725 section 3.1)"
            case .encrypted:
                "encrypted tokens are not taken: nobody has a key to send us any"
            }
        }
    }

    struct Vector {
        let name: String
        let token: String
        let isValid: Bool
        let isEither: Bool
        let keys: JSONValue?

        /// The rule of ours by which it is refused although it is valid.
        var deviation: Deviation? {
            if token.split(separator: ".", omittingEmptySubsequences: false).count == 5 {
                return .encrypted
            }
            if WycheproofTests.list(keys).contains(where: { $0["kty"]?.string == "oct" }) {
                return .sharedSecret
            }
            let header = token.split(separator: ".").first.flatMap { Base64URL.decode($0.utf8) }
            let algorithm = header.flatMap { try? StrictJSON.parse($0) }?["alg"]?.string
            let known = WycheproofTests.list(keys).compactMap { $0["alg"]?.string }
            guard let algorithm, !known.isEmpty, !known.contains(algorithm) else { return nil }
            return .otherAlgorithm
        }
    }

    @Test func judgesEachVectorAsItSays() throws {
        var judged = 0
        var deviations: Set<Deviation> = []
        for file in WycheproofFiles.names {
            for vector in try Self.vectors(of: file) {
                judged += 1
                let isTaken = Self.isTaken(vector)
                if vector.isEither || isTaken == vector.isValid { continue }
                guard !isTaken, let deviation = vector.deviation else {
                    Issue.record("\(vector.name) is \(isTaken ? "taken" : "refused")")
                    continue
                }
                deviations.insert(deviation)
            }
        }
        #expect(judged > 200)
        #expect(deviations == Set(Deviation.allCases), "a rule that no vector needs")
        #expect(Deviation.allCases.allSatisfy { $0.reason.count > 40 })
    }

    private static func isTaken(_ vector: Vector) -> Bool {
        var writer = JSONWriter()
        writer.value(
            .object([JSONMember(name: "keys", value: .array(list(vector.keys)))]))
        guard let keys = try? JSONWebKeySet(writer.bytes),
            let token = try? UnverifiedToken(Array(vector.token.utf8))
        else { return false }
        return
            (try? JWSVerifier.verify(token, keys: keys, allowed: Set(JWSAlgorithm.allCases)))
            != nil
    }

    private static func vectors(of file: String) throws -> [Vector] {
        let limits = JSONLimits(bytesMax: 16 << 20, depthMax: 16, valuesMax: 1_000_000)
        let root = try StrictJSON.parse(Array(try TestVectors.data(file)), limits: limits)
        guard case .array(let groups)? = root["testGroups"] else { return [] }
        return groups.flatMap { group -> [Vector] in
            guard case .array(let tests)? = group["tests"] else { return [] }
            return tests.map { test in
                let number = test["tcId"]?.integer ?? 0
                let result = test["result"]?.string
                return Vector(
                    name: "\(file) \(number) \(test["comment"]?.string ?? "")",
                    token: text(test["jws"] ?? test["jwe"]), isValid: result == "valid",
                    isEither: result == "acceptable", keys: group["public"] ?? group["private"])
            }
        }
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        if let text = value.string { return text }
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func list(_ keys: JSONValue?) -> [JSONValue] {
        guard let keys else { return [] }
        if case .array(let list)? = keys["keys"] { return list }
        return [keys]
    }
}
