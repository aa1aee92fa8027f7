import Foundation
import Testing

@testable import Policy

@Suite struct ShippedPolicyTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func theEmbeddedTextIsTheFile() throws {
        let file = Self.root.appendingPathComponent("policies/default.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text == ShippedPolicy.text)
    }

    @Test(arguments: ["maxine.local", "prod.example.org"])
    func theDefaultPassesItsTestsInAnyTrustDomain(trustDomain: String) throws {
        let policy = try CompiledPolicy.shippedDefault(trustDomain: trustDomain)
        let results = PolicyTestRunner().run(policy)
        #expect(results.count == 13)
        for result in results {
            #expect(result.passed, "\(result.name): \(result.expected), got \(result.got)")
        }
    }

    @Test(arguments: ["policies", "policies/examples/web-api.yaml"])
    func whatIsShippedIsCleanToTheCheck(path: String) {
        let report = PolicyCheck.run(paths: [Self.root.appendingPathComponent(path).path])
        #expect(report.findings.map(\.description) == [])
        #expect(report.testsPassed > 10)
    }
}
