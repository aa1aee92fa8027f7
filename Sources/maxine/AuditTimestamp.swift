import ArgumentParser
import Foundation
import Gateway
import PKI
import Text

struct AuditTimestamp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timestamp",
        abstract: "Have a time-stamping authority say when a checkpoint was there (RFC 3161).",
        discussion: """
            With --url it is asked, and what it answers is verified and kept as FILE.tsr. Without, --request writes what is to be sent \
            to it by other means, as application/timestamp-query, and --response takes the answer. `maxine audit verify --checkpoint FILE \
            --timestamp FILE.tsr --tsa-ca CA` holds a log against both; `openssl ts -verify -data FILE -in FILE.tsr -CAfile CA` reads it, too.
            """)

    @Argument(help: "The checkpoint, as `maxine audit checkpoint` printed it.") var file: String
    @Option(help: "Where the authority answers: https.") var url: String?
    @Option(help: "The authorities of that server; default: the system's.") var urlCa: String?
    @Option(help: "Write the request to a file.") var request: String?
    @Option(help: "The answer to that request.") var response: String?
    @Option(help: "The certificates that timestamps are believed by, PEM.") var tsaCa: String?
    @Option(help: "The only policy of the authority that is taken, an object identifier.")
    var tsaPolicy: String?
    @Option(help: "Where the timestamp is kept; default: FILE.tsr.") var out: String?

    func validate() throws {
        guard [url, request, response].compactMap({ $0 }).count == 1 else {
            throw ValidationError("name one of --url, --request and --response")
        }
        guard request != nil || tsaCa != nil else {
            throw ValidationError("--tsa-ca names whom the timestamp is believed by")
        }
    }

    func run() async throws {
        let content = try LogKeyFiles.contents(file)
        let query = TimestampQuery(of: content)
        if let request {
            try Self.write(query.der, to: request)
            return Terminal.print("send \(request) as application/timestamp-query")
        }
        let answer: [UInt8]
        var asked: TimestampQuery?
        if let response {
            answer = try LogKeyFiles.contents(response)
        } else {
            asked = query
            do throws(TimestampFailure) {
                answer = try await TimestampClient.ask(
                    query, at: url ?? "", authorities: urlCa)
            } catch {
                throw Failure(.notReachable, "maxine: \(error)")
            }
        }
        let proved: ProvedTime
        do throws(TimestampFault) {
            proved = try UnverifiedTimestamp(answer).verify(
                content, answering: asked, policy: tsaPolicy,
                authorities: try Self.authorities(tsaCa))
        } catch {
            throw Failure(.verificationFailed, "maxine: \(error)")
        }
        let place = out ?? file + ".tsr"
        try Self.write(answer, to: place)
        Terminal.print("\(place): \(proved.sentence)")
    }

    /// The certificates that timestamps are believed by.
    static func authorities(_ path: String?) throws(TimestampFault) -> [UInt8] {
        guard let path, let bytes = try? LogKeyFiles.contents(path) else {
            throw .badCertificate("there is no file of authorities")
        }
        return bytes
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure(.failed, "maxine: cannot write \(quote(path)): \(sentence(of: error))")
        }
    }
}

extension ProvedTime {
    /// What it proves, for people.
    var sentence: String {
        "there at \(CivilTime.rfc3339(nanoseconds: nanoseconds)) by \(quote(authority))"
            + " (timestamp \(serial), policy \(policy))"
    }
}

/// A timestamp of the checkpoint that a log is held against.
struct TimestampDemand: ParsableArguments {
    @Option(help: "A timestamp of that checkpoint (RFC 3161), as a file.") var timestamp: String?
    @Option(help: "The certificates that timestamps are believed by, PEM.") var tsaCa: String?

    func validate() throws {
        guard (timestamp == nil) == (tsaCa == nil) else {
            throw ValidationError("--timestamp and --tsa-ca go together")
        }
    }

    /// What it proves of some bytes; nil where none is named.
    func proved(_ content: [UInt8]?) throws -> ProvedTime? {
        guard let timestamp else { return nil }
        guard let content else {
            throw Failure(.usage, "maxine: --timestamp is of a checkpoint; name it (--checkpoint)")
        }
        let answer = try LogKeyFiles.contents(timestamp)
        do throws(TimestampFault) {
            return try UnverifiedTimestamp(answer).verify(
                content, authorities: try AuditTimestamp.authorities(tsaCa))
        } catch {
            throw Failure(.verificationFailed, "\(timestamp): \(error)")
        }
    }
}
