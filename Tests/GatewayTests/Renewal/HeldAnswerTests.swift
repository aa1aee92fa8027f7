import Audit
import FileSupport
import Foundation
@testable import Gateway
import NIOConcurrencyHelpers
import StrictJSON
import Support
import Testing

/// A certificate leaves once the record of its issue is on disk: where that can't be written, nobody gets it, and the log says so.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct HeldAnswerTests {
    /// The real files, until the outcome of an issue is to be written: that fails once.
    private final class OutcomesThatFail: FilesOverOthers {
        let base = PosixFileSystem()
        private let isDue = NIOLockedValueBox(false)
        private static let outcome = Array(#""type":"outcome""#.utf8)

        func begin() { isDue.withLockedValue { $0 = true } }

        func write(
            _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
        ) throws(FileFault) -> Int {
            if Array(bytes).firstRange(of: Self.outcome) != nil, fails() {
                throw FileFault(
                    operation: "write", path: file.path, errno: PosixFileSystem.inputOutput)
            }
            return try base.write(bytes, to: file, at: offset)
        }

        private func fails() -> Bool {
            isDue.withLockedValue { isDue in
                defer { isDue = false }
                return isDue
            }
        }
    }

    @Test func withoutItsRecordNobodyGetsACertificate() async throws {
        let files = OutcomesThatFail()
        var outside = OutsideParts()
        outside.files = files
        let gateway = try InProcessGateway(outside: outside)
        try await gateway.serving { gateway in
            files.begin()
            let answer = try await gateway.renew(
                id: InProcessGateway.spiffeID("web"), as: nil, to: "web",
                at: "/api/maxine/identity/x509-svids")
            #expect(answer.status == 503, "\(answer.body)")
            #expect(!answer.body.contains("CERTIFICATE"))
            while try await gateway.curl("GET", "/api/maxine/status").status == 503 {}
            let outcome = try await gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["action"]?.string == "identity.issue"
            }
            #expect(outcome?["status"]?.integer == 503, "\(outcome ?? .null)")
            #expect(
                outcome?["reason"]?.string?.contains("what was made was not handed out") == true)
            try await gateway.issue("web")
            #expect(try await gateway.answer(to: .issued("web")).hasPrefix("HTTP/1.1 403"))
        }
    }
}
