import Audit
import Crypto
import Foundation
import Support
import Testing

/// A receipt, byte by byte as RFC 9942 and RFC 9052 have it, put together here without the product's own writer.
@Suite struct COSEShapeTests {
    private static let seed = [UInt8](repeating: 0x4D, count: 32)
    private static let name = "maxine.local/audit"

    /// What a receipt of one record is made of.
    private struct Parts {
        var keyID: [UInt8]
        var algorithm: [UInt8] = [0x27]
        var issuer = COSEShapeTests.name
        var subject: String
        var structure: [UInt8] = [0x01]
        var payload: [UInt8] = [0xF6]
        var size: UInt64
        var index: UInt64
        var hashes: [[UInt8]]
        var behindPath: [UInt8] = []
        /// Zeros before a number, which CBOR's one deterministic form does not have.
        var isPadded = false
        let root: [UInt8]

        var protected: [UInt8] {
            [0xA4, 0x01] + algorithm + [0x04] + Self.bytes(keyID) + [0x0F, 0xA2, 0x01]
                + Self.text(issuer) + [0x02] + Self.text(subject) + [0x19, 0x01, 0x8B] + structure
        }

        var path: [UInt8] {
            [0x83]
                + (isPadded
                    ? [0x1A, 0, 0, UInt8(size >> 8), UInt8(size & 255)] : Self.head(0, size))
                + Self.head(0, index) + Self.head(4, UInt64(hashes.count))
                + hashes.flatMap(Self.bytes) + behindPath
        }

        /// The receipt with the signature of a key over Sig_structure.
        func signed(by secret: Curve25519.Signing.PrivateKey) throws -> [UInt8] {
            let signature = Array(try secret.signature(for: structured))
            return [0xD2, 0x84] + Self.bytes(protected)
                + [0xA1, 0x19, 0x01, 0x8C, 0xA1, 0x20, 0x81] + Self.bytes(path) + payload
                + Self.bytes(signature)
        }

        var structured: Data {
            Data(
                [0x84] + Self.text("Signature1") + Self.bytes(protected) + [0x40]
                    + Self.bytes(root))
        }

        static func head(_ major: UInt8, _ value: UInt64) -> [UInt8] {
            switch value {
            case ..<24: [major << 5 | UInt8(value)]
            case ..<256: [major << 5 | 24, UInt8(value)]
            case ..<65_536: [major << 5 | 25, UInt8(value >> 8), UInt8(value & 255)]
            default: [major << 5 | 27] + (0..<8).map { UInt8(value >> (56 - 8 * $0) & 255) }
            }
        }

        static func bytes(_ value: [UInt8]) -> [UInt8] { head(2, UInt64(value.count)) + value }
        static func text(_ value: String) -> [UInt8] {
            head(3, UInt64(value.utf8.count)) + Array(value.utf8)
        }
    }

    /// A log whose key is known, one of its records, and the receipt of that record with its parts.
    private struct Received {
        let secret: Curve25519.Signing.PrivateKey
        let keys: [VerifierKey]
        let leaf: LeafHash
        let receipt: COSEReceipt
        let parts: Parts

