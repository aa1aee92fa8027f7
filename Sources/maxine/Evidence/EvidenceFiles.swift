import Audit
import Foundation

/// Files of keys and anchors that a command is given.
enum EvidenceFiles {
    static func keys(_ paths: [String]) throws -> [VerifierKey] {
        try paths.flatMap { path in
            let text = try text(path)
            do throws(NoteError) {
                let keys = try VerifierKey.list(text)
                if keys.isEmpty { throw NoteError.malformedKey(line: 1) }
                return keys
            } catch {
                throw Failure(.usage, "\(path): \(error)")
            }
        }
    }

    static func anchors(_ paths: [String]) throws -> [Anchor] {
        try paths.flatMap { path in
            let text = try text(path)
            do throws(NoteError) {
                return try Anchor.list(text)
            } catch {
                throw Failure(.usage, "\(path): \(error)")
            }
        }
    }

    static func text(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)
        else { throw Failure(.usage, "maxine: cannot read '\(path)'") }
        return text
    }

    /// Runs what reads evidence and says what went wrong, for people.
    static func run<T>(_ body: () throws(AuditError) -> T) throws -> T {
        do throws(AuditError) {
            return try body()
        } catch {
            throw Failure(.failed, "maxine: \(error)")
        }
    }
}
