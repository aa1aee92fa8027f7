import Audit
import Crypto
import Support
import Testing

/// Checkpoints as others make and read them.
@Suite struct SignedNoteTests {
    /// The example of the Go package that signed notes come from.
    private static let neumann =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let testdata =
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    static let absent: Comment = "no vectors: set MAXINE_VECTORS to their folder"

    @Test func readsAndWritesAKeyAsOthersDo() throws {
        for text in [Self.neumann, Self.testdata] {
            let key = try #require(VerifierKey(text))
            #expect(key.text == text)
            #expect(VerifierKey(text + "\n")?.text == text)
        }
        for broken in [
            "", "a+b", "PeterNeumann", Self.neumann.replacing("c74f20a3", with: "c74f20a4"),
            Self.neumann.replacing("Peter", with: "Pet er"), Self.neumann + "=",
            Self.neumann.replacing("+ARpc", with: "+BRpc"), "+" + Self.neumann,
        ] { #expect(VerifierKey(broken) == nil, "\(broken)") }
    }

    @Test(.enabled(if: TestVectors.exist("tlog-tiles"), absent), arguments: 0...15)
    func readsTheCheckpointsOfAnotherLog(size: Int) throws {
        let key = try #require(VerifierKey(Self.testdata))
        let bytes = Array(try TestVectors.data("tlog-tiles/checkpoint.\(size)"))
        let checkpoint = try Checkpoint(bytes, by: [key])
        #expect(checkpoint.end.size == UInt64(size))
        #expect(checkpoint.origin == "example.com/log/testdata")
        #expect(checkpoint.bytes == bytes)
        let leaves = try Self.leaves().prefix(size)
        #expect(leaves.reduce(into: MerkleTree()) { $0.append($1) }.root == checkpoint.end.root)
    }

    /// The records of that log, from its bundle.
    static func leaves() throws -> [LeafHash] {
        var rest = Array(try TestVectors.data("tlog-tiles/tile/entries/000.p/15"))[...]
        var leaves: [LeafHash] = []
        while let high = rest.popFirst(), let low = rest.popFirst() {
            let count = Int(high) << 8 | Int(low)
            leaves.append(MerkleTree.leafHash(of: Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return leaves
    }

    @Test(.enabled(if: TestVectors.exist("tlog-tiles"), absent))
    func noChangedByteOfACheckpointIsTaken() throws {
        let key = try #require(VerifierKey(Self.testdata))
        let bytes = Array(try TestVectors.data("tlog-tiles/checkpoint"))
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << bit
                #expect(throws: CheckpointFault.self) { try Checkpoint(changed, by: [key]) }
            }
            #expect(throws: CheckpointFault.self) {
                try Checkpoint(Array(bytes[..<place]), by: [key])
            }
        }
    }

    @Test func onlyTheLogsOwnKeySignsForIt() throws {
        let own = try #require(LogKey(newFor: "maxine.local/audit"))
        let second = try #require(LogKey(newFor: "maxine.local/audit"))
        let other = try #require(LogKey(newFor: "other.example/audit"))
        let note = try checkpointNote(by: [own, second])
        #expect(try Checkpoint(note, by: [own.verifier]).signers.map(\.key) == [own.verifier])
        #expect(try Checkpoint(note, by: [second.verifier, own.verifier]).signers.count == 2)
        #expect(throws: CheckpointFault.unsigned(origin: "maxine.local/audit")) {
            try Checkpoint(note, by: [other.verifier])
        }
        // Somebody else's name over our signature, and ours over somebody else's.
        let text = String(decoding: note, as: UTF8.self)
        let renamed = text.replacing("— maxine.local/audit", with: "— other.example/audit")
        #expect(throws: CheckpointFault.self) {
            try Checkpoint(Array(renamed.utf8), by: [other.verifier, own.verifier])
        }
    }

    /// C2SP tlog-cosignature: its time is signed, too.
    @Test func aWitnessSaysWhen() throws {
        let own = try #require(LogKey(newFor: "maxine.local/audit"))
        let secret = Curve25519.Signing.PrivateKey()
        let witness = try #require(
            VerifierKey(
                name: "witness.example/w1", kind: .witness,
                publicKey: Array(secret.publicKey.rawRepresentation)))
        let note = try checkpointNote(by: [own])
        let body = Array(String(decoding: note, as: UTF8.self).split(separator: "\n\n")[0].utf8)
        let signed = Array("cosignature/v1\ntime 1679315147\n".utf8) + body + [10]
        let time: [UInt8] = [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB]
        let signature = Array(try secret.signature(for: signed))
        func line(_ time: [UInt8]) -> [UInt8] {
            let data = witness.id + time + signature
            return Array("— witness.example/w1 \(base64(data))\n".utf8)
        }
        let checkpoint = try Checkpoint(note + line(time), by: [own.verifier, witness])
        #expect(checkpoint.signers.map(\.seconds) == [0, 1_679_315_147])
        #expect(throws: CheckpointFault.wrongSignature) {
            try Checkpoint(note + line(time.dropLast() + [0xCC]), by: [own.verifier, witness])
        }
        // A witness alone makes no checkpoint, and one that nobody knows is passed over.
        #expect(throws: CheckpointFault.self) { try Checkpoint(note + line(time), by: [witness]) }
        #expect(try Checkpoint(note + line(time), by: [own.verifier]).signers.count == 1)
    }

    private func checkpointNote(by keys: [LogKey]) throws -> [UInt8] {
        let root = MerkleTree.leafHash(of: [1]).base64
        let text = Array("maxine.local/audit\n1\n\(root)\n".utf8)
        return try keys.reduce(text + [10]) { note, key in
            note + (try #require(key.signatureLine(over: text)))
        }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        var text = ""
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let group = (Array(part) + [0, 0]).prefix(3).reduce(0) { $0 << 8 | Int($1) }
            for digit in 0..<4 {
                text += digit <= part.count ? String(alphabet[group >> (18 - 6 * digit) & 63]) : "="
            }
        }
        return text
    }
}
