import Text

/// That a record stands in a log, as others than tlog clients read it: a COSE receipt of inclusion in an RFC 9162 tree (RFC 9942).
///
/// It is a COSE_Sign1 (RFC 9052) over the tree's root, which is left out of it and rebuilt from the record and the proof.
public struct COSEReceipt: Sendable, Equatable {
    /// The record's place in the log, from 1.
    public let sequence: UInt64
    /// How many records the tree has, as the receipt says.
    ///
    /// What is signed is the root alone, to which the same path may lead in a tree of another size (RFC 9942 section 5.2).
    public let size: UInt64
    /// The log's name (CWT claim iss).
    public let log: String
    let hashes: [TreeHash]
    let keyID: [UInt8]
    private let protected: [UInt8]
    private let signature: [UInt8]

    /// The algorithm and the labels: EdDSA, RFC9162_SHA256 (RFC 9942 section 4), CWT claims (RFC 9597).
    private enum Label {
        static let algorithm: Int64 = 1
        static let edDSA: Int64 = -8
        static let keyID: Int64 = 4
        static let claims: Int64 = 15
        static let issuer: Int64 = 1
        static let subject: Int64 = 2
        static let structure: Int64 = 395
        static let rfc9162: Int64 = 1
        static let proofs: Int64 = 396
        static let inclusion: Int64 = -1
        static let sign1: UInt64 = 18
    }

    /// Signs the root that a proof leads to.
    init?(_ proof: LogProof, size: UInt64, root: TreeHash, by key: LogKey) {
        sequence = proof.sequence
        self.size = size
        log = key.verifier.name
        hashes = proof.hashes
        keyID = key.verifier.id
        protected = Self.header(log, proof.sequence, keyID)
        let root = root.bytes
        guard let bytes = key.signature(of: Self.signed(protected, root)) else { return nil }
        signature = bytes
    }

    /// The encoded receipt.
    public var bytes: [UInt8] {
        var writer = CBORWriter()
        writer.put(tag: Label.sign1)
        writer.put(array: 4)
        writer.put(bytes: protected)
        writer.put(map: 1)
        writer.put(integer: Label.proofs)
        writer.put(map: 1)
        writer.put(integer: Label.inclusion)
        writer.put(array: 1)
        writer.put(bytes: path)
        writer.putNull()
        writer.put(bytes: signature)
        return writer.bytes
    }

    /// Reads a receipt as this program writes them, or nil.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count <= NoteLimits.noteBytesMax else { return nil }
        var reader = CBORReader(bytes)
        guard reader.takeTag() == Label.sign1, reader.takeArray(max: 4) == 4,
            let protected = reader.takeBytes(), reader.takeMap(max: 1) == 1,
            reader.takeInteger() == Label.proofs, reader.takeMap(max: 1) == 1,
            reader.takeInteger() == Label.inclusion, reader.takeArray(max: 1) == 1,
            let path = reader.takeBytes(), reader.takeNull() != nil,
            let signature = reader.takeBytes(),
            reader.isAtEnd, let (size, index, hashes) = Self.path(path),
            let (log, keyID) = Self.header(protected)
        else { return nil }
        sequence = index + 1
        self.size = size
        self.log = log
        self.hashes = hashes
        self.keyID = keyID
        self.protected = protected
        self.signature = signature
        // What names another record is none of this one's.
        guard protected == Self.header(log, sequence, keyID) else { return nil }
    }

    /// Verifies that the record with this leaf hash is in the log that these keys are of.
    ///
    /// - Returns: The key that has signed it.
    /// - Throws: ``CheckpointFault``.
    public func verify(
        leaf: LeafHash, by keys: [VerifierKey]
    ) throws(CheckpointFault) -> VerifierKey {
        let key = keys.first { $0.kind == .log && $0.name.isExactly(log) && $0.id == keyID }
        guard let key else { throw .unsigned(origin: log) }
        guard
            let root = MerkleProofs.inclusionRoot(
                of: leaf, at: sequence - 1, size: size, proof: hashes)
        else { throw .unproven }
        let bytes = root.bytes
        guard key.time(of: signature, over: Self.signed(protected, bytes)) != nil else {
            throw .wrongSignature
        }
        return key
    }

    private static func header(_ log: String, _ sequence: UInt64, _ keyID: [UInt8]) -> [UInt8] {
        var writer = CBORWriter()
        writer.put(map: 4)
        writer.put(integer: Label.algorithm)
        writer.put(integer: Label.edDSA)
        writer.put(integer: Label.keyID)
        writer.put(bytes: keyID)
        writer.put(integer: Label.claims)
        writer.put(map: 2)
        writer.put(integer: Label.issuer)
        writer.put(text: log)
        writer.put(integer: Label.subject)
        writer.put(text: "\(log)/\(sequence)")
        writer.put(integer: Label.structure)
        writer.put(integer: Label.rfc9162)
        return writer.bytes
    }

    private static func header(_ bytes: [UInt8]) -> (String, [UInt8])? {
        var reader = CBORReader(bytes)
        guard reader.takeMap(max: 4) == 4, reader.takeInteger() == Label.algorithm,
            reader.takeInteger() == Label.edDSA, reader.takeInteger() == Label.keyID,
            let keyID = reader.takeBytes(), reader.takeInteger() == Label.claims,
            reader.takeMap(max: 2) == 2, reader.takeInteger() == Label.issuer,
            let log = reader.takeText()
        else { return nil }
        return (log, keyID)
    }

    /// The proof: tree size, index, hashes (RFC 9942 section 5.2.1).
    private var path: [UInt8] {
        var writer = CBORWriter()
        writer.put(array: 3)
        writer.put(unsigned: size)
        writer.put(unsigned: sequence - 1)
        writer.put(array: hashes.count)
        for hash in hashes { writer.put(bytes: hash.bytes) }
        return writer.bytes
    }

    private static func path(_ bytes: [UInt8]) -> (UInt64, UInt64, [TreeHash])? {
        var reader = CBORReader(bytes)
        guard reader.takeArray(max: 3) == 3, let size = reader.takeUnsigned(),
            let index = reader.takeUnsigned(), index < size,
            let count = reader.takeArray(max: NoteLimits.proofHashesMax)
        else { return nil }
        var hashes: [TreeHash] = []
        for _ in 0..<count {
            guard let hash = reader.takeBytes().flatMap({ TreeHash(bytes: $0) }) else { return nil }
            hashes.append(hash)
        }
        return reader.isAtEnd ? (size, index, hashes) : nil
    }

    /// What is signed: Sig_structure (RFC 9052 section 4.4), without further data.
    private static func signed(_ protected: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        var writer = CBORWriter()
        writer.put(array: 4)
        writer.put(text: "Signature1")
        writer.put(bytes: protected)
        writer.put(bytes: [])
        writer.put(bytes: payload)
        return writer.bytes
    }
}
