import Audit
import Foundation
import StrictJSON
import Support
import Testing

extension InProcessGateway {
    /// Waits for a record that fits; nil if none came in time.
    func awaitRecord(
        within time: Duration = .seconds(10), where fits: (JSONValue) -> Bool
    ) async throws -> JSONValue? {
        let deadline = ContinuousClock.now + time
        repeat {
            if let record = try journal().last(where: fits) { return record }
            try await Task.sleep(for: .milliseconds(10))
        } while ContinuousClock.now < deadline
        return nil
    }

    /// Checks every record and every root of the log.
    func expectWholeLog(sourceLocation: SourceLocation = #_sourceLocation) {
        let result = LogVerifier.verify(directory: folder.path + "/data/audit")
        #expect(throws: Never.self, sourceLocation: sourceLocation) { try result.get() }
    }
}

extension InProcessGateway {
    /// The value of one line of the metrics, which begins so; 0 where there is none.
    func metric(_ line: String) async throws -> Int {
        let found = try await page("/metrics").body.split(separator: "\n").first {
            $0.hasPrefix(line + " ")
        }
        return found?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
