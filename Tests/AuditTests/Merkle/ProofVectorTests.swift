import Audit
import Foundation
import Testing

/// The vectors of the transparency-dev project, read from outside the repository.
@Suite struct ProofVectorTests {
    struct Inclusion: Decodable {
        var leafIdx: UInt64
        var treeSize: UInt64
        var root: String
        var leafHash: String
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    struct Consistency: Decodable {
        var size1: UInt64
        var size2: UInt64
        var root1: String
        var root2: String
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    static let folder: String? = {
        let configured = ProcessInfo.processInfo.environment["MAXINE_VECTORS"]
        let beside = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("shared/vectors").path
        return [configured, beside].compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0 + "/rfc6962")
        }
    }()

    static let absent: Comment = "no vectors: set MAXINE_VECTORS to their folder"

    static func load<T: Decodable>(_ kind: String, as type: T.Type) throws -> [T] {
        let root = (folder ?? "") + "/rfc6962/" + kind
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            let data = try Data(contentsOf: URL(fileURLWithPath: root + "/" + name))
            return try JSONDecoder().decode(type, from: data)
        }
    }

    @Test(.enabled(if: folder != nil, absent))
    func judgesEveryInclusionVector() throws {
        let vectors = try Self.load("inclusion", as: Inclusion.self)
        #expect(vectors.count >= 98)
        for vector in vectors {
            #expect(holds(vector) == !vector.wantErr, "\(vector.desc)")
        }
    }

    @Test(.enabled(if: folder != nil, absent))
    func judgesEveryConsistencyVector() throws {
        let vectors = try Self.load("consistency", as: Consistency.self)
        #expect(vectors.count >= 98)
        for vector in vectors {
            #expect(holds(vector) == !vector.wantErr, "\(vector.desc)")
        }
    }

    private func holds(_ vector: Inclusion) -> Bool {
        guard let root = Self.root(vector.root),
            let leaf = TreeHash(base64: vector.leafHash), let proof = Self.hashes(vector.proof)
        else { return false }
        return MerkleProofs.verifyInclusion(
            of: leaf, at: vector.leafIdx, size: vector.treeSize, root: root, proof: proof)
    }

    private func holds(_ vector: Consistency) -> Bool {
        guard let root1 = Self.root(vector.root1), let root2 = Self.root(vector.root2),
            let proof = Self.hashes(vector.proof)
        else { return false }
        return MerkleProofs.verifyConsistency(
            from: vector.size1, root: root1, to: vector.size2, root: root2, proof: proof)
    }

    /// Some vectors say "any root" with bytes that are no hash: another hash stands for them.
    static func root(_ text: String) -> TreeHash? {
        guard let bytes = Data(base64Encoded: text) else { return nil }
        return TreeHash(bytes: bytes) ?? MerkleTree.leafHash(of: Array(bytes))
    }

    /// A proof with a hash of a wrong length can't even be said in our types: that refuses it.
    static func hashes(_ texts: [String]?) -> [TreeHash]? {
        let known = (texts ?? []).compactMap { TreeHash(base64: $0) }
        return known.count == (texts ?? []).count ? known : nil
    }
}
