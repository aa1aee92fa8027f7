@testable import Audit

/// A log of some records whose key is known, and all that can be proved of it.
struct ProvedLog {
    static let shared = ProvedLog()
    private static let size = 21
    private static let oldSize: UInt64 = 13

    private let key: LogKey
    private let leaves: [LeafHash]
    private let old: LogAnchor
    /// The true receipts, by the place of their record.
    private let receipts: [[UInt8]]
    /// What the bytes are applied to as changes, so that much of what is read is nearly right.
    let samples: [[UInt8]]

    private init?() {
        guard let key = LogKey(name: "fuzz.example/audit", seed: [UInt8](repeating: 7, count: 32))
        else { return nil }
        self.key = key
        let leaves = (0..<Self.size).map {
            MerkleTree.leafHash(of: [UInt8(truncatingIfNeeded: $0)])
        }
        self.leaves = leaves
        func tree(_ count: Int) -> MerkleTree {
            leaves.prefix(count).reduce(into: MerkleTree()) { $0.append($1) }
        }
        let whole = tree(Self.size)
        old = LogAnchor(size: Self.oldSize, root: tree(Int(Self.oldSize)).root)
        func hashes(_ ranges: [Range<UInt64>]?) -> [TreeHash]? {
            guard let ranges else { return nil }
            var collector = NodeCollector(ranges: ranges)
            for leaf in leaves { collector.append(leaf) }
            return collector.hashes(of: ranges)
        }
        let size = UInt64(Self.size)
        var note = SignedNote(text: Checkpoint.text(origin: key.verifier.name, whole.end))
        guard let signature = key.signature(over: note.text) else { return nil }
        note.add(signature)
        let proofs = (0..<size).compactMap { place in
            hashes(ProofPath.inclusion(of: place, in: size)).map {
                LogProof(sequence: place + 1, hashes: $0, checkpoint: note)
            }
        }
        receipts = proofs.compactMap {
            COSEReceipt($0, size: size, root: whole.root, by: key)?.bytes
        }
        guard receipts.count == Self.size,
            let extending = hashes(ProofPath.consistency(from: Self.oldSize, to: size))
        else { return nil }
        let seal = Seal(
            start: old, tree: whole, records: 3, lastTime: 4, lastOfCatalogue: 5,
            file: Seal.SealedFile(bytes: 6, modified: 7), changes: Seal.SealedChanges(of: [8]))
        let policy = "witness a \(Self.witness)\ngroup g 1 a\nquorum g\n"
        samples =
            receipts + proofs.map(\.bytes)
            + [
                LogExtension(oldSize: Self.oldSize, hashes: extending, checkpoint: note).bytes,
                note.bytes, note.text, seal.text(origin: key.verifier.name), Array(policy.utf8),
                Array(key.verifier.text.utf8),
            ]
    }

    private static let witness =
        VerifierKey(name: "a", kind: .witness, publicKey: [UInt8](repeating: 9, count: 32))?.text
        ?? ""

    /// One of the samples, changed as the bytes say: replaced, inserted, removed, repeated or bent at so many places.
    func sample(changedBy bytes: [UInt8]) -> [UInt8] {
        var out = samples[Int(bytes.first ?? 0) % samples.count]
        for start in stride(from: 1, to: bytes.count - 2, by: 3) {
            let (high, low, value) = (bytes[start], bytes[start + 1], bytes[start + 2])
            guard !out.isEmpty else { break }
            let place = (Int(high & 15) << 8 | Int(low)) % out.count
            let end = min(out.count, place + Int(value))
            switch high >> 4 {
            case 0, 1: out[place] = value
            case 2, 3: out.insert(value, at: place)
            case 4, 5: out.remove(at: place)
            case 6: out.removeSubrange(place..<end)
            case 7: out.insert(contentsOf: Array(out[place..<end]), at: place)
            default: out[place] ^= 1 << (value & 7)
            }
        }
        return out
    }

    /// Whatever is believed is true.
    func judge(_ bytes: [UInt8]) {
        let keys = [key.verifier]
        if let receipt = COSEReceipt(bytes) {
            for place in places(of: receipt.sequence)
            where (try? receipt.verify(leaf: leaves[place], by: keys)) != nil {
                precondition(receipt.sequence == UInt64(place) + 1)
                // The signature is over the root, to which a path may lead in trees of several sizes.
                precondition(receipt.size != UInt64(Self.size) || bytes == receipts[place])
            }
        }
        if let proof = LogProof(bytes) {
            for place in places(of: proof.sequence) {
                guard let end = try? proof.verify(leaf: leaves[place], by: keys) else { continue }
                precondition(isOurs(end) && proof.sequence == UInt64(place) + 1)
            }
        }
        if let proof = LogExtension(bytes), let end = try? proof.verify(from: old, by: keys) {
            precondition(end.end.size >= old.size)
        }
    }

    /// The record that a proof names, and one that it does not.
    private func places(of sequence: UInt64) -> [Int] {
        let place = Int(clamping: sequence - 1)
        return place < leaves.count ? [place, (place + 1) % leaves.count] : [0]
    }

    private func isOurs(_ checkpoint: Checkpoint) -> Bool {
        let count = Int(clamping: checkpoint.end.size)
        guard count <= leaves.count else { return false }
        return leaves.prefix(count).reduce(into: MerkleTree()) { $0.append($1) }.root
            == checkpoint.end.root
    }

    /// The log's key signs whatever it is: as a checkpoint and as a seal it is written as it was read.
    func judge(signedText text: [UInt8]) {
        guard let line = key.signatureLine(over: text), let note = SignedNote(text + [10] + line),
            let checkpoint = try? Checkpoint(note, by: [key.verifier])
        else { return }
        precondition(checkpoint.bytes == note.bytes)
        guard let seal = Seal(checkpoint) else { return }
        precondition(seal.text(origin: checkpoint.origin) == note.text)
        precondition(seal.start.size < seal.tree.size && seal.tree.root == checkpoint.end.root)
        _ = seal.segment
        _ = seal.commit
    }
}
