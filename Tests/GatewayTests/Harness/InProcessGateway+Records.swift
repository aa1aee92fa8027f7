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
