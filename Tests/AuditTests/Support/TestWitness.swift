import Audit
import Crypto
import Foundation
import NIOConcurrencyHelpers

/// A witness in this process, as C2SP tlog-witness has it; it does what a test makes of it.
final class TestWitness: Sendable {
    /// How it misbehaves.
    enum Manner: Sendable, Equatable {
        case good
        case silent
        case status(Int)
        /// Signs with another key.
        case otherKey
        /// Answers with the signature over the end before.
        case replay
        /// Says that it has signed so many.
        case claims(UInt64)
        /// Signs with a time that is so far from the clock's.
        case hours(Int64)
        /// Answers with these bytes.
        case bytes([UInt8])
        /// Signs for an end with another root.
        case otherRoot
        /// Puts its signature under another's name.
        case otherName
        /// Puts its signature under another key's id.
        case otherID
        /// Answers with the signature of a key that nobody knows first.
        case twoKeys
    }

    struct State {
        var manner = Manner.good
        var last: LogAnchor?
        var lastLine: [UInt8] = []
        var asked = 0
    }

    let name: String
    let vkey: String
    let key: VerifierKey
    private let secret = Curve25519.Signing.PrivateKey()
    private let logs: NIOLockedValueBox<[VerifierKey]>
    let state = NIOLockedValueBox(State())

    init(_ name: String, of logs: [VerifierKey]) throws {
        self.name = name
        self.logs = NIOLockedValueBox(logs)
        guard
            let key = VerifierKey(
                name: name, kind: .witness, publicKey: Array(secret.publicKey.rawRepresentation))
        else { throw CocoaError(.coderInvalidValue) }
        self.key = key
        vkey = key.text
    }

    var manner: Manner {
        get { state.withLockedValue { $0.manner } }
        set { state.withLockedValue { $0.manner = newValue } }
    }

    /// One more key of the log.
    func know(_ key: VerifierKey) { logs.withLockedValue { $0.append(key) } }

    /// What it saw last.
    var last: LogAnchor? { state.withLockedValue { $0.last } }

    func answer(
        _ question: [UInt8], wallTime: Int64
    ) -> Result<WitnessReply, WitnessFault> {
        state.withLockedValue { state in
            state.asked += 1
            return answer(question, wallTime / 1_000_000_000, &state)
        }
    }

    private func answer(
        _ question: [UInt8], _ seconds: Int64, _ state: inout State
    ) -> Result<WitnessReply, WitnessFault> {
        let good = judge(question, seconds, &state)
        switch state.manner {
        case .good, .hours, .otherKey, .otherRoot, .otherName, .otherID, .twoKeys:
            return .success(good)
        case .silent: return .failure(.unreachable("nobody answered in time"))
        case .status(let status): return .success(WitnessReply(status: status, body: []))
        case .bytes(let bytes): return .success(WitnessReply(status: 200, body: bytes))
        case .claims(let size):
            return .success(WitnessReply(status: 409, body: Array("\(size)\n".utf8)))
        case .replay:
            let line = state.lastLine
            return .success(WitnessReply(status: 200, body: line))
        }
    }

    private func judge(_ question: [UInt8], _ seconds: Int64, _ state: inout State) -> WitnessReply
    {
        guard let proof = LogExtension(question) else { return WitnessReply(status: 400, body: []) }
        let known = state.last?.size ?? 0
        guard proof.oldSize == known else {
            return WitnessReply(status: 409, body: Array("\(known)\n".utf8))
        }
        let logs = logs.withLockedValue { $0 }
        let new: Checkpoint
        do throws(CheckpointFault) {
            new = try proof.verify(from: state.last ?? .empty, by: logs)
        } catch {
            if error != .unproven { return WitnessReply(status: 403, body: []) }
            let end = (try? Checkpoint(proof.checkpoint.bytes, by: logs))?.end
            guard end?.size == known else { return WitnessReply(status: 422, body: []) }
            return WitnessReply(status: 409, body: Array("\(known)\n".utf8))
        }
        if state.manner != .replay {
            state.last = new.end
            state.lastLine = sign(new, seconds, state.manner)
        }
        return WitnessReply(status: 200, body: sign(new, seconds, state.manner))
    }

    private func sign(_ checkpoint: Checkpoint, _ seconds: Int64, _ manner: Manner) -> [UInt8] {
        var seconds = seconds
        var root = checkpoint.end.root.base64
        if case .hours(let hours) = manner { seconds += hours * 3600 }
        if manner == .otherRoot { root = MerkleTree.leafHash(of: [9]).base64 }
        let text =
            "cosignature/v1\ntime \(seconds)\n\(checkpoint.origin)\n\(checkpoint.end.size)\n\(root)\n"
        let secret = manner == .otherKey ? Curve25519.Signing.PrivateKey() : secret
        guard let signature = try? secret.signature(for: Data(text.utf8)) else { return [] }
        let good = Self.line(
            name: manner == .otherName ? "other.example" : name,
            id: manner == .otherID ? [1, 2, 3, 4] : key.id, seconds, signature)
        guard manner == .twoKeys else { return good }
        return Self.line(name: name, id: [1, 2, 3, 4], seconds, Data(count: 64)) + good
    }

    private static func line(
        name: String, id: [UInt8], _ seconds: Int64, _ signature: Data
    ) -> [UInt8] {
        var blob = Data(id)
        withUnsafeBytes(of: seconds.bigEndian) { blob.append(contentsOf: $0) }
        blob.append(signature)
        return Array("— \(name) \(blob.base64EncodedString())\n".utf8)
    }

    /// The line with which a witness signs a text.
    static func line(
        of key: VerifierKey, _ text: [UInt8], seconds: Int64, by sign: (Data) throws -> Data
    ) throws -> [UInt8] {
        let head = Array("cosignature/v1\ntime \(seconds)\n".utf8)
        return line(name: key.name, id: key.id, seconds, try sign(Data(head + text)))
    }
}
