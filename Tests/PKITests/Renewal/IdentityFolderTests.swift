import Foundation
@testable import PKI
import Support
import Testing

@Suite("The folder of an identity")
struct IdentityFolderTests {
    private func content(_ word: String) -> IdentityFolder.Content {
        .init(chain: "chain \(word)", key: "key \(word)", bundle: "bundle \(word)")
    }

    /// The last words of the three, as a reader of the names finds them.
    private func words(_ scratch: TestFolder) throws -> [String] {
        try ["svid.pem", "svid.key", "bundle.pem"].map {
            try scratch.text("web/" + $0).split(separator: " ").last.map(String.init) ?? ""
        }
    }

    @Test func replacesAllThreeAtOneMomentAndKeepsTheLastForItsReaders() throws {
        let scratch = try TestFolder()
        let folder = IdentityFolder(scratch.path("web"))
        #expect(try !folder.changesAtOnce)
        var seen: [String] = []
        for word in ["one", "two", "three"] {
            try folder.write(content(word))
            #expect(try words(scratch) == [word, word, word])
            #expect(try scratch.mode("web/..data/svid.key") == 0o600)
            seen.append(
                try FileManager.default.destinationOfSymbolicLink(
                    atPath: scratch.path("web/..data")))
        }
        #expect(try folder.changesAtOnce)
        let left = try scratch.names("web").filter { $0.hasPrefix("..svid-") }
        #expect(left.sorted() == seen.suffix(2).sorted(), "the new ones and the last ones")
    }

    @Test(arguments: FaultyFiles.Fault.allCases, ["nothing", "plain files", "links"])
    func whereverItIsKilledAllThreeAreOldOrNew(
        _ fault: FaultyFiles.Fault, _ before: String
    ) throws {
        var number = 0
        while true {
            number += 1
            let scratch = try TestFolder()
            if before == "links" { try IdentityFolder(scratch.path("web")).write(content("old")) }
            if before == "plain files" {
                try FileManager.default.createDirectory(
                    atPath: scratch.path("web"), withIntermediateDirectories: true)
                for (name, word) in [
                    ("svid.pem", "chain"), ("svid.key", "key"), ("bundle.pem", "b"),
                ] {
                    try scratch.write("\(word) old", to: "web/" + name)
                }
            }
            let files = FaultyFiles(failing: number, fault)
            let isDone =
                (try? IdentityFolder(scratch.path("web"), files: files).write(content("new")))
                != nil
            #expect(isDone == !files.hasFailed)
            let found = try? words(scratch)
            let whole = [["old", "old", "old"], ["new", "new", "new"]]
            if before == "nothing" {
                #expect(found == nil || found == whole[1], "\(number): \(found ?? [])")
            } else {
                #expect(whole.contains(found ?? []), "\(number): \(found ?? [])")
            }
            // The next one goes through, and sweeps what was left.
            try IdentityFolder(scratch.path("web")).write(content("last"))
            #expect(try words(scratch) == ["last", "last", "last"])
            #expect(try scratch.names("web").count { $0.hasPrefix("..svid-") } <= 2)
            #expect(try scratch.names("web").count { $0.hasSuffix(".new") } == 0)
            if !files.hasFailed { break }
        }
        #expect(number > 8)
    }
}