        init() async throws {
            secret = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
            let key = try #require(LogKey(name: name, seed: seed))
            let signed = try SignedLog(key: key)
            let written = try #require(try signed.write(300).dropFirst(99).first)
            let end = try #require(try await signed.keeper.checkpoint(covering: 300))
            receipt = try #require(
                try await signed.keeper.receipt(of: written.sequence, by: end))
            let proof = try #require(
                try await signed.keeper.proof(of: written.sequence, by: end))
            signed.journal.close()
            keys = signed.keeper.verifiers
            leaf = written.leaf
            let lines = String(decoding: proof.bytes, as: UTF8.self).split(separator: "\n")
            let hashes = lines.dropFirst(2).prefix { $0 != "maxine.local/audit" }.compactMap {
                TreeHash(base64: String($0))?.bytes
            }
            parts = Parts(
                keyID: try #require(keys.first).id, subject: "\(name)/\(written.sequence)",
                size: end.end.size, index: written.sequence - 1, hashes: hashes,
                root: end.end.root.bytes)
        }

        func isTaken(_ parts: Parts, by keys: [VerifierKey]? = nil) throws -> Bool {
            let bytes = try parts.signed(by: secret)
            guard let receipt = COSEReceipt(bytes) else { return false }
            return (try? receipt.verify(leaf: leaf, by: keys ?? self.keys)) != nil
        }
    }

    @Test func aReceiptIsWhatTheStandardsSay() async throws {
        let received = try await Received()
        #expect(received.parts.hashes.count >= 8)
        let bytes = received.receipt.bytes
        #expect(try received.parts.signed(by: received.secret).dropLast(64) == bytes.dropLast(64))
        let signature = Data(bytes.suffix(64))
        #expect(
            received.secret.publicKey.isValidSignature(
                signature, for: received.parts.structured))
        #expect(try received.isTaken(received.parts))
    }

    /// The log's own key signs these; they are none of the form all the same.
    @Test func noOtherFormIsTakenThoughItIsSigned() async throws {
        let received = try await Received()
        let changes: [(String, (inout Parts) -> Void)] = [
            ("another record", { $0.subject = "maxine.local/audit/7" }),
            ("no record", { $0.subject = "maxine.local/audit" }),
            ("ES256", { $0.algorithm = [0x26] }),
            ("another structure", { $0.structure = [0x02] }),
            ("another log", { $0.issuer = "other.local/audit" }),
            ("an attached payload", { $0.payload = Parts.bytes($0.root) }),
            ("an empty payload", { $0.payload = [0x40] }),
            ("bytes behind the path", { $0.behindPath = [0x00] }),
            ("a number in more bytes than it takes", { $0.isPadded = true }),
            ("another place", { $0.index += 1 }),
            ("a place that no record has", { $0.index = .max }),
            ("a tree of another height", { $0.size += 1000 }),
            ("a hash too few", { $0.hashes.removeLast() }),
            ("a hash too many", { $0.hashes.append($0.root) }),
            ("another key", { $0.keyID = [1, 2, 3, 4] }),
        ]
        for (name, change) in changes {
            var parts = received.parts
            change(&parts)
            #expect(try !received.isTaken(parts), "\(name)")
        }
    }

    /// Keys of the same bytes, but of another kind, name or id, are not the log's.
    @Test func onlyTheLogsOwnKeyIsAsked() async throws {
        let received = try await Received()
        let publicKey = Array(received.secret.publicKey.rawRepresentation)
        let witness = try #require(
            VerifierKey(name: Self.name, kind: .witness, publicKey: publicKey))
        let renamed = try #require(VerifierKey(name: "other.local/audit", publicKey: publicKey))
        var parts = received.parts
        parts.keyID = witness.id
        #expect(try !received.isTaken(parts, by: [witness]))
        parts.keyID = renamed.id
        #expect(try !received.isTaken(parts, by: [renamed]))
        parts.keyID = [9, 9, 9, 9]
        #expect(try !received.isTaken(parts, by: received.keys))
    }

    /// While two keys sign, whoever knows the older one reads receipts as before.
    @Test func theOldestKeySignsWhileTwoDo() async throws {
        let signed = try SignedLog()
        let old = try #require(SignedLog.key)
        let new = try #require(LogKey(newFor: Self.name))
        let keeper = try CheckpointKeeper(
            journal: signed.journal, keys: [old, new], last: nil, hasEntries: false,
            elapsed: signed.clock.elapsed, note: { _ in })
        let written = try #require(try signed.write(5).last)
        let end = try #require(try await keeper.checkpoint(covering: written.sequence))
        let receipt = try #require(try await keeper.receipt(of: written.sequence, by: end))
        #expect(
            try receipt.verify(leaf: written.leaf, by: [new.verifier, old.verifier]) == old.verifier
        )
        #expect(throws: CheckpointFault.self) {
            try receipt.verify(leaf: written.leaf, by: [new.verifier])
        }
        signed.journal.close()
    }
}
