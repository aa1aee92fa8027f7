import Foundation
import Support
import Testing
import Text

@testable import Gateway

/// What is kept of names that are moved into the policy's folder.
@Suite struct FolderNoticesTests {
    @Test func knowsWhatWasMovedIntoPlace() throws {
        let folder = try TestFolder()
        try folder.write("a", to: "new")
        let notices = FolderNotices()
        #expect(notices.moved(in: folder.path).isEmpty)
        #expect(rename(folder.path("new"), folder.path("policy.yaml")) == 0)
        #expect(notices.moved(in: folder.path).map(\.text) == ["policy.yaml"])
        notices.settle()
        #expect(notices.moved(in: folder.path).isEmpty)
    }

    /// A folder in which files come and go for months while the policy stays.
    @Test func keepsOnlySoManyNames() throws {
        let folder = try TestFolder()
        let notices = FolderNotices()
        #expect(notices.moved(in: folder.path).isEmpty)
        for number in 0...PolicyLimits.noticedNamesMax {
            try folder.write("a", to: "new")
            #expect(rename(folder.path("new"), folder.path("\(number)")) == 0)
            if number % 100 == 0 { _ = notices.moved(in: folder.path) }
        }
        #expect(notices.moved(in: folder.path).count == 1)
    }

    /// A change of either is a change, though Swift's comparison takes their names for one.
    @Test func filesOfOtherSpellingsAreOtherFiles() throws {
        let folder = try TestFolder()
        let names = ["caf\u{E9}.yaml", "cafe\u{301}.yaml"]
        let files = PolicySourceFiles(
            path: folder.path, trustDomain: "maxine.local", datacenter: "dc1")
        for name in names { try folder.write("maxine_policy: 1\n", to: name) }
        var last = files.stamp()
        #expect(last.files.count == 2)
        for name in names {
            try folder.write("maxine_policy: 1\nname: a\n", to: name)
            let stamp = files.stamp()
            #expect(stamp.changes(since: last) == [ExactText(name)])
            last = stamp
        }
    }
}
