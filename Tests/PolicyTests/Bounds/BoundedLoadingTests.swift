import Testing

@testable import Policy

/// Files that are large or wound up are refused or loaded in bounded time.
@Suite(.serialized) struct BoundedLoadingTests {
    /// Generous, for a debug build on a busy machine; a release build takes a tenth.
    private static let bound = Duration.seconds(60)

    private func load(_ text: String) -> (policy: CompiledPolicy?, errors: [PolicyError]) {
        let start = ContinuousClock.now
        defer { #expect(ContinuousClock.now - start < Self.bound) }
        do throws(PolicyErrors) {
            let source = PolicySource(name: "p.yaml", text: "maxine_policy: 1\n" + text)
            return (try CompiledPolicy.load(files: [source], trustDomain: "maxine.local"), [])
        } catch {
            return (nil, error.errors)
        }
    }

    @Test func tenThousandGroupsInEachOtherAreRefused() {
        for isLeafFirst in [false, true] {
            var lines = (0..<10_000).map { "  g\($0): { services: [\"group:g\($0 + 1)\"] }\n" }
            lines.append("  g10000: { services: [a] }\n")
            if isLeafFirst { lines.reverse() }
            let found = load("groups:\n" + lines.joined())
            #expect(found.errors.map(\.code) == [.limit])
        }
    }

    @Test func aChainOfGroupsOverTheDepthIsRefusedAtItsPlace() {
        func chain(_ count: Int) -> String {
            "groups:\n"
                + (1..<count).map { "  g\($0): { services: [\"group:g\($0 + 1)\"] }\n" }.joined()
                + "  g\(count): { services: [a] }\n"
        }
        #expect(load(chain(PolicyLimits.groupDepthMax)).errors == [])
        #expect(
            load(chain(PolicyLimits.groupDepthMax + 1)).errors.map(\.description) == [
                "p.yaml:18:21: groups nest deeper than 16 levels"
            ])
    }

    @Test func aCircleOfGroupsIsToldOnce() {
        let lines = (0..<10).map { "  g\($0): { services: [\"group:g\(($0 + 1) % 10)\"] }\n" }
        let found = load("groups:\n" + lines.joined())
        #expect(found.errors.count == 1)
        #expect(found.errors.first?.message.hasPrefix("group 'g0' contains itself") == true)
    }

    @Test func groupsThatDoubleAreNotUnfolded() {
        var text = "groups:\n"
        for level in 0..<15 {
            let next = "group:g\(level + 1)"
            text +=
                "  g\(level): { services: [\(repeatElement("\"\(next)\"", count: 50).joined(separator: ", "))] }\n"
        }
        text += "  g15: { services: [a, b, \"c*\"] }\n"
        #expect(load(text).errors == [])
    }

    @Test func aLargeGroupInManyRulesIsRefused() {
        let names = (0..<4_000).map { "s\($0)" }.joined(separator: ", ")
        var text = "groups: { g: { services: [\(names)] } }\nacl:\n"
        for number in 0..<1_000 {
            text += "  - { id: r\(number), effect: deny, resources: { services: [\"group:g\"] } }\n"
        }
        #expect(load(text).errors.contains { $0.code == .limit })
    }

    @Test func aFileOfFourMebibytesLoads() {
        var text = "acl:\n"
        var number = 0
        while text.utf8.count < PolicyLimits.fileBytesMax - 400 {
            let tail = String(repeating: "x", count: 150)
            text +=
                "  - { id: r\(number), effect: deny, subjects: [\"user:\(tail)\"], resources: { services: [\"svc-\(number)-*\"] } }\n"
            number += 1
        }
        let found = load(text)
        #expect(found.errors == [])
        #expect(found.policy?.ruleCount == number)
        #expect(number > 10_000)
    }
}
