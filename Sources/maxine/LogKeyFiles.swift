import ArgumentParser
import Audit
import Text

/// Files of public keys of logs and of what they signed.
enum LogKeyFiles {
    /// The keys of a file, a line each.
    ///
    /// - Throws: ``Failure`` that says what to do.
    static func keys(_ path: String) throws -> [VerifierKey] {
        guard let bytes = try InputFile.read(path) else {
            throw Failure(
                .usage,
                "maxine: there is no file \(quote(path)) of the log's public key: name it (certs/log.vkey of the gateway)"
            )
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { line in
            !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("#")
        }
        let keys = lines.compactMap { VerifierKey(String($0)) }
        guard !keys.isEmpty, keys.count == lines.count else {
            throw Failure(.usage, "maxine: \(quote(path)) does not hold public keys of logs")
        }
        return keys
    }

    /// A checkpoint of a file, verified.
    static func checkpoint(_ path: String, by keys: [VerifierKey]) throws -> Checkpoint {
        let bytes = try contents(path)
        do throws(CheckpointFault) {
            return try Checkpoint(bytes, by: keys)
        } catch {
            throw Failure(.verificationFailed, "\(path): \(error)")
        }
    }

    /// What a policy of witnesses asks for.
    static func policy(_ path: String) throws -> WitnessPolicy {
        let bytes = try contents(path)
        do throws(WitnessPolicyFault) {
            return try WitnessPolicy(bytes)
        } catch {
            throw Failure(.usage, "maxine: \(quote(path)) is no policy of witnesses: \(error)")
        }
    }

    /// The bytes of a file that must be there.
    static func contents(_ path: String) throws -> [UInt8] {
        guard let bytes = try InputFile.read(path) else {
            throw Failure(.usage, "maxine: there is no file \(quote(path))")
        }
        return bytes
    }

    /// A leaf hash as the command line names it.
    static func leaf(_ text: String) throws -> LeafHash {
        guard let leaf = LeafHash(base64: text) else {
            throw Failure(
                .usage, "maxine: --leaf takes the 44 characters behind the `;` of Maxine-Audit")
        }
        return leaf
    }
}
