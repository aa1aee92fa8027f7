@testable import Audit
import Foundation
import Testing

/// The vectors about subtrees, and the ranges that were found by fuzzing.
@Suite struct SubtreeVectorTests {
    struct Inclusion: Decodable {
        var leafIdx: UInt64
        var start: UInt64
        var end: UInt64
        var root: String
        var leafHash: String
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    struct Consistency: Decodable {
        var start: UInt64
        var end: UInt64
        var size: UInt64
        var root1: String
        var root2: String
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    @Test(.enabled(if: ProofVectorTests.folder != nil, ProofVectorTests.absent))
    func judgesEveryInclusionVector() throws {
        let vectors = try ProofVectorTests.load("subtreeinclusion", as: Inclusion.self)
        #expect(vectors.count >= 200)
        for vector in vectors {
            let holds: Bool
            if let root = ProofVectorTests.root(vector.root),
                let leaf = TreeHash(base64: vector.leafHash),
                let proof = ProofVectorTests.hashes(vector.proof)
            {
                holds = MerkleProofs.verifyInclusion(
                    of: leaf, at: vector.leafIdx, inSubtree: vector.start, to: vector.end,
                    root: root, proof: proof)
            } else {
                holds = false
            }
            #expect(holds == !vector.wantErr, "\(vector)")
        }
    }

    @Test(.enabled(if: ProofVectorTests.folder != nil, ProofVectorTests.absent))
    func judgesEveryConsistencyVector() throws {
        let vectors = try ProofVectorTests.load("subtreeconsistency", as: Consistency.self)
        #expect(vectors.count >= 118)
        for vector in vectors {
            let holds: Bool
            if let root1 = ProofVectorTests.root(vector.root1),
                let root2 = ProofVectorTests.root(vector.root2),
                let proof = ProofVectorTests.hashes(vector.proof)
            {
                holds = MerkleProofs.verifyConsistency(
                    ofSubtree: vector.start, to: vector.end, root: root1, size: vector.size,
                    root: root2, proof: proof)
            } else {
                holds = false
            }
            #expect(holds == !vector.wantErr, "\(vector)")
        }
    }

    /// The corpus tells no results; each pair serves as two sizes of a tree.
    @Test(.enabled(if: ProofVectorTests.folder != nil, ProofVectorTests.absent))
    func provesBetweenTheSizesOfTheFuzzedRanges() throws {
        let folder = (ProofVectorTests.folder ?? "") + "/rfc6962/fuzz"
        let names =
            FileManager.default.enumerator(atPath: folder)?
            .compactMap { $0 as? String } ?? []
        var pairs = 0
        let hashes = HeldHashes(leaves: 5000)
        for name in names {
            guard let text = try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            else { continue }
            let numbers = text.matches(of: /uint64\((\d+)\)/).compactMap { UInt64($0.1) }
            guard numbers.count == 2 else { continue }
            pairs += 1
            let (low, high) = (numbers[0], numbers[1])
            let prover = TreeProver(source: hashes)
            guard low > 0, low <= high, high <= 5000 else {
                #expect(throws: AuditError.self) {
                    _ = try prover.consistency(from: low, to: high)
                }
                continue
            }
            let proof = try prover.consistency(from: low, to: high)
            #expect(
                MerkleProofs.verifyConsistency(
                    from: low, root: try prover.root(size: low), to: high,
                    root: try prover.root(size: high), proof: proof))
        }
        #expect(pairs >= 19)
    }
}
